/* SPDX-License-Identifier: MIT */
#include "session/session.h"

#include "base/base.h"
#include <omnitls/callbacks.h>

#include <string.h>

otls_session *omni_session_new(const otls_backend *backend, omni_session_kind kind)
{
    otls_session *session = omni_calloc(1, sizeof(*session));

    if (session == NULL)
        return NULL;
    session->references = 1;
    session->backend = backend;
    session->kind = (uint8_t)kind;
    return session;
}

bool omni_session_set_blob(otls_session *session, otls_slice blob)
{
    if (blob.size == 0 || blob.size > OMNI_SESSION_BYTES_MAX / 2)
        return false;
    session->blob = omni_memdup(blob.data, blob.size);
    session->blob_size = session->blob != NULL ? blob.size : 0;
    return session->blob != NULL;
}

otls_session *otls_session_ref(otls_session *session)
{
    if (session != NULL)
        omni_references_take(&session->references);
    return session;
}

void otls_session_free(otls_session *session)
{
    if (session == NULL || !omni_references_drop(&session->references))
        return;
    omni_chain_free(session->peer);
    omni_chain_free(session->verified);
    omni_user_data_set(&session->user, NULL, NULL);
    if (session->blob != NULL)
        omni_wipe(session->blob, session->blob_size);
    omni_free(session->blob);
    if (session->object != NULL)
        OMNI_MODULE(session->backend)->connection->session_free(session->object);
    omni_free(session);
}

const uint8_t *otls_session_id(const otls_session *session, size_t *size)
{
    *size = session->id_size;
    return session->id_size != 0 ? session->id : NULL;
}

int64_t otls_session_time(const otls_session *session)
{
    return session->created;
}

uint32_t otls_session_timeout(const otls_session *session)
{
    return session->timeout;
}

int64_t otls_session_expires(const otls_session *session)
{
    return session->expires;
}

bool otls_session_has_ticket(const otls_session *session)
{
    return session->has_ticket;
}

uint32_t otls_session_lifetime_hint(const otls_session *session)
{
    return session->lifetime_hint;
}

uint32_t otls_session_max_early_data(const otls_session *session)
{
    return session->max_early_data;
}

uint16_t otls_session_version(const otls_session *session)
{
    return session->version;
}

const char *otls_session_server_name(const otls_session *session)
{
    return session->host;
}

const otls_backend *otls_session_backend(const otls_session *session)
{
    return session->backend;
}

const char *otls_session_fit_name(otls_session_fit fit)
{
    switch (fit) {
    case OTLS_SESSION_NONE:
        return "none";
    case OTLS_SESSION_OFFERED:
        return "offered";
    case OTLS_SESSION_OTHER_HOST:
        return "other host";
    case OTLS_SESSION_OTHER_POLICY:
        return "other policy";
    case OTLS_SESSION_EXPIRED:
        return "expired";
    case OTLS_SESSION_NOT_ALLOWED:
        return "version or suite not allowed";
    case OTLS_SESSION_UNREADABLE:
        return "the engine cannot take it";
    }
    return "unknown";
}

otls_status otls_session_export(const otls_session *session, uint8_t *out, size_t capacity,
                                size_t *length, otls_error *err)
{
    uint8_t *bytes;
    otls_status status = OTLS_OK;

    *length = 0;
    OMNI_TRY(omni_session_encode(session, &bytes, length, err));
    if (*length > capacity)
        status = omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                           "the session has %zu bytes, there is room for %zu", *length, capacity);
    else
        memcpy(out, bytes, *length);
    omni_wipe(bytes, *length);
    omni_free(bytes);
    return status;
}

otls_status otls_session_import(otls_session **out, const otls_backend *backend, const void *data,
                                size_t size, otls_error *err)
{
    *out = NULL;
    if (data == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no session given");
    return omni_session_decode(out, backend, OMNI_SESSION_CLIENT, (otls_slice){data, size}, err);
}

/* ---- the application's pointer ---- */

otls_status otls_session_set_user_data(otls_session *session, void *data,
                                       void (*destroy)(void *data), otls_error *err)
{
    OMNI_TRY(omni_user_data_unshared(&session->references, "session", err));
    omni_user_data_set(&session->user, data, destroy);
    return OTLS_OK;
}

void *otls_session_user_data(const otls_session *session)
{
    return session->user.data;
}
