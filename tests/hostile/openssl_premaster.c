/* SPDX-License-Identifier: MIT */
/*
 * premaster PKI ENGINE: a client that encrypts premaster secrets in all wrong ways to a TLS 1.2 server with
 * RSA key exchange (RFC 5246 7.4.7.1). The server must answer each as it answers a right one with a wrong
 * Finished: at the same time in the protocol, with the same alert, report and number of bytes. Any difference
 * would decrypt recorded connections (Bleichenbacher 1998, ROBOT).
 */
#include <omnitls/omnitls.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULUS 256
#define ROUNDS 4

/** What the server did. */
typedef struct answer {
    otls_status after_key, status;
    int32_t code, alert;
    size_t bytes;
    char text[192];
} answer;

static void die(const char *what)
{
    fprintf(stderr, "premaster: %s\n", what);
    exit(2);
}

/* ---- the wrong ways; the first is right ---- */

static void good(uint8_t *block)
{
    (void)block;
}

static void other_version(uint8_t *block)
{
    block[MODULUS - 48 + 1] = 1;
}

static void first_octet(uint8_t *block)
{
    block[0] = 1;
}

static void block_type(uint8_t *block)
{
    block[1] = 1;
}

static void no_separator(uint8_t *block)
{
    block[MODULUS - 49] = 0x77;
}

static void zero_in_padding(uint8_t *block)
{
    block[5] = 0;
}

static void separator_early(uint8_t *block)
{
    block[MODULUS - 60] = 0;
}

static void separator_late(uint8_t *block)
{
    block[MODULUS - 49] = 0x77;
    block[MODULUS - 40] = 0;
}

static void nothing(uint8_t *block)
{
    memset(block, 0, MODULUS);
    block[MODULUS - 1] = 2; /* 0 and 1 are their own powers */
}

static const struct {
    const char *name;
    void (*make)(uint8_t *block);
} ways[] = {
    {"right", good},
    {"another version", other_version},
    {"first octet 1", first_octet},
    {"block type 1", block_type},
    {"no separator", no_separator},
    {"a zero in the padding's first eight", zero_in_padding},
    {"a secret that is too long", separator_early},
    {"a secret that is too short", separator_late},
    {"zeros", nothing},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

static EVP_PKEY *public_key(const char *pki)
{
    char path[4096];
    FILE *file;
    X509 *cert;
    EVP_PKEY *key;

    (void)snprintf(path, sizeof(path), "%s/server-rsa-2048.pem", pki);
    file = fopen(path, "r");
    cert = file != NULL ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    if (cert == NULL)
        die(path);
    (void)fclose(file);
    key = X509_get_pubkey(cert);
    X509_free(cert);
    return key;
}

/* The block as it is, to the public exponent. */
static void encrypt(EVP_PKEY *key, const uint8_t *block, uint8_t *out)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    size_t size = MODULUS;

    if (ctx == NULL || EVP_PKEY_encrypt_init(ctx) <= 0 ||
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) <= 0 ||
        EVP_PKEY_encrypt(ctx, out, &size, block, MODULUS) <= 0 || size != MODULUS)
        die("encrypting");
    EVP_PKEY_CTX_free(ctx);
}

/* ---- the client ---- */

static void feed(otls_connection *conn, const uint8_t *data, size_t size)
{
    size_t count = 0;

    if (otls_connection_feed(conn, data, size, &count, NULL) != OTLS_OK || count != size)
        die("feeding");
}

/* TLS 1.2, TLS_RSA_WITH_AES_128_GCM_SHA256, RSA with SHA-256. */
static void feed_hello(otls_connection *conn)
{
    static const uint8_t body[] = {0,    2,    0,    0x9c, 1,    0,               /* suite, compression */
                                   0,    16,   0,    13,   0,    4,    0,    2, 4, 1, /* signatures */
                                   0xff, 1,    0,    1,    0,                      /* renegotiation */
                                   0,    0x17, 0};
    uint8_t hello[5 + 4 + 2 + 32 + 1 + sizeof(body) + 1] = {22, 3, 1};
    const size_t size = sizeof(hello);

    hello[3] = (uint8_t)((size - 5) >> 8);
    hello[4] = (uint8_t)(size - 5);
    hello[5] = 1;
    hello[7] = (uint8_t)((size - 9) >> 8);
    hello[8] = (uint8_t)(size - 9);
    hello[9] = hello[10] = 3;
    for (size_t i = 0; i < 32; i++)
        hello[11 + i] = (uint8_t)(i * 7 + 1);
    memcpy(hello + 44, body, sizeof(body));
    hello[44 + 7] = 17; /* 8 + 5 + 4: the last extension has no body */
    feed(conn, hello, size);
}

