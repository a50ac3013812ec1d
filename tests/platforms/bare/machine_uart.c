/* SPDX-License-Identifier: MIT */
/*
 * docs/examples/portable/client.c on the board: its first serial line is what the server is at the
 * other end of (QEMU connects it to a port), its authority is compiled in, its clock is port.c's.
 */
#include "machine.h"
#include "platforms_pki.h"

#include <stdint.h>
#include <time.h>

extern time_t port_time(time_t *out);
extern int main(void);

/* CMSDK's UART, Arm's application note AN505, secure alias. */
typedef struct uart {
    volatile uint32_t data, state, control, interrupts, divisor;
} uart;

enum { UART_FULL_OUT = 1, UART_FULL_IN = 2, UART_BOTH_WAYS = 3, UART_LEAST_DIVISOR = 16 };

static uart *const line = (uart *)0x50200000;

/* Waits for the first byte, and takes what is there. */
static otls_status uart_read(void *user, void *out, size_t capacity, size_t *count)
{
    uint8_t *at = out;

    (void)user;
    *count = 0;
    while ((line->state & UART_FULL_IN) == 0)
        continue;
    while (*count < capacity && (line->state & UART_FULL_IN) != 0)
        at[(*count)++] = (uint8_t)line->data;
    return OTLS_OK;
}

static otls_status uart_write(void *user, const void *data, size_t size, size_t *count)
{
    const uint8_t *at = data;

    (void)user;
    for (*count = 0; *count < size; (*count)++) {
        line->data = at[*count];
        while ((line->state & UART_FULL_OUT) != 0)
            continue; /* gone before anybody switches us off */
    }
    return OTLS_OK;
}

static int64_t tell_time(void *user)
{
    (void)user;
    return (int64_t)port_time(NULL);
}

int main(void)
{
    const machine here = {
        .name = "a Cortex-M33",
        .host = "localhost",
        .roots = platforms_root_pem,
        .roots_size = sizeof(platforms_root_pem) - 1,
        .transport = {.read = uart_read, .write = uart_write},
        .now = tell_time,
    };

    line->divisor = UART_LEAST_DIVISOR;
    line->control = UART_BOTH_WAYS;
    return client_run(&here);
}
