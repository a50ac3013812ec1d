/* SPDX-License-Identifier: MIT */
/* What was negotiated, and who the peer is. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/fail.h"

otls_context *otls_connection_context(const otls_connection *conn)
{
    return conn->base != NULL ? conn->base : conn->context;
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

/* In TLS 1.3 each key but RSA has one scheme (RFC 8446 4.2.3), for engines that do not tell. */
static uint16_t implied_signature(const otls_connection *conn)
{
    const omni_x509 *leaf = conn->peer != NULL ? &conn->peer->at[0]->x509 : NULL;

    if (leaf == NULL || otls_version_before(conn->info.version, OTLS_TLS1_3) || conn->info.resumed)
        return 0;
    switch (leaf->key_type) {
    case OMNI_KEY_EC:
        return leaf->key_group == 0x0017   ? 0x0403
               : leaf->key_group == 0x0018 ? 0x0503
               : leaf->key_group == 0x0019 ? 0x0603
                                           : 0;
    case OMNI_KEY_ED25519:
        return 0x0807;
    case OMNI_KEY_ED448:
        return 0x0808;
    default:
        return 0;
    }
}

uint16_t otls_connection_peer_signature(const otls_connection *conn)
{
    return conn->info.peer_signature != 0 ? conn->info.peer_signature : implied_signature(conn);
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

bool otls_connection_session_resumed(const otls_connection *conn)
{
    return conn->info.resumed != 0;
}

size_t otls_connection_peer_chain_count(const otls_connection *conn)
{
    return omni_chain_count(conn->peer);
}

const otls_certificate *otls_connection_peer_chain(const otls_connection *conn, size_t index)
{
    return omni_chain_at(conn->peer, index);
}

size_t otls_connection_verified_chain_count(const otls_connection *conn)
{
    return conn->verdict.flags == 0 ? omni_chain_count(conn->verdict.chain) : 0;
}

const otls_certificate *otls_connection_verified_chain(const otls_connection *conn, size_t index)
{
    return index < otls_connection_verified_chain_count(conn) ? conn->verdict.chain->at[index] : NULL;
}

uint32_t otls_connection_verify_flags(const otls_connection *conn)
{
    return conn->peer_verified ? conn->verdict.flags : (uint32_t)OTLS_VERIFY_NOT_CHECKED;
}

const otls_verdict *otls_connection_verdict(const otls_connection *conn)
{
    return conn->peer_verified ? &conn->verdict : NULL;
}

otls_status otls_connection_failure(const otls_connection *conn, otls_error *err)
{
    if (conn->state != OMNI_STATE_FAILED)
        return OTLS_OK;
    return omni_connection_fail_again(conn, err);
}
