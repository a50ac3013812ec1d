/* SPDX-License-Identifier: MIT */
/*
 * What an engine has never changes while it runs, but asking may be dear (OpenSSL builds a context
 * for it). The answers are kept beside the registry's entry; two threads that ask at once both get
 * the same answer, so no lock is needed.
 */
#include "engine/engine.h"

enum { UNKNOWN = 0, ABSENT = 1, PRESENT = 2 };

/* The registry's entries are const to everybody but these caches. */
static struct otls_backend *caches(const otls_backend *backend)
{
    return (struct otls_backend *)(uintptr_t)backend;
}

unsigned omni_backend_unanswered(const otls_backend *backend)
{
    return atomic_load_explicit(&backend->unanswered, memory_order_relaxed);
}

/* Nothing is known, whatever was said, and it is asked for again: it may be there, and what the engine made to find out
 * may have been made of too little. Whoever builds on the answer looks at the count. */
static bool unanswered(struct otls_backend *backend)
{
    (void)atomic_fetch_add_explicit(&backend->unanswered, 1, memory_order_relaxed);
    return false;
}

bool omni_backend_has_suite(const otls_backend *backend, const otls_suite *suite)
{
    size_t count;
    const otls_suite *table = omni_suite_table(&count);
    const size_t index = (size_t)(suite - table);
    unsigned char known;

    if (index >= count || index >= OMNI_SUITE_MAX)
        return OMNI_MODULE(backend)->context->has_suite(suite);
    known = atomic_load_explicit(&backend->suites[index], memory_order_relaxed);
    if (known == UNKNOWN) {
        omni_os_memory_set(false);
        known = OMNI_MODULE(backend)->context->has_suite(suite) ? PRESENT : ABSENT;
        if (omni_os_memory_short())
            return unanswered(caches(backend));
        atomic_store_explicit(&caches(backend)->suites[index], known, memory_order_relaxed);
    }
    return known == PRESENT;
}

/* A slot holds number << 2 | answer; a full table only means that the engine is asked again. */
static bool remembered(struct otls_backend *backend, atomic_uint *slots, uint16_t number,
                       bool (*ask)(uint16_t))
{
    unsigned answer;

    for (size_t probe = 0; probe < OMNI_HAS_SLOTS; probe++) {
        atomic_uint *slot = &slots[(number + probe) % OMNI_HAS_SLOTS];
        unsigned seen = atomic_load_explicit(slot, memory_order_relaxed);

        if (seen >> 2 == number && (seen & 3) != UNKNOWN)
            return (seen & 3) == PRESENT;
        if (seen != 0)
            continue;
        omni_os_memory_set(false);
        answer = ask(number) ? PRESENT : ABSENT;
        if (omni_os_memory_short())
            return unanswered(backend);
        (void)atomic_compare_exchange_strong_explicit(slot, &seen, (unsigned)number << 2 | answer,
                                                      memory_order_relaxed, memory_order_relaxed);
        return answer == PRESENT;
    }
    return ask(number);
}

bool omni_backend_has_group(const otls_backend *backend, uint16_t group)
{
    return remembered(caches(backend), caches(backend)->groups, group,
                      OMNI_MODULE(backend)->context->has_group);
}

bool omni_backend_has_signature(const otls_backend *backend, uint16_t scheme)
{
    return remembered(caches(backend), caches(backend)->signatures, scheme,
                      OMNI_MODULE(backend)->context->has_signature);
}
