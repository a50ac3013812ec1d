/* SPDX-License-Identifier: MIT */
/* Small questions about a connection, and what may be changed before its handshake. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/handshake.h"
#include <omnitls/callbacks.h>
#include <omnitls/parity.h>

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

/* ---- the side ---- */

/* A server's name is what the client asks for: one that was set would be taken for that. */
otls_status omni_connection_may_become(const otls_connection *conn, otls_role role, otls_error *err)
{
    const char *const has = conn->host != NULL             ? "server name"
                            : conn->sessions.offer != NULL ? "session"
                                                           : NULL;

    if (role != OTLS_SERVER || conn->server || has == NULL)
        return OTLS_OK;
    return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                     "the connection was given a %s, which a server has none of", has);
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
    if (conn->state != OMNI_STATE_NEW && !conn->calls.asked_hello)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_TOO_LATE,
                         "the handshake has begun, and this is no ClientHello callback");
    if (context->backend != conn->context->backend)
        return omni_fail(err, OTLS_E_WRONG_BACKEND, OTLS_CODE_NONE,
                         "the connection is one of %s's, the context one of %s's",
                         otls_backend_name(conn->context->backend),
                         otls_backend_name(context->backend));
    if (!may_take(conn, context->role))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "the context is for the other side");
    if (conn->role_open)
        OMNI_TRY(omni_connection_may_become(conn, context->role, err));
    OMNI_TRY(otls_context_seal(context, err));
    omni_connection_take_context(conn, context);
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

size_t otls_connection_shared_suites(const otls_connection *conn, uint16_t *out, size_t capacity)
{
    const size_t count = conn->shared_count < capacity ? conn->shared_count : capacity;

    if (out != NULL && count != 0)
        memcpy(out, conn->shared, count * sizeof(*out));
    return conn->shared_count;
}

/* ---- the application's pointer ---- */

void otls_connection_set_user_data(otls_connection *conn, void *data, void (*destroy)(void *data))
{
    omni_user_data_set(&conn->calls.user, data, destroy);
}

void *otls_connection_user_data(const otls_connection *conn)
{
    return conn->calls.user.data;
}

/* ---- where it is ---- */

size_t otls_connection_renegotiations(const otls_connection *conn)
{
    return conn->renegotiations;
}

bool otls_connection_alert_fatal(const otls_connection *conn)
{
    return conn->calls.alert_fatal;
}

const char *otls_connection_state_name(const otls_connection *conn)
{
    static const char *const names[] = {"new", "client hello", "handshake", "open", "failed"};

    if (conn->state == OMNI_STATE_OPEN && conn->sent_close && conn->received_close)
        return "closed";
    return names[conn->state];
}

const char *otls_connection_engine_state_name(const otls_connection *conn)
{
    const char *name = NULL;

    if (conn->engine_live && OMNI_HAS(omni_engine(conn), state_name))
        name = omni_engine(conn)->state_name(conn->engine);
    return name != NULL ? name : otls_connection_state_name(conn);
}
