/* SPDX-License-Identifier: MIT */
/*
 * With which algorithm the peer signed. wolfSSL does not tell, but shows every handshake message:
 * the number stands in CertificateVerify (RFC 8446 4.4.3, RFC 5246 7.4.8) and, below TLS 1.3, in
 * ServerKeyExchange behind the key (RFC 8422 5.4, RFC 5246 7.4.3). Whether the master secret is an
 * extended one the ServerHello says, sent or received.
 */
#include "wolf.h"

#include <stdlib.h>
#include <wolfssl/wolfcrypt/hash.h>

enum { EXTENDED_MASTER_SECRET = 23 };
enum { HANDSHAKE = 22, SERVER_HELLO = 2, SERVER_KEY_EXCHANGE = 12, CERTIFICATE_VERIFY = 15 };
enum { NAMED_CURVE = 3 };

static uint16_t number(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

/* Where the signature begins: behind the curve and its point, or behind p, g and the public key. */
static size_t behind_key(const uint8_t *body, size_t size, bool elliptic)
{
    size_t at = 0;

    if (elliptic)
        return size >= 4 && body[0] == NAMED_CURVE ? 4u + body[3] : size;
    for (int i = 0; i < 3; i++) {
        if (size - at < 2 || number(body + at) > size - at - 2)
            return size;
        at += 2u + number(body + at);
    }
    return at;
}

/* A ServerHello's extensions (RFC 5246 7.4.1.3): is extended_master_secret among them (RFC 7627)? */
static bool has_extended_secret(const uint8_t *body, size_t size)
{
    size_t at = 2 + 32, end;

    if (size <= at || size - at < 1u + body[at] + 2 + 1 + 2)
        return false;
    at += 1u + body[at] + 2 + 1; /* the session id, suite and compression */
    end = at + 2u + number(body + at);
    if (end > size)
        return false;
    for (at += 2; end - at >= 4; at += 4u + number(body + at + 2)) {
        if (number(body + at) == EXTENDED_MASTER_SECRET)
            return true;
        if (number(body + at + 2) > end - at - 4)
            return false;
    }
    return false;
}

/* What is sent is shown with its record's header, what is received without. */
static void watch_hello(otls_backend_connection *conn, const uint8_t *message, size_t size,
                        bool written)
{
    const size_t head = written ? WOLF_RECORD_HEAD : 0;
    const uint8_t *body;

    if (size < head + 4 || message[head] != SERVER_HELLO)
        return;
    body = message + head + 4;
    size -= head + 4;
    conn->extended_master_secret = has_extended_secret(body, size);
    conn->session_named = size > 2 + 32 && body[2 + 32] != 0;
}

/* The number before the signature in a handshake message below TLS 1.3; 0 = it has none. */
static uint16_t scheme_in(WOLFSSL *ssl, const uint8_t *message, size_t size)
{
    size_t at = 4;

    if (size < 6)
        return 0;
    if (message[0] == SERVER_KEY_EXCHANGE && wolfSSL_version(ssl) == OTLS_TLS1_2) {
        const char *suite = wolfSSL_get_cipher(ssl);

        at += behind_key(message + 4, size - 4, suite != NULL && strstr(suite, "ECDHE") != NULL);
    } else if (message[0] != CERTIFICATE_VERIFY ||
               otls_version_before(wolf_version(ssl), OTLS_TLS1_2)) {
        return 0;
    }
    return at <= size && size - at >= 2 ? number(message + at) : 0;
}

/* One whole message; a Finished of ours is shown encrypted and would look like anything. */
static bool is_message(const uint8_t *message, size_t size)
{
    return size >= 4 && message[1] == 0 && number(message + 2) == size - 4;
}

static void on_message(int written, int version, int type, const void *data, size_t size,
                       WOLFSSL *ssl, void *unused)
{
    otls_backend_connection *conn = wolf_connection_of(ssl);
    const size_t head = written != 0 ? WOLF_RECORD_HEAD : 0;
    const uint8_t *message = data;
    uint16_t scheme;

    (void)version, (void)unused;
    if (type != HANDSHAKE || conn == NULL || size < head)
        return;
    if (written != 0 && !is_message(message + head, size - head))
        return;
    watch_hello(conn, message, size, written != 0);
    scheme = scheme_in(ssl, message + head, size - head);
    if (scheme != 0)
        *(written != 0 ? &conn->own_signature : &conn->peer_signature) = scheme;
}

/*
 * TLS 1.3's messages are not shown, but the check of an RSA signature can be taken over, and is
 * told the digest. (Other keys have one algorithm each; core knows which.)
 */
typedef int decode_key(const byte *der, word32 *at, RsaKey *key, word32 size);

static int check_pss(uint16_t *scheme, decode_key *decode, unsigned char *signature,
                     unsigned int size, unsigned char **out, int hash, int mgf,
                     const unsigned char *der, unsigned int der_size)
{
    const enum wc_HashType type = wc_OidGetHash(hash);
    word32 at = 0;
    RsaKey *key = malloc(sizeof(*key));
    int result = MEMORY_E;

    if (key == NULL)
        return result;
    result = wc_InitRsaKey(key, NULL);
    if (result == 0) {
        result = decode(der, &at, key, der_size);
        if (result == 0)
            result = wc_RsaPSS_VerifyInline(signature, size, out, type, mgf, key);
        (void)wc_FreeRsaKey(key);
    }
    free(key);
    if (result > 0 && scheme != NULL && type >= WC_HASH_TYPE_SHA256 && type <= WC_HASH_TYPE_SHA512)
        *scheme = (uint16_t)(0x0804 + (type - WC_HASH_TYPE_SHA256));
    return result;
}

static int verify_pss(WOLFSSL *ssl, unsigned char *signature, unsigned int size,
                      unsigned char **out, int hash, int mgf, const unsigned char *der,
                      unsigned int der_size, void *unused)
{
    otls_backend_connection *conn = wolf_connection_of(ssl);

    (void)unused;
    return check_pss(conn != NULL ? &conn->peer_signature : NULL, wc_RsaPublicKeyDecode, signature,
                     size, out, hash, mgf, der, der_size);
}

/* wolfSSL checks each RSA signature of its own before it goes out. */
static int check_own_pss(WOLFSSL *ssl, unsigned char *signature, unsigned int size,
                         unsigned char **out, int hash, int mgf, const unsigned char *der,
                         unsigned int der_size, void *unused)
{
    otls_backend_connection *conn = wolf_connection_of(ssl);

    (void)unused;
    return check_pss(conn != NULL ? &conn->own_signature : NULL, wc_RsaPrivateKeyDecode, signature,
                     size, out, hash, mgf, der, der_size);
}

void wolf_watch_pss(WOLFSSL_CTX *ctx)
{
#ifdef HAVE_PK_CALLBACKS
    wolfSSL_CTX_SetRsaPssVerifyCb(ctx, verify_pss);
    wolfSSL_CTX_SetRsaPssSignCheckCb(ctx, check_own_pss); /* keys held elsewhere put theirs in place */
#else
    (void)ctx, (void)verify_pss, (void)check_own_pss;
#endif
}

void wolf_watch_signature(otls_backend_connection *conn)
{
    (void)wolfSSL_set_msg_callback(conn->ssl, on_message);
}
