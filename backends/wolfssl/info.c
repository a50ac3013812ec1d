/* SPDX-License-Identifier: MIT */
/* What was negotiated, and what can be derived from it. */
#include "wolf.h"

enum { OLD_PRF_MAX = 224 };

otls_status wolf_export(otls_backend_connection *conn, const char *label, otls_slice context,
                        uint8_t *out, size_t size, otls_error *err)
{
    if (conn->cleared)
        return wolf_unusable(err);
    if (size > UINT16_MAX || context.size > UINT16_MAX)
        return wolf_error(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, 0,
                          "keying material and context are limited to 65535 bytes");
    if (size > OLD_PRF_MAX && otls_version_before(conn->info.version, OTLS_TLS1_2))
        return wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_LIMIT, 0,
                          "below TLS 1.2 wolfSSL exports at most 224 bytes");
    if (wolfSSL_export_keying_material(conn->ssl, out, size, label, strlen(label), context.data,
                                       context.size, context.data != NULL) != WOLFSSL_SUCCESS)
        return wolf_error(err, OTLS_E_USAGE, OTLS_CODE_NONE, 0,
                          "wolfSSL refused to export under this label");
    return OTLS_OK;
}

/* The session has it only when sessions are wanted, the handshake's leftovers have it always. */
size_t wolf_master(WOLFSSL *ssl, uint8_t out[48])
{
    unsigned char *secret = NULL, *server = NULL, *client = NULL;
    unsigned int size = 0, server_size = 0, client_size = 0;

    if (wolfSSL_get_keys(ssl, &secret, &size, &server, &server_size, &client, &client_size) !=
            WOLFSSL_SUCCESS ||
        secret == NULL || size != 48)
        return 0;
    memcpy(out, secret, size);
    return size;
}

otls_status wolf_secret(otls_backend_connection *conn, int which, uint8_t *out, size_t capacity,
                        size_t *length, otls_error *err)
{
    const bool old = !otls_version_before(OTLS_TLS1_2, conn->info.version);
    /* the client's Finished is the first one, but the server's in a resumed handshake */
    const bool own = !conn->server != (conn->info.resumed != 0);

    if (conn->cleared)
        return wolf_unusable(err);
    *length = 0;
    if (which == OTLS_SECRET_CLIENT_RANDOM && capacity >= 32) {
        *length = wolfSSL_get_client_random(conn->ssl, out, 32);
    } else if (which == OTLS_SECRET_SERVER_RANDOM && capacity >= 32) {
        *length = wolfSSL_get_server_random(conn->ssl, out, 32);
    } else if (which == OTLS_SECRET_MASTER && old && capacity >= 48) {
        *length = wolf_master(conn->ssl, out);
    } else if (which == OTLS_SECRET_TLS_UNIQUE && old && capacity >= 12) {
        *length = own ? wolfSSL_get_finished(conn->ssl, out, capacity)
                      : wolfSSL_get_peer_finished(conn->ssl, out, capacity);
    } else if (which == OTLS_SECRET_FINISHED) {
        *length = wolfSSL_get_finished(conn->ssl, out, capacity);
    } else if (which == OTLS_SECRET_PEER_FINISHED) {
        *length = wolfSSL_get_peer_finished(conn->ssl, out, capacity);
    }
    if (*length > capacity)
        *length = 0;
    return *length > 0 ? OTLS_OK
                       : wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                                    "wolfSSL does not have this value here");
}

void wolf_peer_chain(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user)
{
    WOLFSSL_X509_CHAIN *chain = conn->cleared ? NULL : wolfSSL_get_peer_chain(conn->ssl);
    const int count = chain != NULL ? wolfSSL_get_chain_count(chain) : 0;

    if (conn->server && !otls_version_before(conn->info.version, OTLS_TLS1_3)) {
        wolf_ticket_chain(conn, emit, user);
        return;
    }
    for (int i = 0; i < count; i++) {
        const int size = wolfSSL_get_chain_length(chain, i);
        if (size > 0)
            emit(user, (otls_slice){wolfSSL_get_chain_cert(chain, i), (size_t)size});
    }
}

const char *wolf_state_name(const otls_backend_connection *conn)
{
    const char *name = conn->cleared ? NULL : wolfSSL_state_string_long(conn->ssl);
    return name != NULL ? name : "";
}

/* 0: none yet, or none that omnitls knows. */
uint16_t wolf_version(WOLFSSL *ssl)
{
    const int version = wolfSSL_version(ssl);
    return version == OTLS_TLS1_0 || version == OTLS_TLS1_1 || version == OTLS_TLS1_2 ||
                   version == OTLS_TLS1_3
               ? (uint16_t)version
               : 0;
}

/* wolfSSL keeps the name of a group even when the suite did without a negotiated one. */
static uint16_t group_of(const otls_backend_connection *conn, uint16_t suite)
{
    const otls_policy *policy = conn->context->policy;
    const uint16_t named = wolf_group_of(wolfSSL_get_curve_name(conn->ssl));
    /* servers do not tell a finite-field group of TLS 1.3; there was no other */
    const uint16_t group =
        named == 0 && !otls_version_before(conn->info.version, OTLS_TLS1_3) ? conn->group : named;

    for (size_t i = 0; i < policy->suite_count; i++) {
        const uint8_t kx = policy->suites[i]->kx;
        if (policy->suites[i]->id != suite)
            continue;
        if (kx == OTLS_KX_RSA || kx == OTLS_KX_PSK || kx == OTLS_KX_RSA_PSK)
            return 0;
        /* a finite-field group is the server's own unless it was on offer (RFC 7919) */
        for (size_t j = 0; kx == OTLS_KX_DHE || kx == OTLS_KX_DHE_PSK; j++) {
            if (j == policy->group_count)
                return 0;
            if (policy->groups[j] == group)
                break;
        }
    }
    return group;
}

void wolf_info_collect(otls_backend_connection *conn)
{
    otls_connection_info *info = &conn->info;
    const unsigned char *name = NULL;
    unsigned int size = 0;

    info->version = wolf_version(conn->ssl);
    info->suite = (uint16_t)wolfSSL_get_current_cipher_suite(conn->ssl);
    info->group = group_of(conn, info->suite);
    /* an external key in use: neither certificates nor a session stand behind the handshake */
    info->psk = conn->psk_offered && !conn->judged && !wolfSSL_session_reused(conn->ssl);
    info->extended_master_secret =
        otls_version_before(info->version, OTLS_TLS1_3) && conn->extended_master_secret;
    info->resumed = wolfSSL_session_reused(conn->ssl) != 0;
    wolfSSL_get0_alpn_selected(conn->ssl, &name, &size);
    if (name != NULL && size > 0 && size <= conn->alpn_room) {
        memmove(conn->alpn_name, name, size);
        info->alpn.data = conn->alpn_name;
        info->alpn.size = size;
    }
}

void wolf_info(const otls_backend_connection *conn, otls_connection_info *out)
{
    *out = conn->info;
    out->peer_signature = conn->peer_signature;
    out->own_signature = conn->own_signature;
    out->size = (uint32_t)sizeof(*out);
}
