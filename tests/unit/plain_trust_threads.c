/* SPDX-License-Identifier: MIT */
/*
 * Many threads, one store: the first to need an anchor decodes it, the first to need its key in an
 * engine imports it, all others find it there. A plain program, because the thread sanitizer cannot
 * run under Criterion.
 */
#include "base/alloc.h"
#include "base/files.h"
#include "trust/trust.h"
#include "verify/verify.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 8, ROUNDS = 30, PER_THREAD = 4, CHAIN_MAX = 4, ENGINES_MAX = 8 };

typedef struct work {
    otls_trust *trust;
    otls_certificate *chain[CHAIN_MAX];
    size_t count;
    const otls_backend *engines[ENGINES_MAX];
    size_t engine_count;
    pthread_barrier_t start;
    atomic_uint wrong;
} work;

static void die(const char *what)
{
    fprintf(stderr, "plain_trust_threads: %s\n", what);
    exit(1);
}

static otls_status take(const omni_pem_block *block, void *user, otls_error *err)
{
    work *to = user;

    if (!omni_pem_label_is(block, "CERTIFICATE") || to->count == CHAIN_MAX)
        return OTLS_OK;
    return otls_certificate_from_der(&to->chain[to->count++], block->der.data, block->der.size,
                                     err);
}

static void *verify(void *user)
{
    work *shared = user;

    pthread_barrier_wait(&shared->start);
    for (size_t i = 0; i < PER_THREAD * shared->engine_count; i++) {
        const omni_verify_request request = {
            .trust = shared->trust,
            .chain = (const otls_certificate *const *)shared->chain,
            .chain_count = shared->count,
            .backend = shared->engines[i % shared->engine_count],
            .time = 1767225600, /* 2026-01-01 */
            .purpose = OTLS_PURPOSE_SERVER,
            .max_depth = -1,
            .security_level = -1,
        };
        otls_verdict verdict;

        if (omni_verify_chain(&request, &verdict, NULL) != OTLS_OK || verdict.flags != 0)
            atomic_fetch_add(&shared->wrong, 1);
        omni_verdict_clear(&verdict);
    }
    return NULL;
}

static void round_of_threads(work *shared)
{
    pthread_t threads[THREADS];

    if (otls_trust_new(&shared->trust, NULL) != OTLS_OK ||
        otls_trust_add_file(shared->trust, OTLS_TEST_PKI "/root.pem", NULL) != OTLS_OK)
        die("no store");
    omni_trust_seal(shared->trust);
    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, verify, shared) != 0)
            die("no thread");
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    otls_trust_free(shared->trust);
}

int main(void)
{
    static work shared;
    unsigned char *text = NULL;
    size_t size = 0;

    if (omni_file_read(OTLS_TEST_PKI "/server-ecdsa-p256.pem", &text, &size, NULL) != OTLS_OK ||
        omni_pem_each((otls_slice){.data = text, .size = size}, take, &shared, NULL, NULL) !=
            OTLS_OK)
        die("no chain");
    omni_free(text);
    shared.engine_count = otls_backend_list(shared.engines, ENGINES_MAX);
    if (shared.engine_count == 0 || shared.engine_count > ENGINES_MAX ||
        pthread_barrier_init(&shared.start, NULL, THREADS) != 0)
        die("no engine");
    for (int i = 0; i < ROUNDS; i++)
        round_of_threads(&shared);
    for (size_t i = 0; i < shared.count; i++)
        otls_certificate_free(shared.chain[i]);
    pthread_barrier_destroy(&shared.start);
    printf("%u of %zu verdicts wrong\n", atomic_load(&shared.wrong),
           (size_t)THREADS * ROUNDS * PER_THREAD * shared.engine_count);
    return atomic_load(&shared.wrong) != 0;
}
