/* SPDX-License-Identifier: MIT */
/*
 * A TLS 1.3 record beside the engine's own (RFC 8446 5.2, 5.3), under the keys that it has in
 * force: wolfSSL lets them be seen, and offers neither a way to send an alert nor to look at a
 * message.
 */
#include "wolf.h"

enum { HANDSHAKE = 22, APPLICATION_DATA = 23, CCM_8 = 0x1305, CCM_8_TAG = 8 };

size_t wolf_record_handshake(const uint8_t *inner, size_t size)
{
    while (size > 0 && inner[size - 1] == 0)
        size--;
    return size > 1 && inner[size - 1] == HANDSHAKE ? size - 1 : 0;
}

size_t wolf_record_tag(WOLFSSL *ssl)
{
    return wolfSSL_get_current_cipher_suite(ssl) == CCM_8 ? CCM_8_TAG : WOLF_RECORD_TAG;
}

/* Less than a content type and the tag. Data may be none in TLS 1.2; what is something else never
 * is (RFC 5246 6.2.1, RFC 8446 5.1). */
static bool is_hollow(const otls_backend_connection *conn, const uint8_t *head)
{
    size_t tag;

    if (wolf_record_size(head) > WOLF_RECORD_HEAD + WOLF_RECORD_TAG) /* nearly all */
        return false;
    if (wolf_record_size(head) == WOLF_RECORD_HEAD && head[0] != APPLICATION_DATA)
        return true;
    tag = wolf_record_tag(conn->ssl);
    return head[0] == APPLICATION_DATA && wolf_record_size(head) <= WOLF_RECORD_HEAD + tag &&
           wolfSSL_GetVersion(conn->ssl) == WOLFSSL_TLSV1_3;
}

static __attribute__((noinline)) bool follow_any(otls_backend_connection *conn,
                                                 const uint8_t *data, size_t size)
{
    struct wolf_framing *framing = &conn->framing;

    while (size != 0 && !framing->hollow) {
        size_t part = framing->skip < size ? framing->skip : size;

        framing->skip -= (uint32_t)part;
        if (part == 0) {
            part = sizeof(framing->head) - framing->have;
            part = part < size ? part : size;
            memcpy(framing->head + framing->have, data, part);
            framing->have = (uint8_t)(framing->have + part);
        }
        data += part;
        size -= part;
        if (framing->have < sizeof(framing->head))
            continue;
        framing->have = 0;
        framing->records++;
        framing->skip = (uint32_t)(wolf_record_size(framing->head) - WOLF_RECORD_HEAD);
        framing->hollow = is_hollow(conn, framing->head);
    }
    if (framing->hollow)
        framing->skip = 0; /* no body is the engine's any more */
    return !framing->hollow;
}

/* As the engine asks for them: the rest of a body, which says nothing, or a whole header. */
bool wolf_record_follow(otls_backend_connection *conn, const uint8_t *data, size_t size)
{
    struct wolf_framing *framing = &conn->framing;

    if (size <= framing->skip) {
        framing->skip -= (uint32_t)size;
        return true;
    }
    if (size == WOLF_RECORD_HEAD && framing->skip == 0 && framing->have == 0 &&
        wolf_record_size(data) > WOLF_RECORD_HEAD + WOLF_RECORD_TAG && !framing->hollow) {
        framing->skip = (uint32_t)(wolf_record_size(data) - WOLF_RECORD_HEAD);
        framing->records++;
        return true;
    }
    return follow_any(conn, data, size);
}

#ifdef ATOMIC_USER /* the build lets us see the keys */

#include <wolfssl/wolfcrypt/chacha20_poly1305.h>

enum { NONCE = 12 };

/* What is under one direction's keys. */
struct direction {
    WOLFSSL *ssl;
    const uint8_t *key, *iv;
    uint8_t nonce[NONCE];
};

static bool number_record(struct direction *d, word64 sequence)
{
    if (d->key == NULL || d->iv == NULL || wolfSSL_GetVersion(d->ssl) != WOLFSSL_TLSV1_3)
        return false;
    memcpy(d->nonce, d->iv, NONCE);
    for (unsigned i = 0; i < 8; i++)
        d->nonce[NONCE - 1 - i] =
            (uint8_t)(d->nonce[NONCE - 1 - i] ^ (uint8_t)(sequence >> (8 * i)));
    return true;
}

