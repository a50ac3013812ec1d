/* SPDX-License-Identifier: MIT */
/*
 * gnutls_bindings PKI ENGINE: channel bindings of TLS 1.2 with a peer that does, and one that does
 * not do the extended master secret (RFC 7627 5.4, RFC 9266 4.2): GnuTLS' library, used directly.
 */
#include "corpus/corpus.h"
#include "corpus/raw_peer.h"

#include <omnitls/insecure.h>
#include <omnitls/omnitls.h>
#include <stdlib.h>
#include <string.h>

static const otls_backend *engine;
static size_t failures, checks;

static void check(otls_connection *conn, otls_channel_binding kind, bool given, const char *what)
{
    otls_error err = OTLS_ERROR_INIT;
    uint8_t value[64];
    size_t size = 0;
    const otls_status status =
        otls_connection_channel_binding(conn, kind, value, sizeof(value), &size, &err);

    checks++;
    if (given ? status == OTLS_OK && size != 0
              : status == OTLS_E_UNSUPPORTED && size == 0 &&
                    strstr(err.text, "extended master secret") != NULL)
        return;
    failures++;
    printf("FAILED %s, binding %d: %s, %zu bytes: %s\n", what, (int)kind, otls_status_name(status),
           size, err.text);
}

/* One connection; `session` is offered, and the new one put there. */
static void connect_once(otls_context *context, raw_chain *chain, bool server, bool extended,
                         gnutls_datum_t *session)
{
    const bool resumed = session->size != 0;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = OTLS_WANT_READ;
    otls_transport transport;
    otls_connection *conn;
    raw_peer peer;
    char what[64];

    raw_open(&peer, chain, !server, OTLS_TLS1_2);
    if (gnutls_priority_set_direct(peer.session,
                                   extended ? "NORMAL:-VERS-ALL:+VERS-TLS1.2"
                                            : "NORMAL:-VERS-ALL:+VERS-TLS1.2:%NO_SESSION_HASH",
                                   NULL) < 0 ||
        (resumed && gnutls_session_set_data(peer.session, session->data, session->size) < 0))
        corpus_die("GnuTLS", "refuses its settings");
    transport = raw_transport(&peer);
    corpus_must(otls_connection_new(&conn, context, &transport, &err), &err, "connection");
    for (int turn = 0; turn < 50 && (status != OTLS_OK || peer.status != 0); turn++) {
        (void)raw_step(&peer);
        status = otls_connection_handshake(conn, &err);
        corpus_must(status, &err, "handshake");
    }
    snprintf(what, sizeof(what), "%s, extended %d, resumed %d", server ? "server" : "client",
             extended, resumed);
    if (status != OTLS_OK || peer.status != 0 || otls_connection_session_resumed(conn) != resumed)
        corpus_die(what, "not as it should be");
    check(conn, OTLS_BINDING_TLS_UNIQUE, extended || !resumed, what);
    check(conn, OTLS_BINDING_TLS_EXPORTER, extended, what);
    gnutls_free(session->data);
    *session = (gnutls_datum_t){NULL, 0};
    if (gnutls_session_get_data2(peer.session, session) < 0)
        corpus_die(what, "no session");
    otls_connection_free(conn);
    raw_close(&peer);
}

static void run(const char *pki, raw_chain *chain, bool server, bool extended)
{
    otls_error err = OTLS_ERROR_INIT;
    gnutls_datum_t session = {NULL, 0};
    otls_context *context;

    corpus_must(otls_context_new(&context, engine, server ? OTLS_SERVER : OTLS_CLIENT, &err), &err,
                "context");
    corpus_must(otls_context_set_versions(context, OTLS_TLS1_2, OTLS_TLS1_2, &err), &err,
                "version");
    if (server) {
        char cert[4096], key[4096];
        otls_identity *identity;

        snprintf(cert, sizeof(cert), "%s/server-ecdsa-p256.pem", pki);
        snprintf(key, sizeof(key), "%s/server-ecdsa-p256.key", pki);
        corpus_must(otls_identity_from_files(&identity, engine, cert, key, NULL, NULL, &err), &err,
                    cert);
        corpus_must(otls_context_add_identity(context, identity, &err), &err, "identity");
        otls_identity_free(identity);
        corpus_must(otls_context_set_session_cache_mode(context, OTLS_SESSION_CACHE_SERVER, &err),
                    &err, "cache");
    } else {
        corpus_must(otls_context_insecure_no_verify(context, &err), &err, "no verification");
    }
    connect_once(context, chain, server, extended, &session);
    if (server)
        connect_once(context, chain, server, extended, &session);
    gnutls_free(session.data);
    otls_context_free(context);
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    raw_chain chain;

    if (argc != 3)
        return 2;
    corpus_must(otls_backend_find(&engine, argv[2], &err), &err, argv[2]);
    raw_chain_load_files(&chain, argv[1], "server-ecdsa-p256");
    for (unsigned bits = 0; bits < 4; bits++)
        run(argv[1], &chain, (bits & 1) != 0, (bits & 2) != 0);
    raw_chain_free(&chain);
    printf("%zu checks, %zu failures\n", checks, failures);
    return failures != 0;
}
