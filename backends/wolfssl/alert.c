/* SPDX-License-Identifier: MIT */
/*
 * Alerts. wolfSSL chooses them from its own error and offers no call to send one, yet the peer must
 * see the alert that core chose. So the record is corrected where it leaves: in the clear it is
 * rewritten, under TLS 1.3 keys it is sealed again under the same nonce in place of the engine's,
 * which never goes out. Before that, sealing the engine's own alert must reproduce the engine's
 * record byte for byte: only then are key, nonce and algorithm surely right (RFC 8446 5.2, 5.3).
 */
#include "wolf.h"

#include <wolfssl/wolfcrypt/aes.h>
#include <wolfssl/wolfcrypt/chacha20_poly1305.h>

#define RECORD_HEAD 5u
#define TAG 16u
#define SEALED_ALERT (RECORD_HEAD + 3u + TAG)

static bool is_13(const otls_backend_connection *conn)
{
    return wolfSSL_GetVersion(conn->ssl) == WOLFSSL_TLSV1_3;
}

#ifdef ATOMIC_USER /* the build lets us see the write keys */
static int seal_aes(WOLFSSL *ssl, const uint8_t *key, const uint8_t *nonce, const uint8_t *head,
                    const uint8_t *plain, uint8_t *out)
{
    Aes aes;
    const word32 key_size = (word32)wolfSSL_GetKeySize(ssl);
    int result = wc_AesInit(&aes, NULL, INVALID_DEVID);
    if (result != 0)
        return result;
    if (wolfSSL_GetBulkCipher(ssl) == wolfssl_aes_gcm) {
        result = wc_AesGcmSetKey(&aes, key, key_size);
        if (result == 0)
            result =
                wc_AesGcmEncrypt(&aes, out, plain, 3, nonce, 12, out + 3, TAG, head, RECORD_HEAD);
    } else {
        result = wc_AesCcmSetKey(&aes, key, key_size);
        if (result == 0)
            result =
                wc_AesCcmEncrypt(&aes, out, plain, 3, nonce, 12, out + 3, TAG, head, RECORD_HEAD);
    }
    wc_AesFree(&aes);
    return result;
}

/* A whole TLS 1.3 record with a fatal alert, as number `sequence` under the current write keys. */
static bool seal(const otls_backend_connection *conn, word64 sequence, uint8_t description,
                 uint8_t out[SEALED_ALERT])
{
    WOLFSSL *ssl = conn->ssl;
    const uint8_t *key =
        conn->server ? wolfSSL_GetServerWriteKey(ssl) : wolfSSL_GetClientWriteKey(ssl);
    const uint8_t *iv =
        conn->server ? wolfSSL_GetServerWriteIV(ssl) : wolfSSL_GetClientWriteIV(ssl);
    const uint8_t plain[3] = {alert_fatal, description, 21};
    uint8_t nonce[12];
    int result;

    if (key == NULL || iv == NULL)
        return false;
    memcpy(out, "\x17\x03\x03\x00\x13", RECORD_HEAD);
    memcpy(nonce, iv, sizeof(nonce));
    for (unsigned i = 0; i < 8; i++)
        nonce[11 - i] = (uint8_t)(nonce[11 - i] ^ (uint8_t)(sequence >> (8 * i)));
    switch (wolfSSL_GetBulkCipher(ssl)) {
    case wolfssl_aes_gcm:
    case wolfssl_aes_ccm:
        if (wolfSSL_GetAeadMacSize(ssl) != (int)TAG)
            return false;
        result = seal_aes(ssl, key, nonce, out, plain, out + RECORD_HEAD);
        break;
    case wolfssl_chacha:
        result = wc_ChaCha20Poly1305_Encrypt(key, nonce, out, RECORD_HEAD, plain, sizeof(plain),
                                             out + RECORD_HEAD, out + RECORD_HEAD + 3);
        break;
    default:
        return false;
    }
    return result == 0;
}

static word64 sequence_of(const otls_backend_connection *conn)
{
    word64 sequence = 0;
    (void)wolfSSL_GetSequenceNumber(conn->ssl, &sequence);
    return sequence;
}
#else
static bool seal(const otls_backend_connection *conn, word64 sequence, uint8_t description,
                 uint8_t out[SEALED_ALERT])
{
    (void)conn, (void)sequence, (void)description, (void)out;
    return false; /* the engine's own alert stays */
}

static word64 sequence_of(const otls_backend_connection *conn)
{
    (void)conn;
    return 0;
}
#endif

void otls_wolf_alert_replace(otls_backend_connection *conn, uint8_t *data, size_t size)
{
    WOLFSSL_ALERT_HISTORY history;
    uint8_t ours[SEALED_ALERT];
    word64 sequence;

    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    if (history.last_tx.level != alert_fatal || history.last_tx.code == conn->verdict_alert)
        return;
    if (size >= 7 && data[size - 7] == 21 && data[size - 4] == 0 && data[size - 3] == 2 &&
        data[size - 2] == alert_fatal) {
        data[size - 1] = conn->verdict_alert;
        conn->tx_override = conn->verdict_alert;
        return;
    }
    if (size < SEALED_ALERT || !is_13(conn))
        return;
    data += size - SEALED_ALERT;
    sequence = sequence_of(conn); /* the engine has counted it already */
    if (sequence == 0 || !seal(conn, sequence - 1, (uint8_t)history.last_tx.code, ours) ||
        memcmp(ours, data, SEALED_ALERT) != 0 ||
        !seal(conn, sequence - 1, conn->verdict_alert, ours))
        return;
    memcpy(data, ours, SEALED_ALERT);
    conn->tx_override = conn->verdict_alert;
}

void otls_wolf_alert_send(otls_backend_connection *conn, uint8_t description)
{
    uint8_t plain[7] = {21, 3, 3, 0, 2, alert_fatal, description};
    uint8_t sealed[SEALED_ALERT];
    otls_status status = OTLS_E_UNSUPPORTED;

    if (!conn->encrypted) {
        status = conn->core->ops->write(conn->core, plain, sizeof(plain));
    } else if (is_13(conn)) {
        if (seal(conn, sequence_of(conn), description, sealed))
            status = conn->core->ops->write(conn->core, sealed, sizeof(sealed));
    }
    if (status == OTLS_OK) {
        conn->tx_seen = alert_fatal << 8 | description;
        conn->core->ops->alert(conn->core, false, true, description);
    }
}

void otls_wolf_alerts(otls_backend_connection *conn)
{
    WOLFSSL_ALERT_HISTORY history;
    int now;

    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    if (history.last_rx.level > 0) {
        now = history.last_rx.level << 8 | history.last_rx.code;
        if (now != conn->rx_seen) {
            conn->rx_seen = now;
            conn->core->ops->alert(conn->core, true, history.last_rx.level == alert_fatal,
                                   (uint8_t)history.last_rx.code);
        }
    }
    if (history.last_tx.level > 0) {
        const int code = conn->tx_override >= 0 ? conn->tx_override : history.last_tx.code;
        now = history.last_tx.level << 8 | code;
        if (now != conn->tx_seen) {
            conn->tx_seen = now;
            conn->core->ops->alert(conn->core, false, history.last_tx.level == alert_fatal,
                                   (uint8_t)code);
        }
    }
}
