/* SPDX-License-Identifier: MIT */
/*
 * openssl_psk PKI ENGINE: clients that name somebody's pre-shared key and do not use it, against servers
 * of one engine that have a certificate as well. TLS 1.3 lets a server go on without the key that was
 * offered (RFC 8446 4.2.11): such a client has proved nothing, and a server that asks for certificates
 * must go on asking. The client is OpenSSL's, which offers what it is told.
 */
#include <omnitls/client_auth.h>
#include <omnitls/omnitls.h>
#include <omnitls/psk.h>

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIRE = 65536, KEY = 32 };

#define IDENTITY "device-7"
#define NOBODY "nobody"

/* What the client does with the identity. */
typedef enum offer {
    HONEST,      /* has the key, and offers a suite for it */
    WRONG_KEY,   /* offers a suite for it, and has another key */
    OTHER_SUITE, /* offers none that a key of this identity could be used with, and has another key */
    TWO_NAMES,   /* likewise, and a name that nobody bears behind it */
    TAKEN_BACK,  /* has said so in its first hello, which anybody can repeat, and not in the second */
    OFFERS
} offer;

static const char *const offer_names[] = {"an honest client", "the wrong key", "no suite for the key",
                                          "no suite for the key, and nobody's name",
                                          "the key in the first hello only"};

typedef struct attack {
    offer offer;
    otls_verify_mode mode; /* what the server wants of clients without a key */
    unsigned asked;        /* how often the client was asked for its key */
} attack;

static const char *pki;
static const otls_backend *engine;
static size_t failures, attacks, refused, unproved;

static void must(bool good, const otls_error *err, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "%s: %s [%s]\n", what, err != NULL ? err->text : "", err != NULL ? err->native_text : "");
    exit(2);
}

/* ---- the victim ---- */

static otls_status server_key(otls_connection *conn, const uint8_t *identity, size_t size, otls_psk *out,
                              void *user)
{
    (void)conn, (void)user;
    if (size != sizeof(IDENTITY) - 1 || memcmp(identity, IDENTITY, size) != 0)
        return OTLS_E_USAGE;
    memset(out->key, 1, KEY);
    out->key_size = KEY;
    return OTLS_OK;
}

static otls_context *make_victim(const attack *a)
{
    otls_error err = OTLS_ERROR_INIT;
    char chain[4096], key[4096], root[4096];
    otls_identity *identity = NULL;
    otls_trust *trust = NULL;
    otls_context *context = NULL;

    snprintf(chain, sizeof(chain), "%s/server-ecdsa-p256.pem", pki);
    snprintf(key, sizeof(key), "%s/server-ecdsa-p256.key", pki);
    snprintf(root, sizeof(root), "%s/root.pem", pki);
    must(otls_context_new(&context, engine, OTLS_SERVER, &err) == OTLS_OK, &err, "context");
    must(otls_identity_from_files(&identity, engine, chain, key, NULL, NULL, &err) == OTLS_OK, &err, chain);
    must(otls_trust_new(&trust, &err) == OTLS_OK && otls_trust_add_file(trust, root, &err) == OTLS_OK,
         &err, root);
    must(otls_context_set_versions(context, OTLS_TLS1_3, OTLS_TLS1_3, &err) == OTLS_OK &&
             otls_context_set_groups(context, "P-256", &err) == OTLS_OK &&
             otls_context_add_identity(context, identity, &err) == OTLS_OK &&
             otls_context_set_trust(context, trust, &err) == OTLS_OK &&
             otls_context_set_verify_mode(context, a->mode, &err) == OTLS_OK &&
             otls_context_set_psk_server_callback(context, server_key, NULL, &err) == OTLS_OK,
         &err, "settings");
    otls_identity_free(identity);
    otls_trust_free(trust);
    return context;
}

/* ---- the client ---- */

static bool other_suite(const attack *a)
{
    return a->offer == OTHER_SUITE || a->offer == TWO_NAMES;
}

static SSL_SESSION *make_key(SSL *ssl, const attack *a)
{
    const unsigned char number[] = {0x13, other_suite(a) ? 0x02 : 0x01};
    const bool right = a->offer == HONEST || a->offer == TAKEN_BACK;
    SSL_SESSION *key = SSL_SESSION_new();
    unsigned char bytes[KEY];

    memset(bytes, right ? 1 : 2, sizeof(bytes));
    must(key != NULL && SSL_SESSION_set1_master_key(key, bytes, sizeof(bytes)) == 1 &&
             SSL_SESSION_set_cipher(key, SSL_CIPHER_find(ssl, number)) == 1 &&
             SSL_SESSION_set_protocol_version(key, TLS1_3_VERSION) == 1,
         NULL, "the client's key");
    return key;
}

static int client_key(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, size_t *size,
                      SSL_SESSION **key)
{
    attack *const a = SSL_get_app_data(ssl);

    (void)digest;
    *key = NULL;
    if (a->asked++ != 0 && a->offer == TAKEN_BACK)
        return 1;
    *identity = (const unsigned char *)(a->offer == TWO_NAMES ? NOBODY : IDENTITY);
    *size = strlen((const char *)*identity);
    *key = make_key(ssl, a);
    return 1;
}

