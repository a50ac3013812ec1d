/* SPDX-License-Identifier: MIT */
/*
 * The Certificate message, kept as it came until the engine asks about the chain. Engines decode
 * certificates before they ask, each as strictly as it was written: one that gives up there would
 * have a reason of its own. Then core reads the message itself, and its verdict is the answer. So it
 * does where an engine keeps to itself what came beside the certificates: the OCSP response of TLS 1.3.
 */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/peer.h"

#include <string.h>

enum { CONTEXT_LENGTH = 1, LIST_LENGTH = 3, EXTENSIONS_LENGTH = 2, RESPONSE_LENGTH = 3 }; /* bytes */
enum { STATUS_REQUEST = 5, STATUS_OCSP = 1 }; /* RFC 6066 8 */

/* A CertificateStatus (RFC 8446 4.4.2.1); false: it is none, or of a type that nobody asks for. */
static bool read_status(otls_slice body, otls_slice *staple)
{
    omni_reader in = omni_reader_over(body);
    const bool ocsp = omni_read_number(&in, 1) == STATUS_OCSP;

    *staple = omni_read_vector(&in, RESPONSE_LENGTH);
    return ocsp && omni_reader_done(&in);
}

/* What comes beside one certificate. Of others than the leaf a status is read, and not wanted. */
static bool read_extensions(otls_slice body, otls_slice *staple)
{
    omni_reader in = omni_reader_over(body);

    while (in.left != 0) {
        const uint64_t type = omni_read_number(&in, 2);
        const otls_slice extension = omni_read_vector(&in, EXTENSIONS_LENGTH);

        if (in.bad || (type == STATUS_REQUEST && !read_status(extension, staple)))
            return false;
    }
    return true;
}

bool omni_certificate_message_read(uint16_t version, otls_slice body, otls_slice *out,
                                   size_t capacity, size_t *count, otls_slice *staple)
{
    const bool tls13 = !otls_version_before(version, OTLS_TLS1_3);
    omni_reader in = omni_reader_over(body), list;
    otls_slice others;

    *count = 0;
    *staple = (otls_slice){NULL, 0};
    if (tls13)
        (void)omni_read_vector(&in, CONTEXT_LENGTH);
    list = omni_reader_over(omni_read_vector(&in, LIST_LENGTH));
    while (list.left != 0) {
        const otls_slice certificate = omni_read_vector(&list, LIST_LENGTH);

        if (tls13 && !read_extensions(omni_read_vector(&list, EXTENSIONS_LENGTH),
                                      *count == 0 ? staple : &others))
            return false;
        if (list.bad || certificate.size == 0)
            return false;
        if (*count < capacity)
            out[*count] = certificate;
        (*count)++;
    }
    return omni_reader_done(&in);
}

void omni_certificate_message_drop(otls_connection *conn)
{
    omni_free(conn->message.body);
    conn->message = (omni_certificate_message){.size = 0};
}

void omni_core_certificate_message(otls_core *core, uint16_t version, otls_slice body, size_t size)
{
    otls_connection *conn = omni_connection_of(core);

    omni_certificate_message_drop(conn);
    conn->message.version = version;
    conn->message.size = size;
    if (body.size != size || size > OTLS_CERTIFICATE_MESSAGE_MAX)
        return;
    conn->message.body = omni_memdup(body.data, size);
    conn->message.lost = conn->message.body == NULL;
}

/* Larger than the engine takes, and so larger than anything that is permitted. */
static otls_status refuse_large(otls_connection *conn, size_t size, uint8_t *alert)
{
    const otls_slice nothing = {NULL, OTLS_CHAIN_BYTES_MAX + 1};
    const otls_status status = omni_core_verify_peer(&conn->core, &nothing, 1, NULL, alert);

    if (size > OTLS_CERTIFICATE_MESSAGE_MAX) /* OpenSSL sends that, and cannot be told otherwise */
        *alert = conn->verdict.alert = OTLS_ALERT_ILLEGAL_PARAMETER;
    return status;
}

static otls_status judge(otls_connection *conn, const omni_certificate_message *message,
                         uint8_t *alert)
{
    const otls_slice body = {message->body, message->size};
    otls_slice chain[OMNI_PEER_CHAIN_MAX + 1];
    const size_t room = OMNI_COUNT(chain);
    otls_slice staple;
    size_t count;

    if (message->lost) {
        omni_peer_clear(conn);
        conn->peer_verified = true;
        return omni_peer_unjudged(conn, OTLS_E_NOMEM, alert, "out of memory");
    }
    if (message->body == NULL)
        return refuse_large(conn, message->size, alert);
    if (!omni_certificate_message_read(message->version, body, chain, room, &count,
                                       &staple)) {
        omni_peer_clear(conn);
        conn->peer_verified = true;
        return omni_peer_refuse(conn, OTLS_VERIFY_MALFORMED, OTLS_ALERT_DECODE_ERROR, alert,
                                "the peer's Certificate message is malformed");
    }
    if (count == 0) /* the engine knows whether that is allowed */
        return OTLS_OK;
    return omni_core_verify_peer(&conn->core, chain, count < room ? count : room,
                                 staple.data != NULL ? &staple : NULL, alert);
}

otls_status omni_core_certificate_refused(otls_core *core, uint8_t *alert)
{
    otls_connection *conn = omni_connection_of(core);
    const omni_certificate_message message = conn->message;
    const bool was_short = omni_os_memory_short(); /* it may be why the engine could not read it */
    otls_status status;

    if (message.size == 0 || conn->peer_verified)
        return OTLS_OK;
    conn->message = (omni_certificate_message){.size = 0}; /* ours while core looks at it */
    status = judge(conn, &message, alert);
    omni_free(message.body);
    if (was_short)
        omni_os_memory_set(true);
    return status == OTLS_E_VERIFY ? status : OTLS_OK;
}
