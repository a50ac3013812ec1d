/* SPDX-License-Identifier: MIT */
/*
 * What a board brings: the way from reset to main, a heap, a way to speak (semihosting: the
 * emulator prints), a clock and random numbers. Those two are for a test: time stands still at a
 * date at which the test's certificates are good, and the numbers are the same in each run.
 */
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>

#define PORT_NOW 1798761600 /* 1 January 2027 */

extern char data_begin[], data_end[], data_image[], bss_begin[], bss_end[];
extern char heap_begin[], heap_end[], stack_end[];
extern int main(void);

void reset(void);
int port_seed(unsigned char *out, unsigned size);
time_t port_time(time_t *out);
unsigned LowResTimer(void);
uint64_t TimeNowInMilliseconds(void);
long port_heap_peak(void);

/* ---- the emulator ---- */

#define SYS_WRITE0 0x04
#define SYS_EXIT_EXTENDED 0x20
#define STOPPED_BY_APPLICATION 0x20026

static int semihost(int operation, const void *block)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = block;

    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void _exit(int code)
{
    const uintptr_t block[2] = {STOPPED_BY_APPLICATION, (uintptr_t)code};

    for (;;)
        (void)semihost(SYS_EXIT_EXTENDED, block);
}

int _write(int fd, const char *data, int size)
{
    char piece[65];

    (void)fd;
    for (int done = 0; done < size; done += (int)sizeof(piece) - 1) {
        int count = size - done;

        if (count > (int)sizeof(piece) - 1)
            count = (int)sizeof(piece) - 1;
        memcpy(piece, data + done, (size_t)count);
        piece[count] = '\0';
        (void)semihost(SYS_WRITE0, piece);
    }
    return size;
}

/* ---- memory ---- */

static char *heap_top = heap_begin;

long port_heap_peak(void)
{
    return heap_top - heap_begin;
}

void *_sbrk(ptrdiff_t more)
{
    char *before = heap_top;

    if (more > heap_end - heap_top)
        return (void *)-1; /* no further: above is the stack */
    heap_top += more;
    return before;
}

/* ---- hooks ---- */

time_t port_time(time_t *out)
{
    if (out != NULL)
        *out = PORT_NOW;
    return PORT_NOW;
}

int _gettimeofday(struct timeval *out, void *zone)
{
    (void)out;
    (void)zone;
    return -1; /* nothing here may ask newlib for the time */
}

unsigned LowResTimer(void)
{
    return PORT_NOW;
}

/* wolfSSL's type for it has 32 bits or 64, as the version has it; in registers the lower half is
 * the same. */
uint64_t TimeNowInMilliseconds(void)
{
    return (uint64_t)PORT_NOW * 1000;
}

/* xorshift: unlike bytes, and no more than that. A device asks its hardware. */
int port_seed(unsigned char *out, unsigned size)
{
    static uint32_t state = 0x2545f491;

    for (unsigned i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        out[i] = (unsigned char)(state >> 24);
    }
    return 0;
}

/* ---- start ---- */

static void fault(void)
{
    static const char text[] = "fault\n";

    (void)semihost(SYS_WRITE0, text);
    _exit(99);
}

void reset(void)
{
    memcpy(data_begin, data_image, (size_t)(data_end - data_begin));
    memset(bss_begin, 0, (size_t)(bss_end - bss_begin));
    _exit(main());
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    stack_end, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault,
};
