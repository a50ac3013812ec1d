/* SPDX-License-Identifier: MIT */
/*
 * The same file on a desktop and on a microcontroller: a client and a server in one program, bytes
 * carried through memory, certificates compiled in. TLS 1.3 and 1.2 with ECDSA and RSA chains, and
 * what must be refused: another authority, another name, a time at which nothing is good, no time.
 * Prints a line for each case; answers how many failed.
 */
#include "platforms_pki.h"

#include <omnitls/omnitls.h>
#include <stdio.h>
#include <string.h>

#define GOOD_TIME 1798761600 /* 1 January 2027 */
#define LATE_TIME 2556143999 /* 31 December 2050 */

typedef struct material {
    const char *trust, *chain, *key;
    size_t trust_size, chain_size, key_size;
} material;

#define MATERIAL(trust_, chain_, key_)                                                             \
    {                                                                                              \
        .trust = (trust_), .chain = (chain_), .key = (key_), .trust_size = sizeof(trust_) - 1,     \
        .chain_size = sizeof(chain_) - 1, .key_size = sizeof(key_) - 1                             \
    }

static const material ecdsa =
    MATERIAL(platforms_root_pem, platforms_server_ecdsa_p256_pem, platforms_server_ecdsa_p256_key);
static const material rsa =
    MATERIAL(platforms_root_pem, platforms_server_rsa_2048_pem, platforms_server_rsa_2048_key);
static const material foreign = MATERIAL(platforms_other_root_pem, platforms_server_ecdsa_p256_pem,
                                         platforms_server_ecdsa_p256_key);

typedef struct row {
    const char *name;
    const material *material;
    uint16_t version;
    const char *host;
    int64_t now;
    otls_status expected;
    const char *words; /* in the sentence of a refusal */
} row;

static const row rows[] = {
    {"TLS 1.3, ECDSA", &ecdsa, OTLS_TLS1_3, "localhost", GOOD_TIME, OTLS_OK, NULL},
    {"TLS 1.2, ECDSA", &ecdsa, OTLS_TLS1_2, "localhost", GOOD_TIME, OTLS_OK, NULL},
    {"TLS 1.3, RSA", &rsa, OTLS_TLS1_3, "localhost", GOOD_TIME, OTLS_OK, NULL},
    {"TLS 1.2, RSA", &rsa, OTLS_TLS1_2, "localhost", GOOD_TIME, OTLS_OK, NULL},
    {"TLS 1.3, another authority", &foreign, OTLS_TLS1_3, "localhost", GOOD_TIME, OTLS_E_VERIFY,
     ""},
    {"TLS 1.2, another authority", &foreign, OTLS_TLS1_2, "localhost", GOOD_TIME, OTLS_E_VERIFY,
     ""},
    {"TLS 1.3, another name", &ecdsa, OTLS_TLS1_3, "elsewhere.example", GOOD_TIME, OTLS_E_VERIFY,
     "is for another name"},
    {"TLS 1.2, another name", &ecdsa, OTLS_TLS1_2, "elsewhere.example", GOOD_TIME, OTLS_E_VERIFY,
     "is for another name"},
    {"TLS 1.3, too late", &ecdsa, OTLS_TLS1_3, "localhost", LATE_TIME, OTLS_E_VERIFY, "expired"},
};

typedef struct pair {
    otls_context *contexts[2];
    otls_connection *ends[2]; /* the client, the server */
} pair;

static int64_t tell_time(void *user)
{
    const row *it = user;

    return it->now;
}

/* ---- making the two ends ---- */

