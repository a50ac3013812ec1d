/* SPDX-License-Identifier: MIT */
/*
 * Many threads, one server with more identities than natives are kept of: each gets the native that it
 * asked for, and may use it as long as it holds it. A plain program, because the thread sanitizer cannot
 * run under Criterion.
 */
#include "context/context.h"
#include "host_identity.h"

#include <omnitls/omnitls.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 4, ROUNDS = 150, MANY = OMNI_NATIVES_KEPT + 16, HELD = 8, SKIPPED = 77 };

static otls_context *context;
static atomic_uint wrong;

static void die(const char *what)
{
    fprintf(stderr, "plain_natives_threads: %s\n", what);
    exit(1);
}

static void *ask(void *user)
{
    unsigned at = *(unsigned *)user;
    const omni_native *held[HELD] = {NULL};

    for (unsigned i = 0; i < ROUNDS; i++) {
        const omni_native **const place = &held[i % HELD];
        size_t index;

        at = at * 1103515245u + 12345u;
        index = (at >> 8) % MANY;
        omni_native_free(*place);
        *place = NULL;
        if (omni_context_server(context, index, place, NULL) != OTLS_OK ||
            (*place)->identity != otls_context_identity(context, index) ||
            (*place)->policy.chain_count != 1)
            atomic_fetch_add(&wrong, 1);
    }
    for (size_t i = 0; i < HELD; i++)
        omni_native_free(held[i]);
    return NULL;
}

static void add(const otls_backend *backend, size_t number)
{
    otls_identity *identity = host_identity(backend, number, NULL);

    if (identity == NULL || otls_context_add_identity(context, identity, NULL) != OTLS_OK)
        die("no identity");
    otls_identity_free(identity);
}

int main(void)
{
    pthread_t threads[THREADS];
    unsigned seeds[THREADS];
    const otls_backend *backend;

    if (otls_backend_find(&backend, NULL, NULL) != OTLS_OK)
        die("no engine");
    if (otls_backend_supports(backend, OTLS_FEATURE_ED25519, NULL) == OTLS_NO)
        return SKIPPED;
    if (otls_context_new(&context, backend, OTLS_SERVER, NULL) != OTLS_OK)
        die("no context");
    for (size_t i = 0; i < MANY; i++)
        add(backend, i);
    if (otls_context_seal(context, NULL) != OTLS_OK)
        die("not sealed");
    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        if (pthread_create(&threads[i], NULL, ask, &seeds[i]) != 0)
            die("no thread");
    }
    for (unsigned i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    otls_context_free(context);
    if (wrong != 0)
        die("another native than was asked for");
    return 0;
}