static void feed_key(otls_connection *conn, EVP_PKEY *key, void (*make)(uint8_t *block), int round)
{
    uint8_t message[5 + 4 + 2 + MODULUS] = {22, 3, 3, 1, 6, 16, 0, 1, 2, 1, 0};
    uint8_t block[MODULUS];

    memset(block, 0x55 + round, sizeof(block));
    block[0] = 0;
    block[1] = 2;
    block[MODULUS - 49] = 0;
    block[MODULUS - 48] = block[MODULUS - 47] = 3;
    make(block);
    encrypt(key, block, message + 11);
    feed(conn, message, sizeof(message));
}

static void feed_finished(otls_connection *conn)
{
    uint8_t records[6 + 5 + 40] = {20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 40};

    feed(conn, records, sizeof(records));
}

static size_t drain(otls_connection *conn)
{
    uint8_t bytes[4096];
    size_t all = 0, count = 0;

    while (otls_connection_drain(conn, bytes, sizeof(bytes), &count, NULL) == OTLS_OK && count != 0)
        all += count;
    return all;
}

static answer ask(otls_context *context, EVP_PKEY *key, size_t way, int round)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *conn;
    answer out;

    memset(&out, 0, sizeof(out));
    if (otls_connection_new_memory(&conn, context, &err) != OTLS_OK)
        die(err.text);
    feed_hello(conn);
    if (otls_connection_handshake(conn, &err) != OTLS_WANT_READ)
        die(err.text);
    (void)drain(conn);
    feed_key(conn, key, ways[way].make, round);
    out.after_key = otls_connection_handshake(conn, &err);
    feed_finished(conn);
    out.status = otls_connection_handshake(conn, &err);
    out.code = err.code;
    out.alert = err.alert;
    out.bytes = drain(conn);
    (void)snprintf(out.text, sizeof(out.text), "%s", err.text);
    otls_connection_free(conn);
    return out;
}

static otls_context *server_of(const char *pki, const otls_backend *backend)
{
    char chain[4096], key[4096];
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity = NULL;
    otls_context *context = NULL;

    (void)snprintf(chain, sizeof(chain), "%s/server-rsa-2048.pem", pki);
    (void)snprintf(key, sizeof(key), "%s/server-rsa-2048.key", pki);
    if (otls_context_new(&context, backend, OTLS_SERVER, &err) != OTLS_OK ||
        otls_context_set_versions(context, OTLS_TLS1_2, OTLS_TLS1_2, &err) != OTLS_OK ||
        otls_identity_from_files(&identity, backend, chain, key, NULL, NULL, &err) != OTLS_OK ||
        otls_context_add_identity(context, identity, &err) != OTLS_OK)
        die(err.text);
    otls_identity_free(identity);
    if (otls_context_set_ciphers(context, "AES128-GCM-SHA256", &err) == OTLS_OK &&
        otls_context_seal(context, &err) == OTLS_OK)
        return context;
    printf("skipped: %s\n", err.text);
    otls_context_free(context);
    return NULL;
}

int main(int argc, char **argv)
{
    const otls_backend *backend;
    otls_context *context;
    unsigned tries = 0, failures = 0;
    EVP_PKEY *key;
    answer right;

    if (argc != 3 || otls_backend_find(&backend, argv[2], NULL) != OTLS_OK)
        die("PKI ENGINE");
    context = server_of(argv[1], backend);
    if (context == NULL)
        return 77;
    key = public_key(argv[1]);
    right = ask(context, key, 0, 0);
    if (right.after_key != OTLS_WANT_READ || right.status >= 0)
        failures++;
    for (size_t way = 0; way < WAYS; way++)
        for (int round = 0; round < ROUNDS; round++, tries++) {
            const answer other = ask(context, key, way, round);

            if (memcmp(&other, &right, sizeof(other)) == 0)
                continue;
            failures++;
            printf("FAILED %s, %s: %s then %s, code %s, alert %d, %zu bytes: %s\n", argv[2],
                   ways[way].name, otls_status_name(other.after_key), otls_status_name(other.status),
                   otls_code_name(other.code), other.alert, other.bytes, other.text);
        }
    printf("%u premaster secrets, each: %s then %s, alert %d, %zu bytes: %s; %u failures\n", tries,
           otls_status_name(right.after_key), otls_status_name(right.status), right.alert,
           right.bytes, right.text, failures);
    EVP_PKEY_free(key);
    otls_context_free(context);
    return failures == 0 ? 0 : 1;
}
