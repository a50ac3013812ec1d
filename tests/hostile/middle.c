/* SPDX-License-Identifier: MIT */
#include "middle.h"

#include <omnitls/insecure.h>
#include <omnitls/parity.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENGINES 4
#define WIRE 16384
#define TURNS 60

static const char *const moment_names[MIDDLE_MOMENTS] = {
    [MIDDLE_HANDSHAKE] = "handshake", [MIDDLE_OPEN] = "open", [MIDDLE_KEY_UPDATE] = "key update",
    [MIDDLE_LATE] = "late authentication", [MIDDLE_RENEGOTIATION] = "renegotiation"};

static unsigned long runs[MIDDLE_MOMENTS];

void middle_die(const char *what, const otls_error *err)
{
    fprintf(stderr, "%s: %s [%s]\n", what, err != NULL ? err->text : "", err != NULL ? err->native_text : "");
    exit(2);
}

static void must(otls_status status, const otls_error *err, const char *what)
{
    if (status != OTLS_OK)
        middle_die(what, err);
}

/* ---- contexts ---- */

static void set_trust(otls_context *context, const char *pki)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_trust *trust;
    char path[4096];

    (void)snprintf(path, sizeof(path), "%s/root.pem", pki);
    must(otls_trust_new(&trust, &err), &err, "trust");
    must(otls_trust_add_file(trust, path, &err), &err, "root");
    must(otls_context_set_trust(context, trust, &err), &err, "trust");
    otls_trust_free(trust);
}

static void set_identity(otls_context *context, const otls_backend *engine, const char *pki, const char *name)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity;
    char chain[4096], key[4096];

    (void)snprintf(chain, sizeof(chain), "%s/%s.pem", pki, name);
    (void)snprintf(key, sizeof(key), "%s/%s.key", pki, name);
    must(otls_identity_from_files(&identity, engine, chain, key, NULL, NULL, &err), &err, "identity");
    must(otls_context_add_identity(context, identity, &err), &err, "identity");
    otls_identity_free(identity);
}

/* What the moment wants of both engines. */
static bool can(middle_moment moment, const otls_backend *engine, uint16_t version)
{
    switch (moment) {
    case MIDDLE_KEY_UPDATE:
        return version == OTLS_TLS1_3 && otls_backend_supports(engine, OTLS_FEATURE_KEY_UPDATE, NULL) != OTLS_NO;
    case MIDDLE_LATE:
        return version == OTLS_TLS1_3 &&
               otls_backend_supports(engine, OTLS_FEATURE_POST_HANDSHAKE_AUTH, NULL) != OTLS_NO;
    case MIDDLE_RENEGOTIATION:
        return version == OTLS_TLS1_2 && otls_backend_supports(engine, OTLS_FEATURE_RENEGOTIATION, NULL) != OTLS_NO;
    default:
        return true;
    }
}

static void set_up(middle *m, const char *pki, const otls_backend *client, const otls_backend *server,
                   uint16_t version, middle_moment moment)
{
    otls_error err = OTLS_ERROR_INIT;

    *m = (middle){.moment = moment, .version = version, .engines = {client, server}};
    (void)snprintf(m->name, sizeof(m->name), "%s -> %s %s, %s", otls_backend_name(client), otls_backend_name(server),
                   otls_version_name(version), moment_names[moment]);
    for (int i = 0; i < 2; i++) {
        must(otls_context_new(&m->contexts[i], m->engines[i], i == 0 ? OTLS_CLIENT : OTLS_SERVER, &err), &err,
             "context");
        must(otls_context_set_versions(m->contexts[i], version, version, &err), &err, "versions");
        set_trust(m->contexts[i], pki);
        if (moment == MIDDLE_LATE)
            must(otls_context_set_post_handshake_auth(m->contexts[i], true, &err), &err, "late authentication");
        if (moment == MIDDLE_RENEGOTIATION)
            must(otls_context_clear_options(m->contexts[i], OTLS_OPTION_NO_RENEGOTIATION, &err), &err, "options");
    }
    set_identity(m->contexts[1], server, pki, "server-ecdsa-p256");
    if (moment == MIDDLE_LATE) {
        set_identity(m->contexts[0], client, pki, "client-ecdsa-p256");
        must(otls_context_set_verify_mode(m->contexts[1], OTLS_VERIFY_MODE_REQUIRED, &err), &err, "mode");
    }
}

