/* SPDX-License-Identifier: MIT */
/*
 * openssl_records PKI ENGINE: TLS 1.3 records without a content type (RFC 8446 5.4), under the
 * right keys, to clients and servers of one engine: in the handshake, behind it, and after a key
 * update; nothing at all inside, one zero, a hundred. The peer is honest until then; its key log
 * gives the keys that the record is sealed with. Each victim must say E_PROTOCOL, and live.
 */
#include <omnitls/insecure.h>
#include <omnitls/omnitls.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIRE = 65536, HEAD = 5, NONCE = 12, SEALED = 23 };

typedef enum moment { IN_HANDSHAKE, OPEN, KEY_UPDATE, MOMENTS } moment;

static const char *const moment_names[] = {"handshake", "open", "key update"};

typedef struct suite {
    const char *name;
    const char *cipher;
    size_t key, hash, tag;
} suite;

static const suite suites[] = {
    {"TLS_AES_128_GCM_SHA256", "AES-128-GCM", 16, 32, 16},
    {"TLS_AES_256_GCM_SHA384", "AES-256-GCM", 32, 48, 16},
    {"TLS_CHACHA20_POLY1305_SHA256", "ChaCha20-Poly1305", 32, 32, 16},
    {"TLS_AES_128_CCM_SHA256", "AES-128-CCM", 16, 32, 16},
    {"TLS_AES_128_CCM_8_SHA256", "AES-128-CCM", 16, 32, 8},
};

static const char *pki;
static const otls_backend *victim_engine, *attacker_engine;
static char secrets[8][256];
static size_t secret_count;
static size_t attacks, failures;

/* One attack. */
typedef struct attack {
    const suite *suite;
    moment when;
    bool on_server; /* the victim's side */
    bool in_bytes;  /* the record arrives byte by byte */
    size_t zeros;   /* what is inside: so many of them, and no type, or ... */
    uint8_t alert;  /* ... this alert, at the level of a warning */
    otls_context *contexts[2];
    otls_connection *victim, *attacker;
} attack;

static void die(const char *what, const otls_error *err)
{
    fprintf(stderr, "%s: %s [%s]\n", what, err->text, err->native_text);
    exit(2);
}

static void must(otls_status status, const otls_error *err, const char *what)
{
    if (status < 0)
        die(what, err);
}

/* ---- keys ---- */

static void on_key(const char *line, void *user)
{
    (void)user;
    if (secret_count < sizeof(secrets) / sizeof(secrets[0]))
        snprintf(secrets[secret_count++], sizeof(secrets[0]), "%s", line);
}

static void find_secret(const char *label, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < secret_count; i++) {
        const char *hex = strrchr(secrets[i], ' ');

        if (strncmp(secrets[i], label, strlen(label)) != 0 || hex == NULL)
            continue;
        for (size_t k = 0; k < size; k++) {
            unsigned byte = 0;

            (void)sscanf(hex + 1 + 2 * k, "%2x", &byte);
            out[k] = (uint8_t)byte;
        }
        return;
    }
    fprintf(stderr, "no %s in the key log\n", label);
    exit(2);
}

/* HKDF-Expand-Label (RFC 8446 7.1) without a context, one block at most. */
static void expand(const suite *s, const uint8_t *secret, const char *label, uint8_t *out,
                   size_t size)
{
    uint8_t info[64] = {0, (uint8_t)size, (uint8_t)(6 + strlen(label))}, block[EVP_MAX_MD_SIZE];
    const size_t used = 3 + (size_t)snprintf((char *)info + 3, sizeof(info) - 5, "tls13 %s", label);

    info[used] = 0;
    info[used + 1] = 1;
    HMAC(s->hash == 32 ? EVP_sha256() : EVP_sha384(), secret, (int)s->hash, info, used + 2, block,
         NULL);
    memcpy(out, block, size);
}

/* Record `number` under `secret`, with `size` octets inside. */
static size_t seal(const attack *a, const uint8_t *secret, uint8_t number, const uint8_t *inside,
                   size_t size, uint8_t *out)
{
    const suite *const s = a->suite;
    uint8_t key[32], nonce[NONCE];
    const size_t length = size + s->tag;
    const EVP_CIPHER *cipher = EVP_get_cipherbyname(s->cipher);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    const bool ccm = strstr(s->cipher, "CCM") != NULL;
    int done = 0, ok = cipher != NULL && ctx != NULL;

    expand(s, secret, "key", key, s->key);
    expand(s, secret, "iv", nonce, NONCE);
    nonce[NONCE - 1] ^= number;
    memcpy(out, (uint8_t[]){SEALED, 3, 3, (uint8_t)(length >> 8), (uint8_t)length}, HEAD);
    ok = ok && EVP_EncryptInit_ex(ctx, cipher, NULL, NULL, NULL) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, NONCE, NULL) == 1 &&
         (!ccm || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)s->tag, NULL) == 1) &&
         EVP_EncryptInit_ex(ctx, NULL, NULL, key, nonce) == 1 &&
         (!ccm || EVP_EncryptUpdate(ctx, NULL, &done, NULL, (int)size) == 1) &&
         EVP_EncryptUpdate(ctx, NULL, &done, out, HEAD) == 1 &&
         EVP_EncryptUpdate(ctx, out + HEAD, &done, inside, (int)size) == 1 &&
         EVP_EncryptFinal_ex(ctx, out + HEAD + size, &done) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)s->tag, out + HEAD + size) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok) {
        fprintf(stderr, "libcrypto cannot seal with %s\n", s->cipher);
        exit(2);
    }
    return HEAD + length;
}

