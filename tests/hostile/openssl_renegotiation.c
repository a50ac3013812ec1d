/* SPDX-License-Identifier: MIT */
/*
 * renegotiation PKI ENGINE: a peer of TLS 1.2 that renegotiates as somebody else (triple handshake, RFC 7627 1):
 * with another certificate that is as good as the first, with none, or with the session of another client.
 * OpenSSL's library is the peer; the victim is a client or a server of one engine, which allows renegotiation
 * and asks for it, or is asked. The same certificate again is right, and so is the first one of a client that
 * had shown none. Where renegotiation is not allowed, or the engine has none, nothing changes.
 */
#include <omnitls/omnitls.h>
#include <omnitls/parity.h>

#define OPENSSL_SUPPRESS_DEPRECATED /* methods of one version: the others forget the connection with the session */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Both sides get so many turns; a handshake takes less than ten. */
#define TURNS 40

typedef struct scene {
    const char *name, *first, *second; /* identities of the peer; NULL: shows none */
    bool server;                       /* the victim's side */
    bool others_session;               /* the second handshake resumes what `second` left */
    bool refused;
} scene;

static const scene scenes[] = {
    {"the same server", "server-ecdsa-p256", "server-ecdsa-p256", false, false, false},
    {"another server", "server-ecdsa-p256", "server-rsa-2048", false, false, true},
    {"another certificate of one key type", "server-ecdsa-p256", "server-renewed", false, false, true},
    {"the same client", "client-ecdsa-p256", "client-ecdsa-p256", true, false, false},
    {"another client", "client-ecdsa-p256", "client-rsa-2048", true, false, true},
    {"a client that shows none any more", "client-ecdsa-p256", NULL, true, false, true},
    {"a client that shows its first", NULL, "client-ecdsa-p256", true, false, false},
    {"another client's session", "client-ecdsa-p256", "client-rsa-2048", true, true, true},
};

/** One connection. */
typedef struct meeting {
    const scene *scene;
    otls_context *context;
    SSL_CTX *peer_context;
    otls_connection *victim;
    SSL *peer;
    otls_error err;
    otls_status status;
    char what[128];
} meeting;

static const char *pki;
static const otls_backend *engine;
static size_t failures, meetings;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "renegotiation: %s: %s\n", what, why);
    exit(2);
}

static void must(otls_status status, const otls_error *err, const char *what)
{
    if (status != OTLS_OK)
        die(what, err->text);
}

static void fail(const meeting *m, const char *why)
{
    failures++;
    printf("FAILED %s: %s: %s, code %s, alert %d: %s [%s]\n", m->what, why, otls_status_name(m->status),
           otls_code_name(m->err.code), m->err.alert, m->err.text, m->err.native_text);
}

static const char *path_of(char out[512], const char *name, const char *suffix)
{
    (void)snprintf(out, 512, "%s/%s%s", pki, name, suffix);
    return out;
}

/* ---- the two sides ---- */

static otls_context *victims_context(bool server, bool allowed, bool sessions)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity = NULL;
    otls_context *context = NULL;
    otls_trust *trust = NULL;
    char chain[512], key[512];

    must(otls_context_new(&context, engine, server ? OTLS_SERVER : OTLS_CLIENT, &err), &err, "context");
    must(otls_context_set_versions(context, OTLS_TLS1_2, OTLS_TLS1_2, &err), &err, "versions");
    must(otls_trust_new(&trust, &err), &err, "trust");
    must(otls_trust_add_file(trust, path_of(chain, "root", ".pem"), &err), &err, "root");
    must(otls_context_set_trust(context, trust, &err), &err, "trust");
    otls_trust_free(trust);
    if (allowed)
        must(otls_context_clear_options(context, OTLS_OPTION_NO_RENEGOTIATION, &err), &err, "options");
    if (server) {
        must(otls_identity_from_files(&identity, engine, path_of(chain, "server-ecdsa-p256", ".pem"),
                                      path_of(key, "server-ecdsa-p256", ".key"), NULL, NULL, &err),
             &err, "identity");
        must(otls_context_add_identity(context, identity, &err), &err, "identity");
        otls_identity_free(identity);
        must(otls_context_set_verify_mode(context, OTLS_VERIFY_MODE_OPTIONAL, &err), &err, "mode");
        must(otls_context_set_session_id_context(context, "test", 4, &err), &err, "id context");
        if (sessions)
            must(otls_context_set_session_cache_mode(context, OTLS_SESSION_CACHE_SERVER, &err), &err, "cache");
    }
    must(otls_context_seal(context, &err), &err, "seal");
    return context;
}

