/* SPDX-License-Identifier: MIT */
/*
 * The server's choice of an application protocol (RFC 7301 3.2). GnuTLS forgets a name that was not
 * offered and goes on without one, so the server's extensions are looked at as they come.
 */
#include "gtls.h"

enum { EXTENSION_ALPN = 16, RANDOM = 32 };

static size_t number(const uint8_t *at)
{
    return (size_t)at[0] << 8 | at[1];
}

/* The extensions of the message; empty when there are none, or none that can be read. */
static otls_slice extensions_of(unsigned type, otls_slice message)
{
    size_t at = 0;
    if (type == GNUTLS_HANDSHAKE_SERVER_HELLO) { /* version, random, session id, suite, compression */
        at = 2 + RANDOM;
        if (message.size <= at)
            return (otls_slice){NULL, 0};
        at += 1u + message.data[at] + 2 + 1;
    }
    if (message.size < at + 2 || number(message.data + at) != message.size - at - 2)
        return (otls_slice){NULL, 0};
    return (otls_slice){message.data + at + 2, message.size - at - 2};
}

static bool is_offered(const otls_backend_connection *conn, otls_slice name)
{
    const otls_slice offer = conn->alpn;
    for (size_t at = 0; at < offer.size; at += 1u + offer.data[at])
        if (offer.data[at] == name.size && memcmp(offer.data + at + 1, name.data, name.size) == 0)
            return true;
    return false;
}

/* A list of exactly one name (RFC 7301 3.1). */
static int check_answer(const otls_backend_connection *conn, otls_slice body)
{
    if (body.size < 4 || number(body.data) != body.size - 2 || body.data[2] != body.size - 3)
        return GNUTLS_E_UNEXPECTED_PACKET_LENGTH;
    return is_offered(conn, (otls_slice){body.data + 3, body.data[2]})
               ? 0
               : GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
}

int gtls_alpn_check(const otls_backend_connection *conn, unsigned type, otls_slice message)
{
    if ((type != GNUTLS_HANDSHAKE_SERVER_HELLO && type != GNUTLS_HANDSHAKE_ENCRYPTED_EXTENSIONS) ||
        conn->alpn.size == 0) /* what was not asked for is refused anyway */
        return 0;
    const otls_slice list = extensions_of(type, message);
    for (size_t at = 0; list.size - at >= 4;) {
        const size_t size = number(list.data + at + 2);
        if (size > list.size - at - 4)
            break;
        if (number(list.data + at) == EXTENSION_ALPN)
            return check_answer(conn, (otls_slice){list.data + at + 4, size});
        at += 4 + size;
    }
    return 0; /* none, or malformed: the engine finds that */
}
