/* SPDX-License-Identifier: MIT */
/* User data on objects. What others may be reading at the same time can no longer be changed. */
#include "base/user_data.h"

#include "base/fail.h"
#include "connection/connection.h"
#include "session/session.h"
#include "socket/socket.h"
#include "trust/store.h"
#include <omnitls/callbacks.h>

void omni_user_data_set(omni_user_data *slot, void *data, void (*destroy)(void *data))
{
    const omni_user_data old = *slot;

    *slot = (omni_user_data){data, destroy};
    if (old.destroy != NULL)
        old.destroy(old.data);
}

otls_status otls_context_set_user_data(otls_context *context, void *data,
                                       void (*destroy)(void *data), otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    omni_user_data_set(&context->user, data, destroy);
    return OTLS_OK;
}

void *otls_context_user_data(const otls_context *context)
{
    return context->user.data;
}

void otls_connection_set_user_data(otls_connection *conn, void *data, void (*destroy)(void *data))
{
    omni_user_data_set(&conn->calls.user, data, destroy);
}

void *otls_connection_user_data(const otls_connection *conn)
{
    return conn->calls.user.data;
}

void otls_socket_set_user_data(otls_socket *sock, void *data, void (*destroy)(void *data))
{
    omni_user_data_set(&sock->user, data, destroy);
}

void *otls_socket_user_data(const otls_socket *sock)
{
    return sock->user.data;
}

/* ---- objects that are shared: only while nobody else holds them ---- */

static otls_status unshared(const atomic_uint *references, const char *what, otls_error *err)
{
    if (atomic_load_explicit(references, memory_order_acquire) == 1)
        return OTLS_OK;
    return omni_fail(err, OTLS_E_SEALED, OTLS_CODE_NONE,
                     "the %s is shared already: its user data can no longer be changed", what);
}

otls_status otls_trust_set_user_data(otls_trust *trust, void *data, void (*destroy)(void *data),
                                     otls_error *err)
{
    OMNI_TRY(omni_trust_writable(trust, err));
    omni_user_data_set(&trust->user, data, destroy);
    return OTLS_OK;
}

void *otls_trust_user_data(const otls_trust *trust)
{
    return trust->user.data;
}

otls_status otls_identity_set_user_data(otls_identity *identity, void *data,
                                        void (*destroy)(void *data), otls_error *err)
{
    OMNI_TRY(unshared(&identity->references, "identity", err));
    omni_user_data_set(&identity->user, data, destroy);
    return OTLS_OK;
}

void *otls_identity_user_data(const otls_identity *identity)
{
    return identity->user.data;
}

otls_status otls_session_set_user_data(otls_session *session, void *data,
                                       void (*destroy)(void *data), otls_error *err)
{
    OMNI_TRY(unshared(&session->references, "session", err));
    omni_user_data_set(&session->user, data, destroy);
    return OTLS_OK;
}

void *otls_session_user_data(const otls_session *session)
{
    return session->user.data;
}

otls_status otls_certificate_set_user_data(otls_certificate *cert, void *data,
                                           void (*destroy)(void *data), otls_error *err)
{
    OMNI_TRY(unshared(&cert->references, "certificate", err));
    omni_user_data_set(&cert->user, data, destroy);
    return OTLS_OK;
}

void *otls_certificate_user_data(const otls_certificate *cert)
{
    return cert->user.data;
}