/* From record number 0 on: what the attack has inside, and data behind an alert. */
static size_t forge(const attack *a, const uint8_t *secret, uint8_t *out)
{
    static const uint8_t zero[256];
    const uint8_t warning[] = {1, a->alert, 21}, data[] = {'d', 'a', 't', 'a', SEALED};
    size_t size;

    if (a->alert == 0)
        return seal(a, secret, 0, zero, a->zeros, out);
    size = seal(a, secret, 0, warning, sizeof(warning), out);
    return size + seal(a, secret, 1, data, sizeof(data), out + size);
}

/* ---- the honest part ---- */

static size_t drain(otls_connection *conn, uint8_t *out)
{
    otls_error err = OTLS_ERROR_INIT;
    size_t size = 0, count = 0;

    do {
        must(otls_connection_drain(conn, out + size, WIRE - size, &count, &err), &err, "drain");
        size += count;
    } while (count != 0 && size < WIRE);
    return size;
}

static void feed(otls_connection *conn, const uint8_t *data, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    size_t count = 0;

    must(otls_connection_feed(conn, data, size, &count, &err), &err, "feed");
    if (count != size)
        die("feed takes less", &err);
}

/* False: this engine has not got the suite. */
static bool make_context(attack *a, bool server, bool attacker)
{
    const otls_backend *backend = attacker ? attacker_engine : victim_engine;
    otls_error err = OTLS_ERROR_INIT;
    otls_context **context = &a->contexts[attacker];

    must(otls_context_new(context, backend, server ? OTLS_SERVER : OTLS_CLIENT, &err), &err,
         "context");
    must(otls_context_set_versions(*context, OTLS_TLS1_3, OTLS_TLS1_3, &err), &err, "versions");
    if (otls_context_set_tls13_suites(*context, a->suite->name, &err) != OTLS_OK)
        return false;
    if (attacker)
        must(otls_context_set_key_log_callback(*context, on_key, NULL, &err), &err, "key log");
    if (server) {
        char chain[4096], key[4096];
        otls_identity *identity;

        snprintf(chain, sizeof(chain), "%s/server-ecdsa-p256.pem", pki);
        snprintf(key, sizeof(key), "%s/server-ecdsa-p256.key", pki);
        must(otls_identity_from_files(&identity, backend, chain, key, NULL, NULL, &err), &err,
             "identity");
        must(otls_context_add_identity(*context, identity, &err), &err, "identity");
        otls_identity_free(identity);
    } else {
        must(otls_context_insecure_no_verify(*context, &err), &err, "no verification");
    }
    return otls_connection_new_memory(attacker ? &a->attacker : &a->victim, *context, &err) ==
           OTLS_OK;
}

/* All bytes of one side up to its first sealed record. */
static size_t clear_part(const uint8_t *flight, size_t size)
{
    size_t at = 0;

    while (size - at >= HEAD && flight[at] != SEALED)
        at += HEAD + ((size_t)flight[at + 3] << 8 | flight[at + 4]);
    return at < size ? at : size;
}

/* Both sides in turn; with `cut`, the attacker's first sealed record and all behind it are lost. */
static void shake(attack *a, bool cut)
{
    static uint8_t wire[WIRE];

    for (int turn = 0; turn < 8; turn++) {
        size_t size;

        (void)otls_connection_handshake(a->victim, NULL);
        size = drain(a->victim, wire);
        feed(a->attacker, wire, size);
        (void)otls_connection_handshake(a->attacker, NULL);
        size = drain(a->attacker, wire);
        if (cut)
            size = clear_part(wire, size);
        else if (otls_connection_handshake_done(a->victim))
            size = 0; /* tickets: the next record is number 0 */
        feed(a->victim, wire, size);
    }
}

/* ---- and the rest ---- */

static void attacker_secret(attack *a, uint8_t *secret)
{
    static uint8_t wire[WIRE];
    otls_error err = OTLS_ERROR_INIT;
    uint8_t next[64];

    if (a->when == IN_HANDSHAKE) {
        find_secret(a->on_server ? "CLIENT_HANDSHAKE_TRAFFIC" : "SERVER_HANDSHAKE_TRAFFIC", secret,
                    a->suite->hash);
        return;
    }
    find_secret(a->on_server ? "CLIENT_TRAFFIC_SECRET_0" : "SERVER_TRAFFIC_SECRET_0", secret,
                a->suite->hash);
    if (a->when != KEY_UPDATE)
        return;
    must(otls_connection_key_update(a->attacker, false, &err), &err, "key update");
    feed(a->victim, wire, drain(a->attacker, wire));
    expand(a->suite, secret, "traffic upd", next, a->suite->hash);
    memcpy(secret, next, a->suite->hash);
}

