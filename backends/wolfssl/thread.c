/* SPDX-License-Identifier: MIT */
/*
 * wolfSSL built with FP_ECC and HAVE_THREAD_LS (Debian's) keeps a cache of curve points per thread,
 * some 1.6 MB, and leaves it behind when the thread ends. A thread-specific key frees it.
 */
#include "wolf.h"

#if defined(FP_ECC) && defined(HAVE_THREAD_LS)

#include <pthread.h>

static pthread_key_t cache_key;

static void free_cache(void *mark)
{
    (void)mark;
    wc_ecc_fp_free();
}

bool wolf_threads_start(void)
{
    return pthread_key_create(&cache_key, free_cache) == 0;
}

void wolf_thread_mark(void)
{
    /* the value only has to be there: the destructor runs for threads that have one */
    if (pthread_getspecific(cache_key) == NULL)
        (void)pthread_setspecific(cache_key, &cache_key);
}

#else

bool wolf_threads_start(void)
{
    return true;
}

void wolf_thread_mark(void)
{
}

#endif
