/* SPDX-License-Identifier: MIT */
/*
 * Records one by one. A renegotiation and data that the peer has sent before it may come in any
 * order. GnuTLS begins its handshake anew when it meets data in it, with another ClientHello behind
 * the first, and takes a ServerHello among data for an error. The header is in the clear (RFC
 * 5246 6.2.1), so each of its calls gets the records that belong to it.
 */
#include "gtls.h"

enum { APPLICATION_DATA = 23 };

static bool is_wanted(const gtls_framing *framing)
{
    const bool data = framing->head[0] == APPLICATION_DATA;
    return framing->wanted == GTLS_ANY_RECORD || data == (framing->wanted == GTLS_DATA_RECORDS);
}

/* OTLS_OK: there is a whole header, and it may be shown. */
static otls_status next_head(otls_backend_connection *conn)
{
    gtls_framing *framing = &conn->framing;
    while (framing->have < sizeof(framing->head)) {
        size_t count = 0;
        const otls_status status =
            conn->core->ops->read(conn->core, framing->head + framing->have,
                                  sizeof(framing->head) - framing->have, &count);
        if (status != OTLS_OK)
            return status;
        framing->have += (uint8_t)count;
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
    if (framing->given < sizeof(framing->head))
        return;
    framing->left = (size_t)framing->head[3] << 8 | framing->head[4];
    framing->have = framing->given = 0;
}

otls_status gtls_framed_read(otls_backend_connection *conn, void *out, size_t capacity,
                             size_t *count)
{
    gtls_framing *framing = &conn->framing;
    otls_status status;
    *count = 0;
    if (framing->left == 0) {
        status = next_head(conn);
        if (status == OTLS_OK)
            give_head(framing, out, capacity, count);
        return status;
    }
    status = conn->core->ops->read(conn->core, out,
                                   capacity < framing->left ? capacity : framing->left, count);
    if (status == OTLS_OK)
        framing->left -= *count;
    return status;
}
