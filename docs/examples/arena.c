/* SPDX-License-Identifier: MIT */
/*
 * All that omnitls' core takes comes out of one array of fixed size: arena CA.pem CERT.pem KEY.pem.
 * Pairs of connections are made until it is full. What fails then says OTLS_E_NOMEM and leaves
 * nothing behind, those that are there go on, and what one of them gives back serves the next.
 * (Engines have allocators of their own, see OTLS_FEATURE_ALLOCATOR.)
 */
#include <omnitls/omnitls.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* ---- the arena: blocks one behind the other, each with its size before it ---- */

typedef union head {
    struct {
        size_t size; /* with the head */
        int taken;
    } is;
    max_align_t aligned;
} head;

enum { ARENA_HEADS = 512 * 1024 / sizeof(head), PAIRS_MAX = 256 };

static head arena[ARENA_HEADS];
static size_t arena_used; /* bytes that somebody has */

static head *head_after(head *at)
{
    return at + at->is.size / sizeof(head);
}

static void arena_start(void)
{
    arena[0].is.size = sizeof(arena);
}

/* One thread at a time: a program with more locks here. */
static void *arena_allocate(size_t size, void *user)
{
    const size_t need = (size + 2 * sizeof(head) - 1) / sizeof(head) * sizeof(head);
    head *const end = arena + ARENA_HEADS;

    (void)user;
    if (size > sizeof(arena))
        return NULL;
    for (head *at = arena; at < end; at = head_after(at)) {
        if (at->is.taken)
            continue;
        for (head *next = head_after(at); next < end && !next->is.taken; next = head_after(at))
            at->is.size += next->is.size;
        if (at->is.size < need)
            continue;
        if (at->is.size > need) {
            at[need / sizeof(head)] = (head){.is = {.size = at->is.size - need}};
            at->is.size = need;
        }
        at->is.taken = 1;
        arena_used += need;
        return at + 1;
    }
    return NULL;
}

static void arena_release(void *block, void *user)
{
    head *at = (head *)block - 1;

    (void)user;
    arena_used -= at->is.size;
    at->is.taken = 0;
}

static void *arena_reallocate(void *block, size_t size, void *user)
{
    size_t had;
    void *more;

    if (block == NULL)
        return arena_allocate(size, user);
    had = ((head *)block - 1)->is.size - sizeof(head);
    if (had >= size)
        return block;
    more = arena_allocate(size, user);
    if (more != NULL) {
        memcpy(more, block, had);
        arena_release(block, user);
    }
    return more;
}

/* ---- what lives in it ---- */

typedef struct pair {
    otls_connection *ends[2]; /* the client, the server */
} pair;

static otls_status carry(otls_connection *from, otls_connection *to, otls_error *err)
{
    for (;;) {
        size_t size, taken = 0;
        const uint8_t *data = otls_connection_output(from, &size);
        otls_status status;

        if (size == 0)
            return OTLS_OK;
        status = otls_connection_feed(to, data, size, &taken, err);
        if (status != OTLS_OK || taken == 0)
            return status;
        otls_connection_output_taken(from, taken);
    }
}

static otls_status shake_hands(const pair *both, otls_error *err)
{
    otls_status done[2] = {OTLS_WANT_READ, OTLS_WANT_READ};

    for (int i = 0; done[0] != OTLS_OK || done[1] != OTLS_OK; i = !i) {
        otls_status status;

        done[i] = otls_connection_handshake(both->ends[i], err);
        if (done[i] < OTLS_OK)
            return done[i];
        status = carry(both->ends[i], both->ends[!i], err);
        if (status != OTLS_OK)
            return status;
    }
    return OTLS_OK;
}

static void pair_end(pair *both)
{
    for (int i = 0; i < 2; i++) {
        otls_connection_free(both->ends[i]);
        both->ends[i] = NULL;
    }
}

/* A pair that has shaken hands, or nothing. */
static otls_status pair_make(pair *both, otls_context *const contexts[2], otls_error *err)
{
    otls_status status = OTLS_OK;

    for (int i = 0; i < 2 && status == OTLS_OK; i++)
        status = otls_connection_new_memory(&both->ends[i], contexts[i], err);
    if (status == OTLS_OK)
        status = otls_connection_set_server_name(both->ends[0], "localhost", err);
    if (status == OTLS_OK)
        status = shake_hands(both, err);
    if (status != OTLS_OK)
        pair_end(both);
    return status;
}

