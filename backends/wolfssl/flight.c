/* SPDX-License-Identifier: MIT */
/*
 * Certificates that wolfSSL refuses before it asks its callback: its decoder, nine certificates at
 * most, 18 KB for a message. In TLS 1.3 it shows no message, so what the peer sends is kept, as it
 * comes, until core has been asked; when the engine gives up, the Certificate message is looked for
 * in it, and core judges that. A client that asked for an OCSP response has no other way to see it.
 */
#include "wolf.h"

#include <stdlib.h>

/* Enough for the largest Certificate message that is permitted, and what comes before it. */
#define FLIGHT_MAX (48u * 1024u)

enum { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22, SEALED = 23 };
enum { CERTIFICATE = 11, MESSAGE_HEAD = 4 };

void wolf_flight_drop(otls_backend_connection *conn)
{
    free(conn->flight.data);
    kit_wipe(&conn->flight, sizeof(conn->flight));
}

#if defined(ATOMIC_USER) && defined(HAVE_PK_CALLBACKS) && defined(HAVE_HKDF)
/*
 * A server replaces the client's handshake keys by those for data while it still waits for the
 * client's certificate, right after it has extracted the master secret (RFC 8446 7.1): the last
 * moment at which they can be seen.
 */
static int on_extract(byte *secret, const byte *salt, word32 salt_size, byte *input,
                      word32 input_size, int digest, void *user)
{
    otls_backend_connection *conn = user;
    struct wolf_flight *flight = &conn->flight;
    const uint8_t *key = wolfSSL_GetClientWriteKey(conn->ssl);
    const uint8_t *iv = wolfSSL_GetClientWriteIV(conn->ssl);

    wolf_messages_keys(conn);
    if (!conn->done && !conn->judged && key != NULL && iv != NULL) {
        memcpy(flight->key, key, sizeof(flight->key));
        memcpy(flight->iv, iv, sizeof(flight->iv));
        flight->keyed = true;
    }
    return wc_Tls13_HKDF_Extract(secret, salt, (wolf_hkdf_size)salt_size, input,
                                 (wolf_hkdf_size)input_size, digest);
}

void wolf_flight_setup(WOLFSSL_CTX *ctx)
{
    wolfSSL_CTX_SetHKDFExtractCb(ctx, on_extract);
}
#else
void wolf_flight_setup(WOLFSSL_CTX *ctx)
{
    (void)ctx;
}
#endif

void wolf_flight_keep(otls_backend_connection *conn, const void *data, size_t size)
{
    struct wolf_flight *flight = &conn->flight;
    const size_t room = FLIGHT_MAX - flight->size;
    uint8_t *more;

    if (flight->torn)
        return;
    if (size > room)
        size = room;
    if (flight->size + size > flight->capacity) {
        const size_t wanted = flight->size + size;
        const size_t capacity = wanted <= 4096 ? 4096 : wanted <= 16384 ? 16384 : FLIGHT_MAX;

        more = realloc(flight->data, capacity);
        if (more == NULL) { /* what comes next would be read in the place of what is missing */
            flight->torn = true;
            flight->size = 0;
            return;
        }
        flight->data = more;
        flight->capacity = capacity;
    }
    memcpy(flight->data + flight->size, data, size);
    flight->size += size;
}

/* The inside of a TLS 1.3 record without its padding; 0 unless it is of the handshake. */
static size_t open_record(const otls_backend_connection *conn, word64 sequence, const uint8_t *head,
                          size_t size, uint8_t *out)
{
    return wolf_record_open(conn, sequence, head, head + WOLF_RECORD_HEAD, size, out)
               ? wolf_record_handshake(out, size - wolf_record_tag(conn->ssl))
               : 0;
}

/* The peer's handshake messages, out of their records; `out` has room for as much as there is. */
static size_t gather(const otls_backend_connection *conn, uint8_t *out)
{
    const bool tls13 = wolfSSL_GetVersion(conn->ssl) == WOLFSSL_TLSV1_3;
    const uint8_t *at = conn->flight.data;
    size_t left = conn->flight.size, used = 0;
    word64 sequence = 0;

    while (left >= WOLF_RECORD_HEAD) {
        const size_t whole = wolf_record_size(at), size = whole - WOLF_RECORD_HEAD;
        size_t length = 0;

        if (whole > left)
            break;
        if (at[0] == HANDSHAKE && sequence == 0) {
            length = size;
            memcpy(out + used, at + WOLF_RECORD_HEAD, length);
        } else if (at[0] == SEALED && tls13) {
            length = open_record(conn, sequence++, at, size, out + used);
        }
        if (length == 0 && !(at[0] == CHANGE_CIPHER_SPEC && tls13))
            break;
        used += length;
        at += whole;
        left -= whole;
    }
    return used;
}

/* Give core the Certificate message, if there is one among these. */
static bool hand_over(otls_backend_connection *conn, const uint8_t *messages, size_t size)
{
    const uint16_t version = (uint16_t)wolfSSL_version(conn->ssl);

    for (size_t at = 0; size - at >= MESSAGE_HEAD;) {
        const uint8_t *head = messages + at;
        const size_t length = (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
        const size_t there = size - at - MESSAGE_HEAD;

        if (head[0] == CERTIFICATE) {
            conn->core->ops->certificate_message(
                conn->core, version,
                (otls_slice){head + MESSAGE_HEAD, length < there ? length : there}, length);
            return true;
        }
        if (length > there)
            break;
        at += MESSAGE_HEAD + length;
    }
    return false;
}

bool wolf_ask_message(otls_backend_connection *conn)
{
    uint8_t *messages = conn->flight.size != 0 ? malloc(conn->flight.size) : NULL;
    bool found;

    if (messages == NULL)
        return false;
    found = hand_over(conn, messages, gather(conn, messages));
    free(messages);
    if (found)
        conn->verdict = conn->core->ops->certificate_refused(conn->core, &conn->verdict_alert);
    return found;
}

bool wolf_ask_late(otls_backend_connection *conn)
{
    if (conn->judged || conn->done)
        return false;
    conn->verdict_alert = OTLS_ALERT_BAD_CERTIFICATE;
    const bool asked = wolf_ask_message(conn);
    conn->judged = asked && conn->verdict != OTLS_OK;
    return asked && !conn->judged;
}