static bool take_keys(struct direction *d, const otls_backend_connection *conn, bool peers,
                      word64 sequence)
{
    d->ssl = conn->ssl;
    if (peers && conn->server && conn->flight.keyed) {
        d->key = conn->flight.key;
        d->iv = conn->flight.iv;
    } else if (peers != conn->server) {
        d->key = wolfSSL_GetServerWriteKey(d->ssl);
        d->iv = wolfSSL_GetServerWriteIV(d->ssl);
    } else {
        d->key = wolfSSL_GetClientWriteKey(d->ssl);
        d->iv = wolfSSL_GetClientWriteIV(d->ssl);
    }
    return number_record(d, sequence);
}

static int crypt_aes(const struct direction *d, const uint8_t *head, const uint8_t *in, word32 size,
                     uint8_t *out, uint8_t *tag, bool seal)
{
    const struct wolf_aead aead = {.ccm = wolfSSL_GetBulkCipher(d->ssl) == wolfssl_aes_ccm,
                                   .short_tag = wolf_record_tag(d->ssl) == CCM_8_TAG,
                                   .key = d->key,
                                   .key_size = (word32)wolfSSL_GetKeySize(d->ssl),
                                   .nonce = d->nonce,
                                   .head = head,
                                   .head_size = WOLF_RECORD_HEAD};

    return seal ? wolf_aead_seal(&aead, in, size, out, tag)
                : wolf_aead_open(&aead, in, size, out, tag);
}

static bool crypt_record(const struct direction *d, const uint8_t *head, const uint8_t *in,
                         size_t size, uint8_t *out, uint8_t *tag, bool seal)
{
    switch (wolfSSL_GetBulkCipher(d->ssl)) {
    case wolfssl_aes_gcm:
    case wolfssl_aes_ccm:
        return wolfSSL_GetAeadMacSize(d->ssl) == (int)wolf_record_tag(d->ssl) &&
               crypt_aes(d, head, in, (word32)size, out, tag, seal) == 0;
    case wolfssl_chacha:
        if (seal)
            return wc_ChaCha20Poly1305_Encrypt(d->key, d->nonce, head, WOLF_RECORD_HEAD, in,
                                               (word32)size, out, tag) == 0;
        return wc_ChaCha20Poly1305_Decrypt(d->key, d->nonce, head, WOLF_RECORD_HEAD, in,
                                           (word32)size, tag, out) == 0;
    default:
        return false;
    }
}

bool wolf_record_seal(const otls_backend_connection *conn, word64 sequence, const uint8_t *head,
                      const uint8_t *plain, size_t size, uint8_t *out)
{
    struct direction d;

    return wolf_record_tag(conn->ssl) == WOLF_RECORD_TAG && /* what there is room for */
           take_keys(&d, conn, false, sequence) &&
           crypt_record(&d, head, plain, size, out, out + size, true);
}

static bool open_record(const struct direction *d, const uint8_t *head, const uint8_t *sealed,
                        size_t size, uint8_t *out)
{
    const size_t tag_size = wolf_record_tag(d->ssl);
    uint8_t tag[WOLF_RECORD_TAG];

    if (size < tag_size)
        return false;
    memcpy(tag, sealed + size - tag_size, tag_size);
    return crypt_record(d, head, sealed, size - tag_size, out, tag, false);
}

bool wolf_record_open(const otls_backend_connection *conn, word64 sequence, const uint8_t *head,
                      const uint8_t *sealed, size_t size, uint8_t *out)
{
    struct direction d;

    return take_keys(&d, conn, true, sequence) && open_record(&d, head, sealed, size, out);
}

bool wolf_record_open_with(WOLFSSL *ssl, const uint8_t *key, const uint8_t *iv, word64 sequence,
                           const uint8_t *head, const uint8_t *sealed, size_t size, uint8_t *out)
{
    struct direction d = {.ssl = ssl, .key = key, .iv = iv};

    return number_record(&d, sequence) && open_record(&d, head, sealed, size, out);
}

#else /* the engine's own alert stays, and its own reason */

bool wolf_record_seal(const otls_backend_connection *conn, word64 sequence, const uint8_t *head,
                      const uint8_t *plain, size_t size, uint8_t *out)
{
    (void)conn, (void)sequence, (void)head, (void)plain, (void)size, (void)out;
    return false;
}

bool wolf_record_open(const otls_backend_connection *conn, word64 sequence, const uint8_t *head,
                      const uint8_t *sealed, size_t size, uint8_t *out)
{
    (void)conn, (void)sequence, (void)head, (void)sealed, (void)size, (void)out;
    return false;
}

bool wolf_record_open_with(WOLFSSL *ssl, const uint8_t *key, const uint8_t *iv, word64 sequence,
                           const uint8_t *head, const uint8_t *sealed, size_t size, uint8_t *out)
{
    (void)ssl, (void)key, (void)iv, (void)sequence, (void)head, (void)sealed, (void)size, (void)out;
    return false;
}

#endif
