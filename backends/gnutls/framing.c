/* SPDX-License-Identifier: MIT */
/*
 * Records one by one, for two reasons.
 *
 * A renegotiation and data that the peer has sent before it may come in any order. GnuTLS begins
 * its handshake anew when it meets data in it, with another ClientHello behind the first, and takes
 * a ServerHello among data for an error. The header is in the clear (RFC 5246 6.2.1), so each of
 * its calls gets the records that belong to it.
 *
 * In TLS 1.3 user_canceled ends nothing (RFC 8446 6.1), but GnuTLS reads no record behind it. So
 * one that has the size of an alert is opened here first, and a user_canceled is not shown to
 * GnuTLS; its number is counted, as if it had been. One that is padded has any size, and ends the
 * connection.
 */
#include "gtls.h"

#include <errno.h>

enum { HEAD = 5, APPLICATION_DATA = 23, SEQUENCE = 8, NONCE = 12 };

static bool is_wanted(const gtls_framing *framing)
{
    const bool data = framing->head[0] == APPLICATION_DATA;
    return framing->wanted == GTLS_ANY_RECORD || data == (framing->wanted == GTLS_DATA_RECORDS);
}

/* ---- TLS 1.3's user_canceled ---- */

static size_t body_of(const uint8_t *head)
{
    return (size_t)head[3] << 8 | head[4];
}

static bool may_be_alert(const otls_backend_connection *conn, const uint8_t *head)
{
    return body_of(head) <= GTLS_SEALED_ALERT && conn->established && head[0] == APPLICATION_DATA &&
           body_of(head) == 3 + gnutls_cipher_get_tag_size(gnutls_cipher_get(conn->session)) &&
           gnutls_protocol_get_version(conn->session) == GNUTLS_TLS1_3;
}

/* What is in it, under the keys and the number that GnuTLS would open it with (RFC 8446 5.2, 5.3). */
static bool open_record(const otls_backend_connection *conn, const uint8_t sequence[SEQUENCE],
                        const gnutls_datum_t *iv, const gnutls_datum_t *key, uint8_t plain[3])
{
    const uint8_t *const record = conn->framing.head;
    const gnutls_cipher_algorithm_t cipher = gnutls_cipher_get(conn->session);
    uint8_t nonce[NONCE];
    gnutls_aead_cipher_hd_t aead;
    size_t size = 3;
    if (iv->size != NONCE || gnutls_aead_cipher_init(&aead, cipher, key) < 0)
        return false;
    memcpy(nonce, iv->data, NONCE);
    for (size_t i = 0; i < SEQUENCE; i++)
        nonce[NONCE - SEQUENCE + i] ^= sequence[i];
    const int rc = gnutls_aead_cipher_decrypt(aead, nonce, NONCE, record, HEAD,
                                              gnutls_cipher_get_tag_size(cipher), record + HEAD,
                                              body_of(record), plain, &size);
    gnutls_aead_cipher_deinit(aead);
    return rc == 0 && size == 3;
}

/* Counts the record at GnuTLS' place. */
static bool skip_number(const otls_backend_connection *conn, uint8_t sequence[SEQUENCE])
{
    for (size_t i = SEQUENCE; i-- > 0 && ++sequence[i] == 0;)
        ;
    return gnutls_record_set_state(conn->session, 1, sequence) == 0;
}

/* True: it was user_canceled, and is gone. All else, forged records too, is GnuTLS' to judge. */
static bool drop_canceled(otls_backend_connection *conn)
{
    uint8_t sequence[SEQUENCE], plain[3];
    gnutls_datum_t mac, iv, key;
    if (gnutls_record_get_state(conn->session, 1, &mac, &iv, &key, sequence) < 0 ||
        !open_record(conn, sequence, &iv, &key, plain))
        return false;
    const bool canceled = plain[1] == OTLS_ALERT_USER_CANCELED && plain[2] == GTLS_ALERT;
    kit_wipe(plain, sizeof(plain)); /* it may have been data */
    if (!canceled || !gtls_warning(conn, OTLS_ALERT_USER_CANCELED))
        return false;
    if (!skip_number(conn, sequence))
        return false;
    conn->framing.have = 0;
    return true;
}

