/* SPDX-License-Identifier: MIT */
/*
 * The peer's flight as it is kept beside wolfSSL, when there is no memory for a part of it: what comes
 * behind the gap would be read as if it stood in its place, and a Certificate in it is none that wolfSSL
 * has seen.
 */
#include <stdlib.h>
#include <string.h>

static unsigned refused_at, asked; /* the n-th growth fails; 0 = none */

static void *grow(void *block, size_t size)
{
    return ++asked == refused_at ? NULL : realloc(block, size);
}

#define realloc grow
#include "backends/wolfssl/flight.c"
#undef realloc

#include <stdio.h>

void wolf_messages_keys(otls_backend_connection *conn)
{
    (void)conn;
}

static unsigned shown; /* certificates that core was shown */

static void show(otls_core *core, uint16_t version, otls_slice body, size_t size)
{
    (void)core, (void)version, (void)body, (void)size;
    shown++;
}

static otls_status refused(otls_core *core, uint8_t *alert)
{
    (void)core, (void)alert;
    return OTLS_OK;
}

enum { BODY = 8000, HEAD = WOLF_RECORD_HEAD };

/* A record of the handshake that has one message in it, which is no Certificate, or a Certificate. */
static void put_body(uint8_t *out, uint8_t type)
{
    memset(out, 0, BODY);
    memcpy(out, (uint8_t[]){type, 0, (BODY - 4) >> 8, (BODY - 4) & 0xff}, 4);
}

/* Were certificates shown? */
static unsigned run(WOLFSSL *ssl, unsigned without)
{
    static const otls_core_ops ops = {
        .size = sizeof(ops), .certificate_message = show, .certificate_refused = refused};
    static const uint8_t head[HEAD] = {22, 3, 3, BODY >> 8, BODY & 0xff};
    static uint8_t body[BODY];
    otls_core core = {.ops = &ops};
    otls_backend_connection conn;

    memset(&conn, 0, sizeof(conn));
    conn.ssl = ssl;
    conn.core = &core;
    refused_at = without;
    asked = shown = 0;
    wolf_flight_keep(&conn, head, sizeof(head)); /* as wolfSSL asks for them: a head, a body */
    put_body(body, 2);
    wolf_flight_keep(&conn, body, sizeof(body));
    put_body(body, CERTIFICATE);
    if (without == 0)
        wolf_flight_keep(&conn, head, sizeof(head));
    wolf_flight_keep(&conn, body, sizeof(body));
    (void)wolf_ask_message(&conn);
    wolf_flight_drop(&conn);
    return shown;
}

int main(void)
{
    WOLFSSL_CTX *ctx = NULL;
    WOLFSSL *ssl = NULL;
    unsigned whole, first, second;

    if (wolfSSL_Init() != WOLFSSL_SUCCESS || (ctx = wolfSSL_CTX_new(wolfTLSv1_2_client_method())) == NULL ||
        (ssl = wolfSSL_new(ctx)) == NULL)
        return 2;
    whole = run(ssl, 0);
    first = run(ssl, 1);
    second = run(ssl, 2);
    wolfSSL_free(ssl);
    wolfSSL_CTX_free(ctx);
    (void)wolfSSL_Cleanup();
    printf("shown: %u with all of it, %u and %u without a part\n", whole, first, second);
    return whole == 1 && first == 0 && second == 0 ? 0 : 1;
}
