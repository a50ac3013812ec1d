/* SPDX-License-Identifier: MIT */
/*
 * Records to a connection over memory, of every engine, version and side. The first byte chooses those,
 * the second how far a real peer has come: not at all (the rest is what arrives), or through a handshake
 * and some data, in which the rest changes bytes: four each, where (two), how, and with what. A
 * client's hello may carry the ticket of a handshake before, so that servers open changed ones.
 */
#include <omnitls/insecure.h>
#include <omnitls/omnitls.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENGINES 4
#define CHANGES_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** One engine, one version. */
typedef struct kind {
    const otls_backend *engine;
    otls_context *contexts[2]; /* client, server */
    otls_session *session;
} kind;

static kind kinds[2 * ENGINES];
static size_t kind_count;

static void must(bool good)
{
    if (!good)
        abort();
}

/* ---- the two ends ---- */

typedef struct ends {
    otls_connection *conns[2];
    const uint8_t *script; /* what is changed on the way to `subject` */
    size_t script_size, passed;
    int subject;
} ends;

/* Change what the script says of the bytes from `passed` on. */
static size_t change(ends *e, uint8_t *bytes, size_t size, size_t room)
{
    for (size_t i = 0; i + 4 <= e->script_size; i += 4) {
        const size_t at = (size_t)(e->script[i] << 8 | e->script[i + 1]) % 6000;

        if (at < e->passed || at - e->passed >= size)
            continue;
        switch (e->script[i + 2] % 4) {
        case 0: bytes[at - e->passed] = e->script[i + 3]; break;
        case 1: bytes[at - e->passed] ^= (uint8_t)(1u << e->script[i + 3] % 8); break;
        case 2: memmove(bytes + (at - e->passed), bytes + (at - e->passed) + 1, --size - (at - e->passed)); break;
        default:
            if (size == room)
                break;
            memmove(bytes + (at - e->passed) + 1, bytes + (at - e->passed), size++ - (at - e->passed));
            bytes[at - e->passed] = e->script[i + 3];
            break;
        }
        if (size == 0)
            break;
    }
    return size;
}

static bool carry(ends *e, int from)
{
    uint8_t bytes[4096 + CHANGES_MAX];
    size_t size = 0, taken = 0;

    must(otls_connection_drain(e->conns[from], bytes, 4096, &size, NULL) == OTLS_OK);
    if (size == 0)
        return false;
    if (from != e->subject) {
        const size_t before = size;

        size = change(e, bytes, size, sizeof(bytes));
        e->passed += before;
    }
    (void)otls_connection_feed(e->conns[1 - from], bytes, size, &taken, NULL);
    return true;
}

/* Failures are the peer's, not ours, and final. */
static otls_status check(const otls_connection *conn, otls_status status, const otls_error *err)
{
    otls_error again = OTLS_ERROR_INIT;

    must(status != OTLS_E_INTERNAL && status != OTLS_E_NOMEM && status != OTLS_E_USAGE);
    if (status < 0) {
        must(err->text[0] != '\0' && otls_connection_failure(conn, &again) == status);
        must(strcmp(again.text, err->text) == 0);
    }
    return status;
}

static void read_all(otls_connection *conn)
{
    uint8_t data[2048];
    size_t count;
    otls_error err = OTLS_ERROR_INIT;

    while (check(conn, otls_connection_read(conn, data, sizeof(data), &count, &err), &err) == OTLS_OK)
        for (size_t i = 0; i < count; i++)
            must(data[i] == 'd'); /* nothing but what the peer wrote */
}

static void step(otls_connection *conn)
{
    otls_error err = OTLS_ERROR_INIT;

    if (!otls_connection_handshake_done(conn))
        (void)check(conn, otls_connection_handshake(conn, &err), &err);
    else
        read_all(conn);
}

static void run(ends *e)
{
    bool moved = true;

    for (int turn = 0; moved && turn < 40; turn++) {
        moved = false;
        for (int i = 0; i < 2; i++) {
            step(e->conns[i]);
            while (carry(e, i))
                moved = true;
        }
    }
}

static void write_some(otls_connection *conn)
{
    uint8_t data[1500];
    size_t count;

    memset(data, 'd', sizeof(data));
    if (otls_connection_handshake_done(conn))
        (void)otls_connection_write(conn, data, sizeof(data), &count, NULL);
}

