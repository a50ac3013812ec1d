/* SPDX-License-Identifier: MIT */
/*
 * What core takes of the heap, octet by octet: a client's and a server's context, a connection when
 * it is made, at most during a handshake over memory, and when it is idle. An engine's own memory
 * is not in it (it has its own allocator). Where no server was compiled in: a client up to its
 * hello. Prints "name octets" lines.
 */
#include "platforms_pki.h"

#include <omnitls/omnitls.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOOD_TIME 1798761600 /* 1 January 2027 */

/* ---- an allocator that counts ---- */

typedef union head {
    size_t size;
    max_align_t aligned;
} head;

static size_t held, most;

static void *counted(void *block, size_t size, void *user)
{
    head *old = block != NULL ? (head *)block - 1 : NULL;
    const size_t before = old != NULL ? old->size : 0;
    head *now = realloc(old, sizeof(head) + size);

    (void)user;
    if (now == NULL)
        return NULL;
    now->size = size;
    held += size - before;
    most = held > most ? held : most;
    return now + 1;
}

static void *count(size_t size, void *user)
{
    return counted(NULL, size, user);
}

static void uncount(void *block, void *user)
{
    head *old = (head *)block - 1;

    (void)user;
    held -= old->size;
    free(old);
}

/* What was taken since the last one. */
static void tell(const char *name, size_t *since)
{
    printf("%s %lu\n", name, (unsigned long)(held - *since));
    *since = held;
}

/* ---- what is weighed ---- */

static int64_t tell_time(void *user)
{
    (void)user;
    return GOOD_TIME;
}

static otls_status make_client(otls_context **out, otls_error *err)
{
    otls_trust *trust = NULL;
    otls_status status = otls_context_new(out, NULL, OTLS_CLIENT, err);

    if (status == OTLS_OK)
        status = otls_context_set_clock_callback(*out, tell_time, NULL, err);
    if (status == OTLS_OK)
        status = otls_trust_new(&trust, err);
    if (status == OTLS_OK)
        status =
            otls_trust_add_memory(trust, platforms_root_pem, sizeof(platforms_root_pem) - 1, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(*out, trust, err);
    otls_trust_free(trust);
    return status;
}

#if OTLS_WITH_SERVER
static otls_status make_server(otls_context **out, otls_error *err)
{
    otls_identity *identity = NULL;
    otls_status status = otls_context_new(out, NULL, OTLS_SERVER, err);

    if (status == OTLS_OK)
        status = otls_context_set_clock_callback(*out, tell_time, NULL, err);
    if (status == OTLS_OK)
        status = otls_identity_from_memory(
            &identity, otls_context_backend(*out), platforms_server_ecdsa_p256_pem,
            sizeof(platforms_server_ecdsa_p256_pem) - 1, platforms_server_ecdsa_p256_key,
            sizeof(platforms_server_ecdsa_p256_key) - 1, NULL, NULL, err);
    if (status == OTLS_OK)
        status = otls_context_add_identity(*out, identity, err);
    otls_identity_free(identity);
    return status;
}
#endif

static otls_status carry(otls_connection *from, otls_connection *to, otls_error *err)
{
    for (;;) {
        size_t size, taken = 0;
        const uint8_t *data = otls_connection_output(from, &size);
        otls_status status;

        if (size == 0 || to == NULL)
            return OTLS_OK;
        status = otls_connection_feed(to, data, size, &taken, err);
        if (status != OTLS_OK || taken == 0)
            return status;
        otls_connection_output_taken(from, taken);
    }
}

/* Until both are done; without a server, until the hello is there. */
static otls_status shake_hands(otls_connection *const ends[2], otls_error *err)
{
    otls_status done[2] = {OTLS_WANT_READ, ends[1] != NULL ? OTLS_WANT_READ : OTLS_OK};

    for (int i = 0; done[0] != OTLS_OK || done[1] != OTLS_OK; i = !i) {
        otls_status status;

        if (ends[i] == NULL)
            return OTLS_OK;
        done[i] = otls_connection_handshake(ends[i], err);
        if (done[i] < OTLS_OK)
            return done[i];
        status = carry(ends[i], ends[!i], err);
        if (status != OTLS_OK)
            return status;
    }
    return OTLS_OK;
}

static otls_status weigh(otls_context *contexts[2], otls_connection *ends[2], otls_error *err)
{
    size_t since = held, one;
    otls_status status = make_client(&contexts[0], err);

    tell("client-context", &since);
#if OTLS_WITH_SERVER
    if (status == OTLS_OK)
        status = make_server(&contexts[1], err);
    tell("server-context", &since);
#endif
    for (int round = 0; round < 2 && status == OTLS_OK;
         round++) { /* the first seals the contexts */
        since = most = held;
        for (int i = 0; i < 2 && status == OTLS_OK; i++)
            if (contexts[i] != NULL)
                status = otls_connection_new_memory(&ends[i], contexts[i], err);
        one = held - since;
        if (status == OTLS_OK)
            status = otls_connection_set_server_name(ends[0], "localhost", err);
        if (status == OTLS_OK)
            status = shake_hands(ends, err);
        if (status != OTLS_OK || round == 0) {
            for (int i = 0; i < 2; i++) {
                otls_connection_free(ends[i]);
                ends[i] = NULL;
            }
            continue;
        }
        printf("connections-new %lu\nconnections-most %lu\n", (unsigned long)one,
               (unsigned long)(most - since));
        for (int i = 0; i < 2; i++)
            if (ends[i] != NULL)
                otls_connection_release_buffers(ends[i]);
        tell("connections-idle", &since);
        otls_connection_free(ends[1]);
        ends[1] = NULL;
        printf("server-idle %lu\n", (unsigned long)(since - held));
    }
    return status;
}

int main(void)
{
    const otls_allocator allocator = {
        .size = sizeof(allocator), .allocate = count, .reallocate = counted, .release = uncount};
    otls_error err = OTLS_ERROR_INIT;
    otls_context *contexts[2] = {NULL, NULL};
    otls_connection *ends[2] = {NULL, NULL};
    otls_status status = otls_set_allocator(&allocator, &err);

    if (status == OTLS_OK)
        status = weigh(contexts, ends, &err);
    for (int i = 0; i < 2; i++) {
        otls_connection_free(ends[i]);
        otls_context_free(contexts[i]);
    }
    printf("left %lu\n", (unsigned long)held);
    if (status != OTLS_OK)
        printf("%s\n", err.text);
    return status != OTLS_OK;
}
