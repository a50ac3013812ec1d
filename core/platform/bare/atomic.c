/* SPDX-License-Identifier: MIT */
/*
 * Counters of 64 bits, where the machine has no instruction for them and the toolchain no libatomic:
 * gcc calls functions of these names then. One thread, as everywhere in this folder; an interrupt that
 * calls omnitls while omnitls runs is a second one, and not allowed.
 */
#if defined(__GNUC__) && !defined(__clang__) && defined(__arm__)

#include <stdint.h>

uint64_t omni_bare_load_8(const volatile void *at, int order) __asm__("__atomic_load_8");
void omni_bare_store_8(volatile void *at, uint64_t value, int order) __asm__("__atomic_store_8");
uint64_t omni_bare_fetch_add_8(volatile void *at, uint64_t value,
                               int order) __asm__("__atomic_fetch_add_8");

__attribute__((weak)) uint64_t omni_bare_load_8(const volatile void *at, int order)
{
    (void)order;
    return *(const volatile uint64_t *)at;
}

__attribute__((weak)) void omni_bare_store_8(volatile void *at, uint64_t value, int order)
{
    (void)order;
    *(volatile uint64_t *)at = value;
}

__attribute__((weak)) uint64_t omni_bare_fetch_add_8(volatile void *at, uint64_t value, int order)
{
    const uint64_t before = *(volatile uint64_t *)at;

    (void)order;
    *(volatile uint64_t *)at = before + value;
    return before;
}

#else

typedef int omni_bare_has_atomics;

#endif
