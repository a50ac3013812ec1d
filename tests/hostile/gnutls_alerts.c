/* SPDX-License-Identifier: MIT */
/*
 * gnutls_alerts PKI ENGINE: what a peer may send besides data on a connection that is open, and how
 * much of it. Warnings, user_canceled above all, end nothing (RFC 5246 7.2, RFC 8446 6.1): data
 * behind them is read, and a lost close_notify is a truncation still. Too many in a row are a
 * limit, as are too many key updates where the engine counts them. The peer is GnuTLS, used
 * directly.
 */
#include "corpus/corpus.h"
#include "corpus/raw_peer.h"

#include <omnitls/insecure.h>
#include <omnitls/omnitls.h>
#include <stdlib.h>
#include <string.h>

static const otls_backend *engine;
static raw_chain chain;
static size_t failures, checks;

/* One connection of ours, and the peer. */
typedef struct meeting {
    otls_context *context;
    otls_connection *conn;
    otls_transport inner;
    raw_peer peer;
    uint16_t version;
    bool server; /* we are */
    bool ended;  /* the peer's side of the transport */
} meeting;

static void check(bool right, const meeting *m, const char *what, otls_status status,
                  const otls_error *err)
{
    checks++;
    if (right)
        return;
    failures++;
    printf("FAILED %s %s, TLS 1.%d, %s: %s, code %s, alert %d: %s [%s]\n",
           otls_backend_name(engine), m->server ? "server" : "client",
           m->version == OTLS_TLS1_3 ? 3 : 2, what, otls_status_name(status),
           otls_code_name(err->code), (int)err->alert, err->text, err->native_text);
}

static otls_status read_until_ended(void *user, void *out, size_t capacity, size_t *count)
{
    meeting *m = user;
    const otls_status status = m->inner.read(m->inner.user, out, capacity, count);

    return status == OTLS_WANT_READ && m->ended ? OTLS_E_TRUNCATED : status;
}

static otls_status write_through(void *user, const void *data, size_t size, size_t *count)
{
    meeting *m = user;

    return m->inner.write(m->inner.user, data, size, count);
}

/* ---- the connection ---- */

static void make_context(meeting *m, const char *pki)
{
    otls_error err = OTLS_ERROR_INIT;

    corpus_must(otls_context_new(&m->context, engine, m->server ? OTLS_SERVER : OTLS_CLIENT, &err),
                &err, "context");
    corpus_must(otls_context_set_versions(m->context, m->version, m->version, &err), &err,
                "version");
    if (m->server) {
        char cert[4096], key[4096];
        otls_identity *identity;

        snprintf(cert, sizeof(cert), "%s/server-ecdsa-p256.pem", pki);
        snprintf(key, sizeof(key), "%s/server-ecdsa-p256.key", pki);
        corpus_must(otls_identity_from_files(&identity, engine, cert, key, NULL, NULL, &err), &err,
                    cert);
        corpus_must(otls_context_add_identity(m->context, identity, &err), &err, "identity");
        otls_identity_free(identity);
    } else {
        corpus_must(otls_context_insecure_no_verify(m->context, &err), &err, "no verification");
    }
}

static void meet(meeting *m)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_WANT_READ;
    const otls_transport transport = {.read = read_until_ended, .write = write_through, .user = m};

    m->ended = false;
    raw_open(&m->peer, &chain, !m->server, m->version);
    m->inner = raw_transport(&m->peer);
    corpus_must(otls_connection_new(&m->conn, m->context, &transport, &err), &err, "connection");
    for (int turn = 0; turn < 50 && (status != OTLS_OK || m->peer.status != 0); turn++) {
        (void)raw_step(&m->peer);
        status = otls_connection_handshake(m->conn, &err);
        corpus_must(status, &err, "handshake");
    }
    if (status != OTLS_OK || m->peer.status != 0)
        corpus_die("handshake", "not done");
}

static void part(meeting *m)
{
    otls_connection_free(m->conn);
    raw_close(&m->peer);
}

static void send_data(meeting *m, const char *text)
{
    if (gnutls_record_send(m->peer.session, text, strlen(text)) != (ssize_t)strlen(text))
        corpus_die("peer", "cannot send");
}

static void send_warning(meeting *m)
{
    if (gnutls_alert_send(m->peer.session, GNUTLS_AL_WARNING, GNUTLS_A_USER_CANCELED) < 0)
        corpus_die("peer", "cannot send an alert");
}

/* What comes next on our side: this text, or with NULL, this status. */
static void expect(meeting *m, const char *text, otls_status wanted, const char *what)
{
    otls_error err = OTLS_ERROR_INIT;
    char data[64] = "";
    size_t count = 0;
    const otls_status status = otls_connection_read(m->conn, data, sizeof(data) - 1, &count, &err);

    check(text != NULL
              ? status == OTLS_OK && count == strlen(text) && memcmp(data, text, count) == 0
              : status == wanted,
          m, what, status, &err);
}