/* ---- the records ---- */

/* So many bytes of a record, from its beginning. */
static otls_status read_up_to(otls_backend_connection *conn, size_t size)
{
    gtls_framing *framing = &conn->framing;
    while (framing->have < size) {
        size_t count = 0;
        const otls_status status = conn->core->ops->read(conn->core, framing->head + framing->have,
                                                         size - framing->have, &count);
        if (status != OTLS_OK)
            return status;
        framing->have += (uint8_t)count;
    }
    return OTLS_OK;
}

/* OTLS_OK: there is a whole header, or a whole record that might have been an alert, to be shown. */
static otls_status next_head(otls_backend_connection *conn)
{
    gtls_framing *framing = &conn->framing;
    while (framing->given == 0) {
        otls_status status = read_up_to(conn, HEAD);
        if (status == OTLS_OK && may_be_alert(conn, framing->head))
            status = read_up_to(conn, HEAD + body_of(framing->head));
        if (status != OTLS_OK)
            return status;
        if (framing->have == HEAD || !drop_canceled(conn))
            break;
    }
    if (framing->given != 0 || is_wanted(framing))
        return OTLS_OK;
    framing->held_back = true;
    return OTLS_WANT_READ;
}

static void give_head(gtls_framing *framing, void *out, size_t capacity, size_t *count)
{
    const size_t there = (size_t)(framing->have - framing->given);
    *count = capacity < there ? capacity : there;
    memcpy(out, framing->head + framing->given, *count);
    framing->given += (uint8_t)*count;
    if (framing->given < framing->have)
        return;
    framing->left = HEAD + body_of(framing->head) - framing->have;
    framing->have = framing->given = 0;
}

static __attribute__((noinline)) otls_status read_head(otls_backend_connection *conn, void *out,
                                                       size_t capacity, size_t *count)
{
    const otls_status status = next_head(conn);
    *count = 0;
    if (status == OTLS_OK)
        give_head(&conn->framing, out, capacity, count);
    return status;
}

/*
 * Nearly all are read as whole headers, are no alert and are wanted: nothing of those is kept.
 * False: it is as if nothing had been read yet.
 */
static bool pass_head(otls_backend_connection *conn, uint8_t *out, size_t *count,
                      otls_status *status)
{
    gtls_framing *framing = &conn->framing;
    *status = conn->core->ops->read(conn->core, out, HEAD, count);
    if (*status != OTLS_OK)
        return true;
    if (__builtin_expect(*count == HEAD && !may_be_alert(conn, out), 1)) {
        framing->left = body_of(out);
        return true;
    }
    memcpy(framing->head, out, *count);
    framing->have = (uint8_t)*count;
    return false;
}

static inline otls_status framed_read(otls_backend_connection *conn, void *out, size_t capacity,
                                      size_t *count)
{
    gtls_framing *framing = &conn->framing;
    otls_status status;
    if (framing->left != 0) {
        status = conn->core->ops->read(conn->core, out,
                                       capacity < framing->left ? capacity : framing->left, count);
        if (status == OTLS_OK)
            framing->left -= *count;
        return status;
    }
    if (capacity >= HEAD && framing->have == 0 && framing->wanted == GTLS_ANY_RECORD &&
        pass_head(conn, out, count, &status))
        return status;
    return read_head(conn, out, capacity, count);
}

ssize_t gtls_pull(gnutls_transport_ptr_t pointer, void *data, size_t size)
{
    otls_backend_connection *conn = pointer;
    size_t count = 0;
    if (__builtin_expect(conn->deaf, 0)) {
        conn->starved = true;
        gnutls_transport_set_errno(conn->session, EAGAIN);
        return -1;
    }
    switch (conn->framed ? framed_read(conn, data, size, &count)
                         : conn->core->ops->read(conn->core, data, size, &count)) {
    case OTLS_OK:
        conn->fed = true;
        return (ssize_t)count;
    case OTLS_WANT_READ:
        conn->starved = !conn->framing.held_back;
        gnutls_transport_set_errno(conn->session, EAGAIN);
        return -1;
    default:
        conn->broken = true;
        gnutls_transport_set_errno(conn->session, EIO);
        return -1;
    }
}
