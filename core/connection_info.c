/* SPDX-License-Identifier: MIT */
/* What was negotiated, and who the peer is. */
#include "connection.h"

#include "fail.h"

otls_context *otls_connection_context(const otls_connection *conn)
{
    return conn->context;
}

bool otls_connection_is_server(const otls_connection *conn)
{
    return conn->server;
}

uint16_t otls_connection_version(const otls_connection *conn)
{
    return conn->info.version;
}

uint16_t otls_connection_suite(const otls_connection *conn)
{
    return conn->info.suite;
}

uint16_t otls_connection_group(const otls_connection *conn)
{
    return conn->info.group;
}

uint16_t otls_connection_peer_signature(const otls_connection *conn)
{
    return conn->info.peer_signature;
}

const uint8_t *otls_connection_alpn(const otls_connection *conn, size_t *size)
{
    otls_slice name = conn->info.alpn;

    if (conn->server && conn->chosen_alpn_size > 1 && conn->info.version != 0)
        name = (otls_slice){conn->chosen_alpn + 1, conn->chosen_alpn_size - 1};
    *size = name.size;
    return name.size != 0 ? name.data : NULL;
}

const char *otls_connection_server_name(const otls_connection *conn)
{
    return conn->host;
}

bool otls_connection_session_reused(const otls_connection *conn)
{
    return conn->info.resumed != 0;
}

size_t otls_connection_peer_chain_count(const otls_connection *conn)
{
    return conn->peer_count;
}

const otls_certificate *otls_connection_peer_chain(const otls_connection *conn, size_t index)
{
    return index < conn->peer_count ? conn->peer[index] : NULL;
}

size_t otls_connection_verified_chain_count(const otls_connection *conn)
{
    return conn->verdict.flags == 0 ? conn->verdict.chain_count : 0;
}

const otls_certificate *otls_connection_verified_chain(const otls_connection *conn, size_t index)
{
    return index < otls_connection_verified_chain_count(conn) ? conn->verdict.chain[index] : NULL;
}

uint32_t otls_connection_verify_flags(const otls_connection *conn)
{
    return conn->peer_verified ? conn->verdict.flags : (uint32_t)OTLS_VERIFY_NOT_CHECKED;
}

otls_status otls_connection_failure(const otls_connection *conn, otls_error *err)
{
    if (conn->state != OTLS_STATE_FAILED)
        return OTLS_OK;
    return otls_connection_fail_again(conn, err);
}