void middle_each(const char *pki, const char *client, void (*one)(middle *m, size_t number))
{
    const otls_backend *engines[ENGINES], *subject;
    const size_t count = otls_backend_list(engines, ENGINES);
    otls_error err = OTLS_ERROR_INIT;
    middle m;

    must(otls_backend_find(&subject, client, &err), &err, client);
    for (size_t e = 0; e < count && e < ENGINES; e++)
        for (uint16_t version = OTLS_TLS1_2; version <= OTLS_TLS1_3; version++)
            for (middle_moment moment = MIDDLE_HANDSHAKE; moment < MIDDLE_MOMENTS; moment++) {
                if (!can(moment, subject, version) || !can(moment, engines[e], version))
                    continue;
                set_up(&m, pki, subject, engines[e], version, moment);
                one(&m, e);
                otls_context_free(m.contexts[0]);
                otls_context_free(m.contexts[1]);
            }
    for (int moment = 0; moment < MIDDLE_MOMENTS; moment++)
        printf("%s: %lu connections\n", moment_names[moment], runs[moment]);
}

unsigned long middle_runs(void)
{
    unsigned long sum = 0;

    for (int moment = 0; moment < MIDDLE_MOMENTS; moment++)
        sum += runs[moment];
    return sum;
}

/* ---- a connection ---- */

void middle_deliver(middle *m, int to, const uint8_t *bytes, size_t size)
{
    size_t taken;

    (void)otls_connection_feed(m->ends[to].conn, bytes, size, &taken, NULL);
}

void middle_cut(middle *m, int to)
{
    (void)otls_connection_feed_eof(m->ends[to].conn, NULL);
}

/* false: nothing moved */
static bool carry(middle *m, int from, middle_pass *pass, void *user)
{
    uint8_t bytes[WIRE];
    size_t size = 0;

    if (otls_connection_drain(m->ends[from].conn, bytes, sizeof(bytes), &size, NULL) != OTLS_OK || size == 0)
        return false;
    m->ends[from].octets += size;
    if (pass != NULL)
        pass(user, m, from, bytes, size);
    else
        middle_deliver(m, 1 - from, bytes, size);
    return true;
}

/* One message, "c0" to "s2": whoever reads sees whose it is and that none is missing. */
static otls_status write_next(middle_end *e, int number)
{
    const char message[2] = {number == 0 ? 'c' : 's', (char)('0' + e->sent)};
    size_t count;
    otls_status status = otls_connection_write(e->conn, message, sizeof(message), &count, &e->err);

    if (status == OTLS_OK)
        e->sent++;
    return status;
}

/* All that is there. More than was to come shows in `got`: it has room for one octet more. */
static otls_status read_all(middle_end *e)
{
    otls_status status;
    size_t count;

    do {
        status = otls_connection_read(e->conn, e->got + e->length, sizeof(e->got) - e->length, &count, &e->err);
        if (status == OTLS_OK)
            e->length += count;
    } while (status == OTLS_OK && e->length < sizeof(e->got));
    return status;
}

/* What an end can do now: its handshake, a message in each turn, whatever has come. `data`: may it write? */
static void step(middle *m, int number, bool data)
{
    middle_end *e = &m->ends[number];
    otls_status status;

    if (e->status < 0 || e->status == OTLS_CLOSED)
        return;
    if (!e->open) {
        e->status = otls_connection_handshake(e->conn, &e->err);
        if (e->status != OTLS_OK)
            return;
        e->open = true;
    }
    e->status = OTLS_WANT_READ;
    if (data && e->sent < MIDDLE_MESSAGES) {
        status = write_next(e, number);
        if (status < 0) {
            e->status = status;
            return;
        }
    }
    status = read_all(e);
    e->status = status < 0 || status == OTLS_CLOSED ? status
                : e->sent == MIDDLE_MESSAGES && e->length >= (size_t)2 * MIDDLE_MESSAGES ? OTLS_OK
                                                                                         : OTLS_WANT_READ;
}

