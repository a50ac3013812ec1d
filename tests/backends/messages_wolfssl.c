/* SPDX-License-Identifier: MIT */
/*
 * What is read in the messages that wolfSSL shows, and in those that it shows encrypted: a Finished of ours
 * in TLS 1.2 looks like anything, and one in 256 began like a ServerHello. The connection forgot its
 * extended master secret then.
 */
#include "backends/wolfssl/peer_signature.c"

#include <stdio.h>

uint16_t wolf_version(WOLFSSL *ssl)
{
    (void)ssl;
    return OTLS_TLS1_2;
}

enum { SENT = 1, RECEIVED = 0, HEAD = WOLF_RECORD_HEAD, SEALED_SIZE = 40 };

static unsigned failures;

static void expect(bool good, const char *what, unsigned number)
{
    if (good)
        return;
    printf("FAILED: %s, %u\n", what, number);
    failures++;
}

/* A ServerHello of TLS 1.2 with one extension, behind a record's header. */
static size_t make_hello(uint8_t *out, uint8_t extension)
{
    uint8_t body[] = {3, 3, [34] = 0, 0xc0, 0x2f, 0, 0, 4, 0, extension, 0, 0};
    const uint8_t head[] = {22, 3, 3, 0, 4 + sizeof(body), 2, 0, 0, sizeof(body)};

    memcpy(out, head, sizeof(head));
    memcpy(out + sizeof(head), body, sizeof(body));
    return sizeof(head) + sizeof(body);
}

static void show(WOLFSSL *ssl, int written, const uint8_t *record, size_t size)
{
    const size_t skip = written == SENT ? 0 : HEAD;

    on_message(written, 0, 22, record + skip, size - skip, ssl, NULL);
}

/* RFC 5246 7.4.1.3: an empty session id, one of an octet, and a message that ends before it. */
static void names(WOLFSSL *ssl, otls_backend_connection *conn)
{
    static const uint8_t unnamed[] = {22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3, [43] = 0, 0xc0, 0x2f, 0};
    static const uint8_t named[] = {22, 3, 3, 0, 43, 2, 0, 0, 39, 3, 3, [43] = 1, 7, 0xc0, 0x2f, 0};
    static const uint8_t ends[] = {22, 3, 3, 0, 38, 2, 0, 0, 34, 3, 3, [42] = 0};

    show(ssl, RECEIVED, named, sizeof(named));
    expect(conn->session_named, "a session with a name", 1);
    show(ssl, RECEIVED, unnamed, sizeof(unnamed));
    expect(!conn->session_named, "a session without a name", 0);
    conn->session_named = true;
    show(ssl, RECEIVED, ends, sizeof(ends));
    expect(!conn->session_named, "a ServerHello that ends before the name", 0);
}

static void hellos(WOLFSSL *ssl, otls_backend_connection *conn)
{
    uint8_t record[128];

    for (int written = RECEIVED; written <= SENT; written++)
        for (unsigned extension = 22; extension <= 24; extension++) {
            const size_t size = make_hello(record, (uint8_t)extension);

            conn->extended_master_secret = extension != EXTENDED_MASTER_SECRET;
            show(ssl, written, record, size);
            expect(conn->extended_master_secret == (extension == EXTENDED_MASTER_SECRET), "a hello", extension);
        }
}

/* What is behind the first octets says nothing either: all zeros, all ones, and in between. */
static void sealed(WOLFSSL *ssl, otls_backend_connection *conn)
{
    uint8_t record[HEAD + SEALED_SIZE] = {22, 3, 3, 0, SEALED_SIZE};

    for (unsigned first = 0; first < 256; first++)
        for (unsigned fill = 0; fill < 256; fill++) {
            memset(record + HEAD, (int)fill, SEALED_SIZE);
            record[HEAD] = (uint8_t)first;
            conn->extended_master_secret = true;
            conn->own_signature = 0;
            show(ssl, SENT, record, sizeof(record));
            expect(conn->extended_master_secret, "sealed octets are no ServerHello", first);
            expect(conn->own_signature == 0, "sealed octets are no CertificateVerify", first);
        }
}

/* Cut off anywhere, a message is none, and nobody reads behind its end. */
static void cut(WOLFSSL *ssl, otls_backend_connection *conn)
{
    uint8_t record[128];
    const size_t size = make_hello(record, EXTENDED_MASTER_SECRET);

    for (size_t part = HEAD; part < size; part++) {
        uint8_t *exact = malloc(part);

        if (exact == NULL)
            exit(2);
        memcpy(exact, record, part);
        conn->extended_master_secret = false;
        show(ssl, SENT, exact, part);
        expect(!conn->extended_master_secret, "a hello that is cut off", (unsigned)part);
        show(ssl, RECEIVED, exact, part);
        expect(!conn->extended_master_secret, "a hello that came cut off", (unsigned)part);
        free(exact);
    }
}

/* RFC 5246 7.4.8: the algorithm stands before the signature. */
static void signatures(WOLFSSL *ssl, otls_backend_connection *conn)
{
    const uint8_t record[] = {22, 3, 3, 0, 10, 15, 0, 0, 6, 0x04, 0x03, 0, 2, 0xaa, 0xbb};

    conn->own_signature = conn->peer_signature = 0;
    show(ssl, SENT, record, sizeof(record));
    expect(conn->own_signature == 0x0403 && conn->peer_signature == 0, "our CertificateVerify", 0);
    show(ssl, RECEIVED, record, sizeof(record));
    expect(conn->peer_signature == 0x0403, "the peer's CertificateVerify", 0);
}

int main(void)
{
    WOLFSSL_CTX *ctx = NULL;
    WOLFSSL *ssl = NULL;
    otls_backend_connection conn;

    memset(&conn, 0, sizeof(conn));
    if (wolfSSL_Init() != WOLFSSL_SUCCESS || (ctx = wolfSSL_CTX_new(wolfTLSv1_2_client_method())) == NULL ||
        (ssl = wolfSSL_new(ctx)) == NULL)
        return 2;
    wolfSSL_SetIOReadCtx(ssl, &conn);
    hellos(ssl, &conn);
    names(ssl, &conn);
    sealed(ssl, &conn);
    cut(ssl, &conn);
    signatures(ssl, &conn);
    wolfSSL_free(ssl);
    wolfSSL_CTX_free(ctx);
    (void)wolfSSL_Cleanup();
    printf("%u failures\n", failures);
    return failures == 0 ? 0 : 1;
}