static void take_identity(SSL *ssl, const char *name)
{
    char chain[512], key[512];

    SSL_certs_clear(ssl);
    if (name != NULL &&
        (SSL_use_certificate_chain_file(ssl, path_of(chain, name, ".pem")) != 1 ||
         SSL_use_PrivateKey_file(ssl, path_of(key, name, ".key"), SSL_FILETYPE_PEM) != 1))
        die(name, "cannot be used");
}

static SSL_CTX *peers_context(bool server)
{
    SSL_CTX *ctx = SSL_CTX_new(server ? TLSv1_2_server_method() : TLSv1_2_client_method());

    if (ctx == NULL)
        die("OpenSSL", "no context");
    if (server) /* it is to show its certificate */
        (void)SSL_CTX_set_options(ctx, SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
#ifdef SSL_OP_ALLOW_CLIENT_RENEGOTIATION
    (void)SSL_CTX_set_options(ctx, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
#endif
    return ctx;
}

static void meet(meeting *m, const char *identity)
{
    const bool server = m->scene->server;

    must(otls_connection_new_memory(&m->victim, m->context, &m->err), &m->err, "connection");
    if (!server)
        must(otls_connection_set_server_name(m->victim, "localhost", &m->err), &m->err, "name");
    m->peer = SSL_new(m->peer_context);
    SSL_set_bio(m->peer, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    take_identity(m->peer, identity);
    if (server)
        SSL_set_connect_state(m->peer);
    else
        SSL_set_accept_state(m->peer);
}

static void part(meeting *m)
{
    SSL_free(m->peer);
    otls_connection_free(m->victim);
}

static void carry(meeting *m)
{
    uint8_t bytes[16384];
    size_t count = 0, taken = 0;
    int size;

    while (otls_connection_drain(m->victim, bytes, sizeof(bytes), &count, NULL) == OTLS_OK && count != 0)
        (void)BIO_write(SSL_get_rbio(m->peer), bytes, (int)count);
    while ((size = BIO_read(SSL_get_wbio(m->peer), bytes, sizeof(bytes))) > 0)
        (void)otls_connection_feed(m->victim, bytes, (size_t)size, &taken, NULL);
}

static bool shake(meeting *m)
{
    int done = 0;

    m->status = OTLS_WANT_READ;
    for (int turn = 0; turn < TURNS && (done != 1 || m->status != OTLS_OK); turn++) {
        done = SSL_do_handshake(m->peer);
        carry(m);
        m->status = otls_connection_handshake(m->victim, &m->err);
        carry(m);
        if (m->status < 0)
            return false;
    }
    return done == 1 && m->status == OTLS_OK;
}

/* Reads on both sides, which perform what was asked for, until nothing more happens. */
static void go_on(meeting *m)
{
    uint8_t byte;
    size_t count;

    for (int turn = 0; turn < TURNS && m->status >= 0; turn++) {
        (void)SSL_read(m->peer, &byte, 1);
        carry(m);
        m->status = otls_connection_read(m->victim, &byte, 1, &count, &m->err);
        carry(m);
    }
}

/* ---- the scenes ---- */

static bool is_known_as(const otls_connection *conn, const char *name)
{
    const otls_certificate *leaf = otls_connection_peer_chain(conn, 0);
    otls_certificate **list = NULL;
    size_t count = 0, sizes[2] = {0, 0};
    const uint8_t *ders[2];
    char path[512];
    bool same;

    if (name == NULL || leaf == NULL)
        return name == NULL && leaf == NULL;
    if (otls_certificate_list_from_file(&list, &count, path_of(path, name, ".pem"), NULL) != OTLS_OK)
        die(path, "cannot be read");
    ders[0] = otls_certificate_der(leaf, &sizes[0]);
    ders[1] = otls_certificate_der(list[0], &sizes[1]);
    same = sizes[0] == sizes[1] && memcmp(ders[0], ders[1], sizes[0]) == 0;
    otls_certificate_list_free(list, count);
    return same;
}

/* What another client leaves. */
static SSL_SESSION *session_of(meeting *m, const char *identity)
{
    SSL_SESSION *session;

    meet(m, identity);
    if (!shake(m))
        die(m->what, m->err.text);
    go_on(m);
    session = SSL_get1_session(m->peer);
    (void)SSL_shutdown(m->peer); /* or OpenSSL takes the session for a bad one */
    part(m);
    return session;
}

static void ask(meeting *m, bool by_victim, SSL_SESSION *session)
{
    if (session != NULL) {
        if (SSL_set_session(m->peer, session) != 1 || SSL_renegotiate_abbreviated(m->peer) != 1)
            die(m->what, "no session to offer");
    } else if (by_victim) {
        must(otls_connection_renegotiate(m->victim, &m->err), &m->err, m->what);
        return;
    } else if (SSL_renegotiate(m->peer) != 1) {
        die(m->what, "no renegotiation");
    }
    (void)SSL_do_handshake(m->peer);
    carry(m);
}

static void judge(meeting *m, bool allowed)
{
    const scene *s = m->scene;
    const size_t count = otls_connection_renegotiations(m->victim);

    if (!allowed) {
        if (count != 0 || !is_known_as(m->victim, s->first))
            fail(m, "renegotiated, though it is not allowed");
    } else if (!s->refused) {
        if (m->status != OTLS_WANT_READ || count != 1 || !is_known_as(m->victim, s->second))
            fail(m, "not renegotiated");
    } else if (s->others_session && m->status == OTLS_WANT_READ && !SSL_session_reused(m->peer)) {
        if (!is_known_as(m->victim, s->first)) /* a full handshake, with the peer's own identity */
            fail(m, "taken for another");
    } else if (m->status != OTLS_E_PROTOCOL || m->err.code != OTLS_CODE_RENEGOTIATION ||
               strstr(m->err.text, "changed its certificate") == NULL) {
        fail(m, "not refused");
    } else if (s->second != NULL && !s->others_session && m->err.alert != OTLS_ALERT_ILLEGAL_PARAMETER) {
        fail(m, "refused with another alert");
    }
}

static void play(const scene *s, bool allowed, bool by_victim)
{
    meeting m = {.scene = s, .err = OTLS_ERROR_INIT};
    SSL_SESSION *session = NULL;

    m.context = victims_context(s->server, allowed, s->others_session);
    (void)snprintf(m.what, sizeof(m.what), "%s, renegotiation %s, asked for by the %s", s->name,
                   allowed ? "allowed" : "not allowed", by_victim ? "victim" : "peer");
    m.peer_context = peers_context(!s->server);
    if (s->others_session)
        session = session_of(&m, s->second);
    meet(&m, s->first);
    if (!shake(&m))
        die(m.what, m.err.text);
    go_on(&m);
    if (!is_known_as(m.victim, s->first))
        fail(&m, "not known as who it is");
    if (session == NULL)
        take_identity(m.peer, s->second);
    ask(&m, by_victim, session);
    go_on(&m);
    judge(&m, allowed);
    meetings++;
    part(&m);
    SSL_SESSION_free(session);
    SSL_CTX_free(m.peer_context);
    otls_context_free(m.context);
    ERR_clear_error();
}

int main(int argc, char **argv)
{
    bool can;

    if (argc != 3 || otls_backend_find(&engine, argv[2], NULL) != OTLS_OK)
        die("PKI ENGINE", "are missing");
    pki = argv[1];
    can = otls_backend_supports(engine, OTLS_FEATURE_RENEGOTIATION, NULL) != OTLS_NO;
    for (int allowed = 0; allowed < (can ? 2 : 1); allowed++)
        for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
            for (int by_victim = 0; by_victim < 2; by_victim++)
                if (!by_victim || (allowed && !scenes[i].others_session))
                    play(&scenes[i], allowed != 0, by_victim != 0);
    printf("%s: %zu renegotiations, %zu failures\n", argv[2], meetings, failures);
    return failures == 0 ? 0 : 1;
}
