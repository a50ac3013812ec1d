/* SPDX-License-Identifier: MIT */
/* A connection's life: made, named, freed. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/io.h"
#include "connection/peer.h"

#include <string.h>

static otls_status allocate(otls_connection **out, otls_context *context, otls_error *err)
{
    const size_t head = (sizeof(otls_connection) + 15) & ~(size_t)15;
    otls_connection *conn;

    *out = NULL;
    if (context == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no context given");
    OMNI_TRY(otls_context_seal(context, err));
    conn = omni_calloc(1, head + OMNI_MODULE(context->backend)->connection->state_size);
    if (conn == NULL)
        return omni_fail_nomem(err);
    conn->core.ops = &omni_core_table;
    conn->ops = OMNI_MODULE(context->backend)->connection;
    conn->context = otls_context_ref(context);
    conn->engine = (otls_backend_connection *)(void *)((char *)conn + head);
    conn->server = context->role == OTLS_SERVER;
    conn->role_open = context->role == OTLS_EITHER;
    conn->alert_sent = conn->alert_received = -1;
    conn->fd = -1;
    *out = conn;
    return OTLS_OK;
}

otls_status otls_connection_new(otls_connection **out, otls_context *context,
                                const otls_transport *transport, otls_error *err)
{
    *out = NULL;
    if (transport == NULL || transport->read == NULL || transport->write == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "a transport needs read and write");
    OMNI_TRY(allocate(out, context, err));
    (*out)->transport = *transport;
    return OTLS_OK;
}

otls_status otls_connection_new_memory(otls_connection **out, otls_context *context,
                                       otls_error *err)
{
    OMNI_TRY(allocate(out, context, err));
    (*out)->memory = true;
    return OTLS_OK;
}

otls_status otls_connection_set_read_ahead(otls_connection *conn, bool read_ahead, otls_error *err)
{
    if (conn->state != OMNI_STATE_NEW)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_TOO_LATE, "the handshake has begun");
    if (conn->memory)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "a connection over memory reads nothing: it is fed");
    conn->read_ahead = read_ahead;
    conn->exact = !read_ahead;
    return OTLS_OK;
}

void otls_connection_free(otls_connection *conn)
{
    if (conn == NULL)
        return;
    omni_connection_callbacks_clear(&conn->calls);
    omni_connection_sessions_clear(conn);
    if (conn->engine_live)
        omni_engine(conn)->fini(conn->engine);
    omni_peer_clear(conn);
    omni_buffer_release(&conn->in);
    omni_buffer_release(&conn->out);
    if (conn->plain.data != NULL)
        omni_wipe(conn->plain.data, conn->plain.capacity);
    omni_buffer_release(&conn->plain);
    omni_free(conn->host);
    omni_free(conn->chosen_alpn);
    omni_free(conn->shared);
    omni_free(conn->ocsp);
    omni_free(conn->failure);
    omni_free(conn->wire);
    omni_native_free(conn->native);
    omni_free(conn->messages);
    otls_context_free(conn->context);
    otls_context_free(conn->base);
    omni_free(conn);
}

otls_status otls_connection_set_role(otls_connection *conn, otls_role role, otls_error *err)
{
    if (conn->state != OMNI_STATE_NEW)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_TOO_LATE, "the handshake has begun");
    if ((role != OTLS_CLIENT && role != OTLS_SERVER) ||
        (conn->context->role != OTLS_EITHER && conn->context->role != role))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "the context does not allow this role");
    OMNI_TRY(omni_connection_may_become(conn, role, err));
    conn->server = role == OTLS_SERVER;
    conn->role_open = false;
    return OTLS_OK;
}

bool omni_host_keep(otls_connection *conn, const char *name, size_t size,
                    const omni_reference_name *reference, const char *text)
{
    const bool same =
        reference->dns == NULL || (strlen(text) == size && memcmp(text, name, size) == 0);
    const size_t more = same ? 0 : strlen(text) + 1;
    char *host = omni_malloc(size + 1 + more);

    if (host == NULL)
        return false;
    memcpy(host, name, size);
    host[size] = '\0';
    if (more != 0)
        memcpy(host + size + 1, text, more);
    omni_free(conn->host);
    conn->host = host;
    conn->reference = *reference;
    if (reference->dns != NULL)
        conn->reference.dns = same ? host : host + size + 1;
    return true;
}

otls_status otls_connection_set_server_name(otls_connection *conn, const char *name,
                                            otls_error *err)
{
    omni_reference_name reference;
    otls_error inner = OTLS_ERROR_INIT;
    char text[256];

    if (conn->state != OMNI_STATE_NEW || conn->server)
        return omni_fail(err, OTLS_E_USAGE, conn->server ? OTLS_CODE_NOT_HERE : OTLS_CODE_TOO_LATE,
                         conn->server ? "a server has no server name to set"
                                      : "the handshake has begun");
    if (omni_reference_name_parse(&reference, name, text, &inner) != OTLS_OK)
        return omni_fail(err, (otls_status)inner.status, inner.code, "\"%.60s\": %s",
                         name != NULL ? name : "", inner.text);
    /* without the root's dot */
    return omni_host_keep(conn, name, strlen(reference.dns != NULL ? text : name), &reference, text)
               ? OTLS_OK
               : omni_fail_nomem(err);
}

void omni_connection_callbacks_clear(omni_connection_callbacks *calls)
{
    omni_dn_list_clear(&calls->client_ca);
    omni_user_data_set(&calls->user, NULL, NULL);
}
