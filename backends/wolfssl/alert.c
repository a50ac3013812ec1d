/* SPDX-License-Identifier: MIT */
/*
 * Alerts. wolfSSL chooses them from its own error and offers no call to send one, yet the peer must
 * see the alert that core chose. So the record is corrected where it leaves: in the clear it is
 * rewritten, under TLS 1.3 keys it is sealed again under the same nonce in place of the engine's,
 * which never goes out. Before that, sealing the engine's own alert must reproduce the engine's
 * record byte for byte: only then are key, nonce and algorithm surely right (RFC 8446 5.2, 5.3).
 */
#include "wolf.h"

#define SEALED_ALERT (WOLF_RECORD_HEAD + 3u + WOLF_RECORD_TAG)

static bool is_13(const otls_backend_connection *conn)
{
    return wolfSSL_GetVersion(conn->ssl) == WOLFSSL_TLSV1_3;
}

/* A whole TLS 1.3 record with a fatal alert, as number `sequence` under the current write keys. */
static bool seal(const otls_backend_connection *conn, word64 sequence, uint8_t description,
                 uint8_t out[SEALED_ALERT])
{
    const uint8_t plain[3] = {alert_fatal, description, 21};

    memcpy(out, "\x17\x03\x03\x00\x13", WOLF_RECORD_HEAD);
    return wolf_record_seal(conn, sequence, out, plain, sizeof(plain), out + WOLF_RECORD_HEAD);
}

static word64 sequence_of(const otls_backend_connection *conn)
{
    word64 sequence = 0;
#ifdef ATOMIC_USER
    (void)wolfSSL_GetSequenceNumber(conn->ssl, &sequence);
#else
    (void)conn;
#endif
    return sequence;
}

void wolf_alert_replace(otls_backend_connection *conn, uint8_t alert, uint8_t *data, size_t size)
{
    WOLFSSL_ALERT_HISTORY history;
    uint8_t ours[SEALED_ALERT];
    word64 sequence;

    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    if (history.last_tx.level != alert_fatal || history.last_tx.code == alert)
        return;
    if (size >= 7 && data[size - 7] == 21 && data[size - 4] == 0 && data[size - 3] == 2 &&
        data[size - 2] == alert_fatal) {
        data[size - 1] = alert;
        conn->tx_override = alert;
        return;
    }
    if (size < SEALED_ALERT || !is_13(conn))
        return;
    data += size - SEALED_ALERT;
    sequence = sequence_of(conn); /* the engine has counted it already */
    if (sequence == 0 || !seal(conn, sequence - 1, (uint8_t)history.last_tx.code, ours) ||
        memcmp(ours, data, SEALED_ALERT) != 0 ||
        !seal(conn, sequence - 1, alert, ours))
        return;
    memcpy(data, ours, SEALED_ALERT);
    conn->tx_override = alert;
}

void wolf_alert_send(otls_backend_connection *conn, uint8_t description)
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

static int received(const WOLFSSL_ALERT_HISTORY *history)
{
    return history->last_rx.level << 8 | history->last_rx.code;
}

void wolf_alerts_early(otls_backend_connection *conn)
{
    WOLFSSL_ALERT_HISTORY history;

    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    if (history.last_rx.level > 0)
        conn->rx_early = received(&history);
}

bool wolf_alert_ends(const otls_backend_connection *conn, int *description)
{
    WOLFSSL_ALERT_HISTORY history;

    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    *description = history.last_rx.code;
    /* before the handshake's end the version that wolfSSL tells may be the highest offered */
    return history.last_rx.level == alert_fatal ||
           (history.last_rx.level == alert_warning && conn->done && is_13(conn) &&
            received(&history) != conn->rx_early &&
            history.last_rx.code != OTLS_ALERT_CLOSE_NOTIFY &&
            history.last_rx.code != OTLS_ALERT_USER_CANCELED);
}

void wolf_alerts(otls_backend_connection *conn)
{
    WOLFSSL_ALERT_HISTORY history;
    int now, ending;
    const bool ends = wolf_alert_ends(conn, &ending);

    (void)wolfSSL_get_alert_history(conn->ssl, &history);
    if (history.last_rx.level > 0) {
        now = received(&history);
        if (now != conn->rx_seen) {
            conn->rx_seen = now;
            conn->core->ops->alert(conn->core, true, ends, (uint8_t)history.last_rx.code);
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
