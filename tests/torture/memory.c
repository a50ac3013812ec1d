/* SPDX-License-Identifier: MIT */
/* glibc's own allocator is behind it, under the names that glibc keeps for that. */
#include "memory.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

#define FRAMES 24
#define BLOCKS (1u << 17) /* a power of two, more than any scenario holds at a time */

typedef struct owner {
    const void *block;
    unsigned long turn;
    int count;
    void *frames[FRAMES];
} owner;

static unsigned long asked, fail_at;
static bool failed, for_good, tracing, paused, inside;
static long live;
static owner owners[BLOCKS];
static unsigned long turn;
static char failed_where[1024];
static void (*on_free)(const void *block, size_t size);

static void look_at(void *block)
{
    if (on_free == NULL || block == NULL || inside)
        return;
    inside = true;
    on_free(block, malloc_usable_size(block));
    inside = false;
}

static bool refuse(void)
{
    if (paused || inside)
        return false;
    asked++;
    if (fail_at == 0 || asked < fail_at || (asked > fail_at && !for_good))
        return false;
    if (!failed && tracing) {
        inside = true;
        memory_stack(failed_where, sizeof(failed_where));
        inside = false;
    }
    failed = true;
    errno = ENOMEM;
    return true;
}

static owner *place_of(const void *block)
{
    size_t at = ((uintptr_t)block >> 4) * 0x9e3779b9u;

    for (size_t i = 0; i < BLOCKS; i++) {
        owner *o = &owners[(at + i) & (BLOCKS - 1)];

        if (o->block == block || o->block == NULL)
            return o;
    }
    return NULL;
}

/* A block that is given back keeps its place, marked by no turn: chains stay whole. */
static void remember(const void *block)
{
    owner *o;

    if (!tracing || inside || paused || (o = place_of(block)) == NULL)
        return;
    inside = true;
    o->block = block;
    o->turn = ++turn;
    o->count = backtrace(o->frames, FRAMES);
    inside = false;
}

static void *given(void *block)
{
    if (block != NULL && !paused && !inside) {
        live++;
        remember(block);
    }
    return block;
}

static void taken_back(const void *block)
{
    owner *o;

    if (block == NULL || paused || inside)
        return;
    live--;
    if (tracing && (o = place_of(block)) != NULL && o->block == block)
        o->turn = 0;
}

/* Whoever is given a block does not answer for what another left in it. */
static void *clean(void *block)
{
    if (block != NULL && on_free != NULL)
        memset(block, 0, malloc_usable_size(block));
    return block;
}

void *malloc(size_t size)
{
    return refuse() ? NULL : given(clean(__libc_malloc(size)));
}

void *calloc(size_t count, size_t size)
{
    return refuse() ? NULL : given(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    void *fresh;

    if (refuse())
        return NULL;
    look_at(block); /* it may move, and leaves what it was behind */
    taken_back(block);
    fresh = __libc_realloc(block, size);
    if (fresh == NULL && size != 0) {
        (void)given(block);
        return NULL;
    }
    return given(fresh);
}

void *memalign(size_t alignment, size_t size)
{
    return refuse() ? NULL : given(clean(__libc_memalign(alignment, size)));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block = memalign(alignment, size);

    if (block == NULL)
        return ENOMEM;
    *out = block;
    return 0;
}

void free(void *block)
{
    look_at(block);
    taken_back(block);
    __libc_free(block);
}

void memory_fail_at(unsigned long n, bool good)
{
    asked = 0;
    failed = false;
    fail_at = n;
    for_good = good;
}

unsigned long memory_asked(void)
{
    return asked;
}

void memory_on_free(void (*look)(const void *block, size_t size))
{
    on_free = look;
}

bool memory_failed(void)
{
    return failed;
}

void memory_pause(bool pause)
{
    paused = pause;
}

long memory_live(void)
{
    return live;
}

void memory_trace(void)
{
    void *frames[2];

    inside = true;
    (void)backtrace(frames, 2); /* loads what it needs */
    inside = false;
    tracing = true;
}

const char *memory_failed_where(void)
{
    return failed_where;
}

static size_t add_frame(char *out, size_t capacity, const void *frame)
{
    Dl_info info;
    const char *object;
    int size;

    if (dladdr(frame, &info) == 0 || info.dli_fname == NULL)
        return 0;
    object = strrchr(info.dli_fname, '/') != NULL ? strrchr(info.dli_fname, '/') + 1 : info.dli_fname;
    if (info.dli_sname != NULL)
        size = snprintf(out, capacity, "%s:%s ", object, info.dli_sname);
    else
        size = snprintf(out, capacity, "%s+0x%lx ", object,
                        (unsigned long)((uintptr_t)frame - (uintptr_t)info.dli_fbase));
    return size > 0 && (size_t)size < capacity ? (size_t)size : 0;
}

/* This file's own frames, however many the compiler left of them. */
static bool is_here(const void *frame)
{
    Dl_info here, there;

    return dladdr((const void *)(uintptr_t)is_here, &here) != 0 && dladdr(frame, &there) != 0 &&
           here.dli_fbase == there.dli_fbase;
}

static void name_frames(char *out, size_t capacity, void *const *frames, int count)
{
    size_t size = 0;
    int from = 0;

    out[0] = '\0';
    while (from < count && is_here(frames[from]))
        from++;
    for (int i = from; i < count; i++)
        size += add_frame(out + size, capacity - size, frames[i]);
}

bool memory_leaked(char *out, size_t capacity)
{
    const owner *oldest = NULL;

    for (size_t i = 0; i < BLOCKS; i++)
        if (owners[i].turn != 0 && (oldest == NULL || owners[i].turn < oldest->turn))
            oldest = &owners[i];
    if (oldest == NULL)
        return false;
    name_frames(out, capacity, oldest->frames, oldest->count);
    return true;
}

/* The first that is not the C library: ours, or what reads JSON for the command. */
static bool is_ours(const char *stack)
{
    static const char *const ours[] = {"omnitls:", "omnitls+", "libomnitls", "openssl.so", "wolfssl.so",
                                       "gnutls.so", "libjansson"};

    while (strncmp(stack, "libc.so", 7) == 0)
        stack += strcspn(stack, " ") + 1;
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (strncmp(stack, ours[i], strlen(ours[i])) == 0)
            return true;
    return false;
}

long memory_left(char *out, size_t capacity)
{
    const owner *oldest = NULL;
    char stack[1024];
    long count = 0;

    for (size_t i = 0; i < BLOCKS; i++) {
        if (owners[i].turn == 0)
            continue;
        name_frames(stack, sizeof(stack), owners[i].frames, owners[i].count);
        if (!is_ours(stack))
            continue;
        count++;
        if (oldest == NULL || owners[i].turn < oldest->turn)
            oldest = &owners[i];
    }
    out[0] = '\0';
    if (oldest != NULL)
        name_frames(out, capacity, oldest->frames, oldest->count);
    return count;
}

bool memory_owner(const void *block, char *out, size_t capacity)
{
    const owner *o = tracing ? place_of(block) : NULL;

    if (o == NULL || o->block != block || o->turn == 0)
        return false;
    name_frames(out, capacity, o->frames, o->count);
    return true;
}

void memory_stack(char *out, size_t capacity)
{
    void *frames[FRAMES];
    const bool before = inside;

    inside = true;
    name_frames(out, capacity, frames, backtrace(frames, FRAMES));
    inside = before;
}