static void expect_write(meeting *m, const char *text)
{
    otls_error err = OTLS_ERROR_INIT;
    char data[64];
    size_t count = 0;
    const otls_status status = otls_connection_write(m->conn, text, strlen(text), &count, &err);

    check(status == OTLS_OK &&
              gnutls_record_recv(m->peer.session, data, sizeof(data)) == (ssize_t)strlen(text),
          m, "our data arrives", status, &err);
}

/* ---- warnings ---- */

static void data_around(meeting *m, unsigned many)
{
    meet(m);
    send_data(m, "one");
    for (unsigned i = 0; i < many; i++)
        send_warning(m);
    send_data(m, "two");
    send_warning(m);
    send_data(m, "xy"); /* as long as an alert */
    if (gnutls_bye(m->peer.session, GNUTLS_SHUT_WR) < 0)
        corpus_die("peer", "cannot close");
    expect(m, "one", OTLS_OK, "before the warning");
    expect(m, "two", OTLS_OK, "behind the warning");
    expect_write(m, "three");
    expect(m, "xy", OTLS_OK, "two octets behind a warning");
    expect(m, NULL, OTLS_CLOSED, "close_notify behind a warning");
    expect_write(m, "four");
    part(m);
}

static void truncated(meeting *m)
{
    meet(m);
    send_data(m, "one");
    send_warning(m);
    m->ended = true;
    expect(m, "one", OTLS_OK, "before the warning");
    expect(m, NULL, OTLS_E_TRUNCATED, "the end behind a warning");
    part(m);
}

/* The same limit, code and alert on every engine: five in a row. */
static void flood(meeting *m, unsigned many)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_WANT_READ;
    uint8_t data[16];
    size_t count;

    meet(m);
    for (unsigned i = 0; i < many && status == OTLS_WANT_READ; i++) {
        send_warning(m);
        if (many < 10) /* else all at once, or one by one */
            status = otls_connection_read(m->conn, data, sizeof(data), &count, &err);
    }
    if (many >= 10)
        status = otls_connection_read(m->conn, data, sizeof(data), &count, &err);
    if (many < 5)
        check(status == OTLS_WANT_READ, m, "four warnings", status, &err);
    else
        check(status == OTLS_E_PROTOCOL && err.code == OTLS_CODE_LIMIT && !err.alert_received &&
                  err.alert == OTLS_ALERT_UNEXPECTED_MESSAGE &&
                  strstr(err.text, "in a row") != NULL,
              m, "many warnings", status, &err);
    part(m);
}

/* ---- key updates ---- */

static void key_updates(meeting *m, unsigned many)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_WANT_READ;
    uint8_t data[16];
    size_t count;
    unsigned i = 0;

    meet(m);
    for (; i < many && status == OTLS_WANT_READ; i++) {
        if (gnutls_session_key_update(m->peer.session, 0) < 0)
            corpus_die("peer", "cannot update its keys");
        status = otls_connection_read(m->conn, data, sizeof(data), &count, &err);
    }
    if (status == OTLS_WANT_READ) {
        send_warning(m);
        send_data(m, "behind");
        expect(m, "behind", OTLS_OK, "data behind key updates");
    } else {
        const char *why;

        check(otls_backend_supports(engine, OTLS_FEATURE_KEY_UPDATE, &why) == OTLS_PARTLY &&
                  strstr(why, "in a second") != NULL && i > 8 && status == OTLS_E_PROTOCOL &&
                  err.code == OTLS_CODE_LIMIT,
              m, "many key updates", status, &err);
    }
    part(m);
}

static void run(const char *pki, bool server, uint16_t version)
{
    meeting m = {.server = server, .version = version};

    make_context(&m, pki);
    data_around(&m, 1);
    data_around(&m, 3);
    truncated(&m);
    for (unsigned many = 4; many <= 6; many++)
        flood(&m, many);
    flood(&m, 2000);
    if (version == OTLS_TLS1_3) {
        key_updates(&m, 8);
        key_updates(&m, 200);
    }
    otls_context_free(m.context);
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;

    if (argc != 3)
        return 2;
    corpus_must(otls_backend_find(&engine, argv[2], &err), &err, argv[2]);
    raw_chain_load_files(&chain, argv[1], "server-ecdsa-p256");
    for (unsigned bits = 0; bits < 4; bits++)
        run(argv[1], (bits & 1) != 0, (bits & 2) != 0 ? OTLS_TLS1_3 : OTLS_TLS1_2);
    raw_chain_free(&chain);
    printf("%zu checks, %zu failures\n", checks, failures);
    return failures != 0;
}
