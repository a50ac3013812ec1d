/* SPDX-License-Identifier: MIT */
/*
 * Settings of one connection: the setters of contexts, on a copy that nobody else has. What makes no
 * difference to the engine (names of protocols, callbacks, a client's verification) costs a copy of
 * the settings; the rest a native context besides.
 */
#include "connection/connection.h"

#include "connection/handshake.h"
#include <omnitls/client_auth.h>

void omni_connection_take_context(otls_connection *conn, otls_context *context)
{
    (void)otls_context_ref(context);
    otls_context_free(conn->context);
    otls_context_free(conn->base);
    conn->context = context;
    conn->base = NULL;
}

otls_status otls_connection_own_context(otls_connection *conn, otls_context **out, otls_error *err)
{
    otls_context *own;

    *out = NULL;
    if (conn->state != OMNI_STATE_NEW && !conn->calls.asked_hello)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_TOO_LATE,
                         "the handshake has begun, and this is no ClientHello callback");
    if (conn->base == NULL || omni_context_unsealed(conn->context, NULL) != OTLS_OK) {
        OMNI_TRY(omni_context_own(&own, conn->context,
                                  conn->base != NULL ? conn->base : conn->context, err));
        if (conn->base == NULL)
            conn->base = conn->context;
        else
            otls_context_free(conn->context);
        conn->context = own;
    }
    *out = conn->context;
    return OTLS_OK;
}

otls_status otls_connection_set_verify_mode(otls_connection *conn, otls_verify_mode mode,
                                            otls_error *err)
{
    otls_context *own;

    OMNI_TRY(otls_connection_own_context(conn, &own, err));
    return otls_context_set_verify_mode(own, mode, err);
}

otls_status otls_connection_set_verify_callback(otls_connection *conn,
                                                otls_verify_callback callback, void *user,
                                                otls_error *err)
{
    otls_context *own;

    OMNI_TRY(otls_connection_own_context(conn, &own, err));
    return otls_context_set_verify_callback(own, callback, user, err);
}

otls_status otls_connection_set_alpn(otls_connection *conn, const char *const *names, size_t count,
                                     otls_error *err)
{
    otls_context *own;

    OMNI_TRY(otls_connection_own_context(conn, &own, err));
    return otls_context_set_alpn(own, names, count, err);
}

otls_status otls_connection_set_identity(otls_connection *conn, otls_identity *identity,
                                         otls_error *err)
{
    otls_context *own;

    if (identity != NULL && otls_identity_backend(identity) != conn->context->backend)
        return omni_fail(err, OTLS_E_WRONG_BACKEND, OTLS_CODE_NONE,
                         "the identity is %s's, the connection %s's",
                         otls_backend_name(otls_identity_backend(identity)),
                         otls_backend_name(conn->context->backend));
    OMNI_TRY(otls_connection_own_context(conn, &own, err));
    return omni_context_set_identity(own, identity, err);
}

otls_status otls_connection_set_post_handshake_auth(otls_connection *conn, bool on,
                                                    otls_error *err)
{
    otls_context *own;

    OMNI_TRY(otls_connection_own_context(conn, &own, err));
    return otls_context_set_post_handshake_auth(own, on, err);
}

otls_status otls_connection_set_client_ca(otls_connection *conn,
                                          const otls_certificate *const *certificates, size_t count,
                                          otls_error *err)
{
    otls_context *own;

    OMNI_TRY(otls_connection_own_context(conn, &own, err));
    return omni_client_ca_set(own, certificates, count, err);
}