static otls_status pair_talk(const pair *both, otls_error *err)
{
    char heard[8] = "";
    size_t count;
    otls_status status = otls_connection_write(both->ends[0], "hello", 5, &count, err);

    if (status == OTLS_OK)
        status = carry(both->ends[0], both->ends[1], err);
    if (status == OTLS_OK)
        status = otls_connection_read(both->ends[1], heard, sizeof(heard), &count, err);
    return status == OTLS_OK && strcmp(heard, "hello") != 0 ? OTLS_E_INTERNAL : status;
}

static otls_status contexts_make(otls_context *contexts[2], char **files, otls_error *err)
{
    otls_trust *trust = NULL;
    otls_identity *identity = NULL;
    otls_status status = otls_context_new(&contexts[0], NULL, OTLS_CLIENT, err);

    if (status == OTLS_OK)
        status = otls_context_new(&contexts[1], NULL, OTLS_SERVER, err);
    if (status == OTLS_OK)
        status = otls_trust_new(&trust, err);
    if (status == OTLS_OK)
        status = otls_trust_add_file(trust, files[0], err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(contexts[0], trust, err);
    if (status == OTLS_OK)
        status = otls_identity_from_files(&identity, otls_context_backend(contexts[1]), files[1],
                                          files[2], NULL, NULL, err);
    if (status == OTLS_OK)
        status = otls_context_add_identity(contexts[1], identity, err);
    otls_trust_free(trust);
    otls_identity_free(identity);
    return status;
}

/* Pairs until the arena is full; then all that must still be true. 0, or what is not, and err says
 * why. */
static const char *fill(otls_context *const contexts[2], otls_error *err)
{
    static pair pairs[PAIRS_MAX];
    size_t count = 0, before = 0;
    otls_status status = OTLS_OK;
    const char *wrong = NULL;

    while (count < PAIRS_MAX && status == OTLS_OK) {
        before = arena_used;
        status = pair_make(&pairs[count], contexts, err);
        count += status == OTLS_OK;
    }
    printf("%u pairs in %u KiB, then: %s\n", (unsigned)count, (unsigned)(sizeof(arena) / 1024),
           err->text);
    if (status != OTLS_E_NOMEM || count == 0)
        wrong = "the end of the memory is not what was met";
    else if (arena_used != before)
        wrong = "a pair that failed left something behind";
    for (size_t i = 0; i < count && wrong == NULL; i++)
        if (pair_talk(&pairs[i], err) != OTLS_OK)
            wrong = "a pair from before does not go on";
    if (wrong == NULL) {
        pair_end(&pairs[0]);
        if (pair_make(&pairs[0], contexts, err) != OTLS_OK)
            wrong = "what was given back does not serve again";
    }
    for (size_t i = 0; i < count; i++)
        pair_end(&pairs[i]);
    return wrong;
}

int main(int argc, char **argv)
{
    const otls_allocator allocator = {.size = sizeof(allocator),
                                      .allocate = arena_allocate,
                                      .reallocate = arena_reallocate,
                                      .release = arena_release};
    otls_error err = OTLS_ERROR_INIT;
    const char *wrong = NULL;
    size_t left[2];

    if (argc != 4)
        return fprintf(stderr, "usage: arena CA.pem CERT.pem KEY.pem\n"), 2;
    arena_start();
    if (otls_set_allocator(&allocator, &err) != OTLS_OK)
        wrong = "no allocator";
    for (int round = 0; round < 2 && wrong == NULL; round++) {
        otls_context *contexts[2] = {NULL, NULL};

        wrong = contexts_make(contexts, argv + 1, &err) == OTLS_OK ? fill(contexts, &err)
                                                                   : "no contexts";
        for (int i = 0; i < 2; i++)
            otls_context_free(contexts[i]);
        left[round] = arena_used;
    }
    if (wrong == NULL && left[0] != left[1])
        wrong = "the second round left more than the first";
    if (wrong != NULL)
        return fprintf(stderr, "%s: %s\n", wrong, err.text), 1;
    printf("nothing lost: %u bytes are in use, which the library keeps\n", (unsigned)left[1]);
    return 0;
}