/* OpenSSL offers one key and one session, the session first: so the session's ticket is the identity. */
static void offer_as_ticket(SSL *ssl, const attack *a)
{
    static const unsigned char ticket[] = "\xa9\x04\x02\x02\x0e\x10" /* [9], its lifetime: an hour */
                                          "\xaa\x0a\x04\x08" IDENTITY; /* [10] */
    const size_t size = sizeof(ticket) - 1;
    SSL_SESSION *session = make_key(ssl, a);
    unsigned char plain[512], bytes[640], *end = plain;
    const unsigned char *start = bytes, *rest = plain;
    const int length = i2d_SSL_SESSION(session, NULL);
    size_t at = 2, left;

    SSL_SESSION_free(session);
    session = make_key(ssl, a);
    must(length > 0 && length < 0x80 + 2 && i2d_SSL_SESSION(session, &end) == length, NULL, "a session");
    while (at < (size_t)length && plain[at] < 0xab) /* elements come in the order of their numbers */
        at += 2u + plain[at + 1];
    left = (size_t)length - at;
    memcpy(bytes, (unsigned char[]){0x30, 0x81, (unsigned char)((size_t)length - 2 + size)}, 3);
    memcpy(bytes + 3, rest + 2, at - 2);
    memcpy(bytes + 1 + at, ticket, size);
    memcpy(bytes + 1 + at + size, rest + at, left);
    SSL_SESSION_free(session);
    session = d2i_SSL_SESSION(NULL, &start, length + 1 + (long)size);
    must(session != NULL && SSL_SESSION_has_ticket(session) == 1 && SSL_set_session(ssl, session) == 1, NULL,
         "a session with that ticket");
    SSL_SESSION_free(session);
}

static SSL *make_client(SSL_CTX *ctx, attack *a)
{
    SSL *ssl = SSL_new(ctx);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

    must(ssl != NULL && in != NULL && out != NULL && SSL_set_app_data(ssl, a) == 1 &&
             SSL_set_min_proto_version(ssl, TLS1_3_VERSION) == 1 &&
             SSL_set_ciphersuites(ssl, other_suite(a) ? "TLS_AES_256_GCM_SHA384"
                                                      : "TLS_AES_128_GCM_SHA256") == 1 &&
             /* its one share is for the first, which the victim has not got */
             SSL_set1_groups_list(ssl, a->offer == TAKEN_BACK ? "P-384:P-256" : "P-256") == 1,
         NULL, "the client");
    BIO_set_mem_eof_return(in, -1);
    SSL_set_psk_use_session_callback(ssl, client_key);
    if (a->offer == TWO_NAMES)
        offer_as_ticket(ssl, a);
    SSL_set_bio(ssl, in, out);
    SSL_set_connect_state(ssl);
    return ssl;
}

/* ---- both ---- */

static void shake(SSL *client, otls_connection *victim, otls_status *status, otls_error *err)
{
    static uint8_t wire[WIRE];

    for (int turn = 0; turn < 6; turn++) {
        size_t count = 0;
        int size;

        (void)SSL_do_handshake(client);
        size = BIO_read(SSL_get_wbio(client), wire, sizeof(wire));
        if (size > 0)
            must(otls_connection_feed(victim, wire, (size_t)size, &count, NULL) == OTLS_OK, NULL, "feed");
        if (*status >= OTLS_OK && !otls_connection_handshake_done(victim))
            *status = otls_connection_handshake(victim, err);
        if (otls_connection_drain(victim, wire, sizeof(wire), &count, NULL) == OTLS_OK && count != 0)
            must(BIO_write(SSL_get_rbio(client), wire, (int)count) == (int)count, NULL, "drain");
    }
}

static void judge(const attack *a, SSL *client, const otls_connection *victim, otls_status status,
                  const otls_error *err)
{
    const bool done = otls_connection_handshake_done(victim), used = otls_connection_psk_used(victim);
    const bool proved = a->offer == HONEST;
    const bool may_pass = proved || a->mode != OTLS_VERIFY_MODE_REQUIRED;

    attacks++;
    refused += !done;
    unproved += done && !used;
    if (used == (done && proved) && (!done || (may_pass && a->offer != WRONG_KEY)) && (done || !proved) &&
        (!done || used == (SSL_session_reused(client) == 1)))
        return;
    failures++;
    printf("FAILED %s, %s, clients' certificates %s: %s, %s the key: %s\n", otls_backend_name(engine),
           offer_names[a->offer], a->mode == OTLS_VERIFY_MODE_REQUIRED ? "required" : "not required",
           done ? "open" : otls_status_name(status), used ? "by" : "without", err->text);
}

static void run(SSL_CTX *ctx, attack *a)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = make_victim(a);
    otls_connection *victim = NULL;
    otls_status status = OTLS_OK;
    SSL *client = make_client(ctx, a);

    must(otls_connection_new_memory(&victim, context, &err) == OTLS_OK, &err, "connection");
    shake(client, victim, &status, &err);
    judge(a, client, victim, status, &err);
    otls_connection_free(victim);
    otls_context_free(context);
    SSL_free(client);
}

int main(int argc, char **argv)
{
    static const otls_verify_mode modes[] = {OTLS_VERIFY_MODE_NONE, OTLS_VERIFY_MODE_OPTIONAL,
                                             OTLS_VERIFY_MODE_REQUIRED};
    otls_error err = OTLS_ERROR_INIT;
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    if (argc != 3)
        return 2;
    pki = argv[1];
    must(ctx != NULL && otls_backend_find(&engine, argv[2], &err) == OTLS_OK, &err, argv[2]);
    for (int what = 0; what < OFFERS; what++)
        for (size_t k = 0; k < sizeof(modes) / sizeof(modes[0]); k++)
            run(ctx, &(attack){.offer = (offer)what, .mode = modes[k]});
    SSL_CTX_free(ctx);
    printf("%zu clients, %zu refused, %zu open without a key, %zu failures\n", attacks, refused, unproved,
           failures);
    return failures == 0 && unproved != 0 ? 0 : 1;
}
