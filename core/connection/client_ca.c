/* SPDX-License-Identifier: MIT */
/* The names of client authorities that a connection deals with: a server's own, or what a client was sent. */
#include "connection/connection.h"

#include "connection/peer.h"

static const omni_dn_list *list_of(const otls_connection *conn)
{
    return conn->server ? &conn->context->settings.present.client_ca : &conn->calls.client_ca;
}

size_t otls_connection_client_ca_count(const otls_connection *conn)
{
    return list_of(conn)->count;
}

const uint8_t *otls_connection_client_ca(const otls_connection *conn, size_t index, size_t *size)
{
    return omni_dn_list_at(list_of(conn), index, size);
}

void omni_core_client_ca_names(otls_core *core, const otls_slice *names, size_t count)
{
    otls_connection *conn = omni_connection_of(core);

    omni_dn_list_clear(&conn->calls.client_ca);
    /* a hint: what does not fit, or finds no memory, is left out */
    for (size_t i = 0; i < count; i++)
        (void)omni_dn_list_add(&conn->calls.client_ca, names[i], NULL);
}