static otls_status step(attack *a, otls_error *err)
{
    uint8_t data[64];
    size_t count;

    return a->when == IN_HANDSHAKE
               ? otls_connection_handshake(a->victim, err)
               : otls_connection_read(a->victim, data, sizeof(data), &count, err);
}

/*
 * unexpected_message, except: GnuTLS, and OpenSSL when there is nothing at all inside, do not open
 * such a record and answer bad_record_mac themselves; wolfSSL lets nobody seal with tags of 8 bytes
 * beside it, so that under its own keys the alert stays away, unless wolfSSL (5.9) sends it by itself.
 */
static bool right_alert(const attack *a, const otls_error *err)
{
    const char *name = otls_backend_name(victim_engine);
    int32_t wanted = OTLS_ALERT_UNEXPECTED_MESSAGE;

    if (strcmp(name, "gnutls") == 0 || (strcmp(name, "openssl") == 0 && a->zeros == 0))
        wanted = OTLS_ALERT_BAD_RECORD_MAC;
    else if (strcmp(name, "wolfssl") == 0 && a->suite->tag == 8 &&
             (a->on_server || a->when != IN_HANDSHAKE) && err->alert == -1)
        wanted = -1;
    return !err->alert_received && err->alert == wanted;
}

static void strike(attack *a)
{
    otls_error err = OTLS_ERROR_INIT;
    uint8_t secret[64], record[512];
    otls_status status = OTLS_WANT_READ;
    size_t size;

    attacker_secret(a, secret);
    size = forge(a, secret, record);
    for (size_t at = 0; at < size && status == OTLS_WANT_READ; at += a->in_bytes ? 1 : size) {
        feed(a->victim, record + at, a->in_bytes ? 1 : size);
        status = step(a, &err);
    }
    attacks++;
    if (a->alert != 0 ? status == OTLS_E_ALERT && err.alert == a->alert && err.alert_received
                      : status == OTLS_E_PROTOCOL && right_alert(a, &err) &&
                            step(a, &err) == OTLS_E_PROTOCOL)
        return;
    failures++;
    printf("FAILED %s %s, %s, %s, %zu zeros, alert %d%s: %s, alert %d: %s [%s]\n",
           otls_backend_name(victim_engine), a->on_server ? "server" : "client", a->suite->name,
           moment_names[a->when], a->zeros, (int)a->alert, a->in_bytes ? ", byte by byte" : "",
           otls_status_name(status), (int)err.alert, err.text, err.native_text);
}

static void run(attack *a)
{
    secret_count = 0;
    if (make_context(a, a->on_server, false) && make_context(a, !a->on_server, true)) {
        shake(a, a->when == IN_HANDSHAKE);
        if (a->when != IN_HANDSHAKE && !otls_connection_handshake_done(a->victim)) {
            printf("FAILED %s: no handshake\n", a->suite->name);
            failures++;
        } else {
            strike(a);
        }
    }
    otls_connection_free(a->victim);
    otls_connection_free(a->attacker);
    otls_context_free(a->contexts[0]);
    otls_context_free(a->contexts[1]);
}

int main(int argc, char **argv)
{
    static const size_t zeros[] = {0, 1, 100};
    static const uint8_t alerts[] = {46, 100, 112, 255};
    otls_error err = OTLS_ERROR_INIT;

    if (argc != 3)
        return 2;
    pki = argv[1];
    must(otls_backend_find(&victim_engine, argv[2], &err), &err, argv[2]);
    must(otls_backend_find(&attacker_engine, "openssl", &err), &err, "openssl");
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
        for (unsigned bits = 0; bits < 4; bits++)
            for (int when = 0; when < MOMENTS; when++)
                for (size_t k = 0; k < sizeof(zeros) / sizeof(zeros[0]); k++)
                    run(&(attack){.suite = &suites[i],
                                  .when = (moment)when,
                                  .on_server = (bits & 1) != 0,
                                  .in_bytes = (bits & 2) != 0,
                                  .zeros = zeros[k]});
    for (unsigned bits = 0; bits < 4; bits++) /* RFC 8446 6: the level means nothing */
        for (size_t k = 0; k < sizeof(alerts); k++)
            run(&(attack){.suite = &suites[k % 3],
                          .when = bits < 2 ? OPEN : KEY_UPDATE,
                          .on_server = (bits & 1) != 0,
                          .alert = alerts[k]});
    printf("%zu attacks, %zu failures\n", attacks, failures);
    return failures == 0 && attacks >= 100 ? 0 : 1;
}
