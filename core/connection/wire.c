/* SPDX-License-Identifier: MIT */
/* Somebody watches the bytes: a transport around the connection's own. */
#include "connection/connection.h"

#include "base/base.h"

#include <omnitls/callbacks.h>

typedef struct omni_wire {
    otls_transport inner;
    const otls_connection *conn;
    otls_wire_callback callback;
    void *user;
} omni_wire;

static otls_status wire_read(void *user, void *out, size_t capacity, size_t *count)
{
    const omni_wire *wire = user;
    const otls_status status = wire->inner.read(wire->inner.user, out, capacity, count);

    if (status == OTLS_OK && *count - 1 < capacity) /* else io.c calls it broken */
        wire->callback(wire->conn, false, out, *count, wire->user);
    return status;
}

static otls_status wire_write(void *user, const void *data, size_t size, size_t *count)
{
    const omni_wire *wire = user;
    const otls_status status = wire->inner.write(wire->inner.user, data, size, count);

    if (status == OTLS_OK && *count - 1 < size)
        wire->callback(wire->conn, true, data, *count, wire->user);
    return status;
}

otls_status otls_connection_set_wire_callback(otls_connection *conn, otls_wire_callback callback,
                                              void *user, otls_error *err)
{
    omni_wire *wire = NULL;

    if (conn->memory)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "over memory the caller carries the bytes, and sees them");
    if (conn->state != OMNI_STATE_NEW)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_TOO_LATE, "the handshake has begun");
    if (callback != NULL) {
        wire = omni_calloc(1, sizeof(*wire));
        if (wire == NULL)
            return omni_fail_nomem(err);
        *wire = (omni_wire){.inner = conn->wire != NULL ? conn->wire->inner : conn->transport,
                            .conn = conn,
                            .callback = callback,
                            .user = user};
    }
    if (conn->wire != NULL)
        conn->transport = conn->wire->inner;
    omni_free(conn->wire);
    conn->wire = wire;
    if (wire != NULL)
        conn->transport =
            (otls_transport){.read = wire_read, .write = wire_write, .user = wire};
    return OTLS_OK;
}
