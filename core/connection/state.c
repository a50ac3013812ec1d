/* SPDX-License-Identifier: MIT */
/* Small questions about a connection, and what may be changed before its handshake. */
#include "connection/connection.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <string.h>

/* ---- what the last call waited for ---- */

bool otls_connection_want_read(const otls_connection *conn)
{
    return conn->want_read;
}

bool otls_connection_want_write(const otls_connection *conn)
{
    return conn->want_write;
}

/* ---- the end, by decree ---- */

otls_status otls_connection_set_shutdown_state(otls_connection *conn, unsigned state,
                                               otls_error *err)
{
    const unsigned now = otls_connection_shutdown_state(conn);

    if ((state & ~(unsigned)(OTLS_SHUTDOWN_SENT | OTLS_SHUTDOWN_RECEIVED)) != 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "there is no shutdown state %u", state);
    if ((now & ~state) != 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE,
                         "what was sent or received cannot be taken back");
    conn->sent_close = (state & OTLS_SHUTDOWN_SENT) != 0;
    if ((state & OTLS_SHUTDOWN_RECEIVED) != 0 && !conn->received_close) {
        conn->received_close = true;
        conn->close_assumed = true; /* what was read along is ciphertext */
    }
    return OTLS_OK;
}

/* ---- another context ---- */

static bool may_take(const otls_connection *conn, otls_role role)
{
    if (role == OTLS_EITHER || conn->role_open)
        return true;
    return role == (conn->server ? OTLS_SERVER : OTLS_CLIENT);
}

otls_status otls_connection_set_context(otls_connection *conn, otls_context *context,
                                        otls_error *err)
{
    if (context == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no context given");
    if (conn->state != OMNI_STATE_NEW)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "the handshake has begun: a ClientHello callback may still switch");
    if (context->backend != conn->context->backend)
        return omni_fail(err, OTLS_E_WRONG_BACKEND, OTLS_CODE_NONE,
                         "the connection is one of %s's, the context one of %s's",
                         otls_backend_name(conn->context->backend),
                         otls_backend_name(context->backend));
    if (!may_take(conn, context->role))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the context is for the other side");
    OMNI_TRY(otls_context_seal(context, err));
    (void)otls_context_ref(context);
    otls_context_free(conn->context);
    conn->context = context;
    if (conn->role_open && context->role != OTLS_EITHER) {
        conn->role_open = false;
        conn->server = context->role == OTLS_SERVER;
    }
    return OTLS_OK;
}

/* ---- ourselves ---- */

const otls_certificate *otls_connection_own_certificate(const otls_connection *conn)
{
    const omni_native *native = conn->native;

    if (native == NULL && !conn->server && !conn->role_open)
        native = conn->context->client;
    return native != NULL && native->identity != NULL ? native->identity->chain[0] : NULL;
}

/* ---- the suites that both sides have ---- */

otls_status omni_shared_keep(otls_connection *conn, const otls_client_hello *hello)
{
    const size_t offered = hello->suites.size / 2;
    const otls_context *context = conn->context;
    uint16_t *shared;
    size_t count = 0;

    shared = omni_malloc(sizeof(*shared) * (context->suite_count != 0 ? context->suite_count : 1));
    if (shared == NULL)
        return OTLS_E_NOMEM;
    for (size_t i = 0; i < offered && count < context->suite_count; i++) {
        const uint16_t id =
            (uint16_t)(hello->suites.data[2 * i] << 8 | hello->suites.data[2 * i + 1]);
        bool known = false;

        for (size_t k = 0; k < count; k++)
            known = known || shared[k] == id; /* a client may say a thing twice */
        if (!known && omni_context_allows_suite(context, id))
            shared[count++] = id;
    }
    omni_free(conn->shared);
    conn->shared = shared;
    conn->shared_count = count;
    return OTLS_OK;
}

size_t otls_connection_shared_ciphers(const otls_connection *conn, uint16_t *out, size_t capacity)
{
    const size_t count = conn->shared_count < capacity ? conn->shared_count : capacity;

    if (out != NULL && count != 0)
        memcpy(out, conn->shared, count * sizeof(*out));
    return conn->shared_count;
}