static otls_status make_trust(otls_context *client, const material *from, otls_error *err)
{
    otls_trust *trust = NULL;
    otls_status status = otls_trust_new(&trust, err);

    if (status == OTLS_OK)
        status = otls_trust_add_memory(trust, from->trust, from->trust_size, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(client, trust, err);
    otls_trust_free(trust);
    return status;
}

static otls_status make_identity(otls_context *server, const material *from, otls_error *err)
{
    otls_identity *identity = NULL;
    otls_status status =
        otls_identity_from_memory(&identity, otls_context_backend(server), from->chain,
                                  from->chain_size, from->key, from->key_size, NULL, NULL, err);

    if (status == OTLS_OK)
        status = otls_context_add_identity(server, identity, err);
    otls_identity_free(identity);
    return status;
}

static otls_status make(pair *both, const row *it, otls_error *err)
{
    otls_status status = otls_context_new(&both->contexts[0], NULL, OTLS_CLIENT, err);

    if (status == OTLS_OK)
        status = otls_context_new(&both->contexts[1], NULL, OTLS_SERVER, err);
    for (int i = 0; i < 2 && status == OTLS_OK; i++) {
        status = otls_context_set_clock_callback(both->contexts[i], tell_time,
                                                 (void *)(uintptr_t)it, err);
        if (status == OTLS_OK)
            status = otls_context_set_versions(both->contexts[i], it->version, it->version, err);
    }
    if (status == OTLS_OK)
        status = make_trust(both->contexts[0], it->material, err);
    if (status == OTLS_OK)
        status = make_identity(both->contexts[1], it->material, err);
    for (int i = 0; i < 2 && status == OTLS_OK; i++)
        status = otls_connection_new_memory(&both->ends[i], both->contexts[i], err);
    return status == OTLS_OK ? otls_connection_set_server_name(both->ends[0], it->host, err)
                             : status;
}

static void end(pair *both)
{
    for (int i = 0; i < 2; i++) {
        otls_connection_free(both->ends[i]);
        otls_context_free(both->contexts[i]);
    }
}

/* ---- carrying ---- */

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

/* The client's verdict is what is looked at: a server may be done before it hears of a refusal. */
static otls_status shake_hands(pair *both, otls_error *err)
{
    otls_status client = OTLS_WANT_READ, server = OTLS_WANT_READ;

    while (client != OTLS_OK || server != OTLS_OK) {
        client = otls_connection_handshake(both->ends[0], err);
        if (client < OTLS_OK)
            return client;
        if (carry(both->ends[0], both->ends[1], err) != OTLS_OK)
            return OTLS_E_IO;
        server = otls_connection_handshake(both->ends[1], err);
        if (server < OTLS_OK)
            return server;
        if (carry(both->ends[1], both->ends[0], err) != OTLS_OK)
            return OTLS_E_IO;
    }
    return OTLS_OK;
}

/* `text` from one end to the other: written, carried, read, the same. */
static otls_status say(otls_connection *from, otls_connection *to, const char *text,
                       otls_error *err)
{
    char heard[64];
    size_t count = 0;
    otls_status status = otls_connection_write(from, text, strlen(text), &count, err);

    if (status == OTLS_OK)
        status = carry(from, to, err);
    if (status == OTLS_OK)
        status = otls_connection_read(to, heard, sizeof(heard), &count, err);
    if (status == OTLS_OK && (count != strlen(text) || memcmp(heard, text, count) != 0))
        return OTLS_E_INTERNAL;
    return status;
}

static otls_status say_goodbye(pair *both, otls_error *err)
{
    char heard[64];
    size_t count;
    otls_status status = otls_connection_shutdown(both->ends[0], err);

    if (status == OTLS_OK)
        status = carry(both->ends[0], both->ends[1], err);
    if (status == OTLS_OK)
        status = otls_connection_read(both->ends[1], heard, sizeof(heard), &count, err);
    return status == OTLS_CLOSED ? OTLS_OK : OTLS_E_INTERNAL;
}

static otls_status talk(pair *both, const row *it, otls_error *err)
{
    otls_status status = shake_hands(both, err);

    if (status == OTLS_OK && otls_connection_version(both->ends[0]) != it->version)
        return OTLS_E_INTERNAL;
    if (status == OTLS_OK)
        status = say(both->ends[0], both->ends[1], "hello from the client", err);
    if (status == OTLS_OK)
        status = say(both->ends[1], both->ends[0], "hello from the server", err);
    return status == OTLS_OK ? say_goodbye(both, err) : status;
}

static int run(const row *it)
{
    otls_error err = OTLS_ERROR_INIT;
    pair both = {.contexts = {NULL}};
    otls_status status = make(&both, it, &err);
    int failed;

    if (status == OTLS_OK)
        status = talk(&both, it, &err);
    failed = status != it->expected || (it->words != NULL && strstr(err.text, it->words) == NULL);
    printf("%s %s%s%s\n", failed ? "FAIL" : "ok  ", it->name, status != OTLS_OK ? ": " : "",
           status != OTLS_OK ? err.text : "");
    end(&both);
    return failed;
}

#ifdef TALK_WITHOUT_CLOCK
/* Where there is no clock, a context that was given none says so before anything is believed. */
static int run_without_clock(void)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;
    otls_connection *conn = NULL;
    otls_status status = otls_context_new(&context, NULL, OTLS_CLIENT, &err);
    int failed;

    if (status == OTLS_OK)
        status = make_trust(context, &ecdsa, &err);
    if (status == OTLS_OK)
        status = otls_connection_new_memory(&conn, context, &err);
    failed = status != OTLS_E_CONFIG || strstr(err.text, "no clock") == NULL;
    printf("%s no clock: %s\n", failed ? "FAIL" : "ok  ", err.text);
    otls_connection_free(conn);
    otls_context_free(context);
    return failed;
}
#endif

int main(void)
{
    int checks = sizeof(rows) / sizeof(rows[0]), failed = 0;

    for (int i = 0; i < checks; i++)
        failed += run(&rows[i]);
#ifdef TALK_WITHOUT_CLOCK
    failed += run_without_clock();
    checks++;
#endif
    printf("%d checks, %d failed\n", checks, failed);
    return failed != 0;
}