static void open_ends(ends *e, const kind *k, bool resume)
{
    for (int i = 0; i < 2; i++)
        must(otls_connection_new_memory(&e->conns[i], k->contexts[i], NULL) == OTLS_OK);
    must(otls_connection_set_server_name(e->conns[0], "localhost", NULL) == OTLS_OK);
    if (resume && k->session != NULL)
        must(otls_connection_set_session(e->conns[0], k->session, NULL) == OTLS_OK);
}

static void close_ends(ends *e)
{
    otls_connection_free(e->conns[0]);
    otls_connection_free(e->conns[1]);
}

/* ---- what they are made of ---- */

static void make_contexts(kind *k, uint16_t version)
{
    otls_identity *identity;

    must(otls_identity_from_files(&identity, k->engine, OTLS_TEST_PKI "/server-ecdsa-p256.pem",
                                  OTLS_TEST_PKI "/server-ecdsa-p256.key", NULL, NULL, NULL) == OTLS_OK);
    for (int i = 0; i < 2; i++) {
        must(otls_context_new(&k->contexts[i], k->engine, i == 0 ? OTLS_CLIENT : OTLS_SERVER, NULL) ==
             OTLS_OK);
        must(otls_context_set_versions(k->contexts[i], version, version, NULL) == OTLS_OK);
        must(otls_context_set_session_cache_mode(k->contexts[i], OTLS_SESSION_CACHE_BOTH, NULL) ==
             OTLS_OK);
    }
    must(otls_context_insecure_no_verify(k->contexts[0], NULL) == OTLS_OK);
    must(otls_context_add_identity(k->contexts[1], identity, NULL) == OTLS_OK);
    otls_identity_free(identity);
}

/* A handshake that nobody changes must go well, and leaves a session. */
static void take_session(kind *k)
{
    ends e = {.subject = 0};

    open_ends(&e, k, false);
    run(&e);
    must(otls_connection_handshake_done(e.conns[0]) && otls_connection_handshake_done(e.conns[1]));
    k->session = otls_connection_session(e.conns[0]);
    close_ends(&e);
}

static void set_up(void)
{
    const otls_backend *engines[ENGINES];
    size_t count = otls_backend_list(engines, ENGINES);

    count = count < ENGINES ? count : ENGINES;
    for (size_t i = 0; i < count; i++)
        for (int old = 0; old < 2; old++) {
            kind *k = &kinds[kind_count];

            if (old == 0 && otls_backend_supports(engines[i], OTLS_FEATURE_TLS1_3, NULL) == OTLS_NO)
                continue;
            k->engine = engines[i];
            make_contexts(k, old != 0 ? OTLS_TLS1_2 : OTLS_TLS1_3);
            take_session(k);
            kind_count++;
        }
    must(kind_count != 0);
}

/* Bytes of nobody, in pieces. */
static void raw(const kind *k, int side, const uint8_t *data, size_t size)
{
    ends e = {.subject = side};
    size_t taken;

    open_ends(&e, k, false);
    while (size != 0) {
        const size_t part = size < 700 ? size : 700;

        must(otls_connection_feed(e.conns[side], data, part, &taken, NULL) == OTLS_OK);
        step(e.conns[side]);
        data += part;
        size -= part;
    }
    (void)otls_connection_feed_eof(e.conns[side], NULL);
    step(e.conns[side]);
    must(!otls_connection_handshake_done(e.conns[side]));
    close_ends(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ends e = {.subject = 0};
    const kind *k;

    if (kind_count == 0)
        set_up();
    if (size < 2)
        return 0;
    k = &kinds[(data[0] >> 1) % kind_count];
    e.subject = data[0] & 1;
    if (data[1] % 4 == 0) {
        raw(k, e.subject, data + 2, size - 2 < 20000 ? size - 2 : 20000);
        return 0;
    }
    e.script = data + 2;
    e.script_size = size - 2 < 4 * CHANGES_MAX ? size - 2 : 4 * CHANGES_MAX;
    open_ends(&e, k, data[1] % 4 == 1);
    run(&e);
    for (int i = 0; i < 2; i++)
        write_some(e.conns[i]);
    run(&e);
    (void)otls_connection_shutdown(e.conns[1 - e.subject], NULL);
    run(&e);
    close_ends(&e);
    return 0;
}