/* Both ends until nothing moves and nothing is left to write. */
static void go_on(middle *m, bool data, middle_pass *pass, void *user)
{
    bool moved = true;

    for (int turn = 0; moved && turn < TURNS; turn++) {
        moved = false;
        for (int i = 0; i < 2; i++) {
            const unsigned sent = m->ends[i].sent;

            step(m, i, data);
            moved = carry(m, i, pass, user) || sent != m->ends[i].sent || moved;
        }
    }
}

static void begin(middle *m)
{
    otls_error err = OTLS_ERROR_INIT;

    switch (m->moment) {
    case MIDDLE_KEY_UPDATE:
        must(otls_connection_key_update(m->ends[0].conn, true, &err), &err, m->name);
        break;
    case MIDDLE_LATE:
        must(otls_connection_request_client_certificate(m->ends[1].conn, &err), &err, m->name);
        break;
    case MIDDLE_RENEGOTIATION:
        must(otls_connection_renegotiate(m->ends[0].conn, &err), &err, m->name);
        break;
    default:
        break;
    }
}

static bool happened(const middle *m)
{
    switch (m->moment) {
    case MIDDLE_LATE:
        return otls_connection_peer_chain_count(m->ends[1].conn) != 0;
    case MIDDLE_RENEGOTIATION:
        return otls_connection_renegotiations(m->ends[0].conn) == 1 &&
               otls_connection_renegotiations(m->ends[1].conn) == 1;
    default:
        return true;
    }
}

static bool failed(const middle *m)
{
    return m->ends[0].status < 0 || m->ends[1].status < 0;
}

static void run(middle *m, middle_pass *pass, void *user)
{
    const bool later = m->moment != MIDDLE_HANDSHAKE;

    memset(m->ends, 0, sizeof(m->ends));
    for (int i = 0; i < 2; i++) {
        middle_end *e = &m->ends[i];
        const otls_error blank = OTLS_ERROR_INIT;

        e->err = blank;
        must(otls_connection_new_memory(&e->conn, m->contexts[i], &e->err), &e->err, m->name);
    }
    must(otls_connection_set_server_name(m->ends[0].conn, "localhost", NULL), NULL, m->name);
    if (later) {
        go_on(m, false, NULL, NULL);
        if (!m->ends[0].open || !m->ends[1].open || failed(m))
            middle_die(m->name, &m->ends[failed(m) && m->ends[1].status < 0].err);
        m->ends[0].octets = m->ends[1].octets = 0;
        begin(m);
    }
    go_on(m, true, pass, user);
    m->whole = m->ends[0].status == OTLS_OK && m->ends[1].status == OTLS_OK && happened(m);
    m->failed = failed(m);
    /* Who still waits for something is told that nothing will come. */
    for (int i = 0; i < 2; i++)
        if (!m->whole && m->ends[i].status > 0)
            middle_cut(m, i);
    for (int i = 0; i < 2; i++)
        step(m, i, false);
    for (int i = 0; i < 2; i++) {
        if (m->ends[i].status < 0 && m->ends[i].open && otls_connection_failure(m->ends[i].conn, NULL) == OTLS_OK)
            m->untold = true;
        otls_connection_free(m->ends[i].conn);
        m->ends[i].conn = NULL;
    }
}

const char *middle_wrong(const middle *m)
{
    static const char text[2][2 * MIDDLE_MESSAGES + 1] = {"s0s1s2", "c0c1c2"};

    for (int i = 0; i < 2; i++) {
        const middle_end *e = &m->ends[i];

        if (e->length > (size_t)2 * MIDDLE_MESSAGES || memcmp(e->got, text[i], e->length) != 0)
            return "other data";
        if (e->status == OTLS_CLOSED)
            return "a clean end";
        if (!m->whole && e->status > 0)
            return "waits behind the end";
        if (e->status == OTLS_E_INTERNAL || e->status == OTLS_E_USAGE || e->status == OTLS_E_NOMEM ||
            e->status == OTLS_E_UNSUPPORTED)
            return otls_status_name(e->status);
    }
    return m->untold ? "a failure that is not kept" : NULL;
}

void middle_run(middle *m, middle_pass *pass, void *user)
{
    run(m, pass, user);
    runs[m->moment]++;
}

void middle_undisturbed(middle *m, middle_pass *pass, void *user)
{
    run(m, pass, user);
    if (!m->whole || m->failed || middle_wrong(m) != NULL)
        middle_die(m->name, &m->ends[0].err);
}
