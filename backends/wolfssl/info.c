/* SPDX-License-Identifier: MIT */
/* The optional slots of a connection: exporter, secrets, key update, later client certificates. */
#include "wolf.h"

static otls_status unusable(otls_error *err)
{
    return wolf_error(err, OTLS_E_USAGE, OTLS_CODE_AFTER_CLOSE, 0,
                      "both sides have closed: wolfSSL has forgotten the connection");
}

otls_status wolf_export(otls_backend_connection *conn, const char *label, otls_slice context,
                        uint8_t *out, size_t size, otls_error *err)
{
    if (conn->cleared)
        return unusable(err);
    if (size > UINT16_MAX || context.size > UINT16_MAX)
        return wolf_error(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, 0,
                          "keying material and context are limited to 65535 bytes");
    if (wolfSSL_export_keying_material(conn->ssl, out, size, label, strlen(label), context.data,
                                       context.size, context.data != NULL) != WOLFSSL_SUCCESS)
        return wolf_error(err, OTLS_E_USAGE, OTLS_CODE_NONE, 0,
                          "wolfSSL refused to export under this label");
    return OTLS_OK;
}

/* The session has it only when sessions are wanted, the handshake's leftovers have it always. */
static size_t master(WOLFSSL *ssl, uint8_t out[48])
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
    const bool old = conn->info.version <= OTLS_TLS1_2;
    /* the client's Finished is the first one, but the server's in a resumed handshake */
    const bool own = !conn->server != (conn->info.resumed != 0);

    if (conn->cleared)
        return unusable(err);
    *length = 0;
    if (which == OTLS_SECRET_CLIENT_RANDOM && capacity >= 32) {
        *length = wolfSSL_get_client_random(conn->ssl, out, 32);
    } else if (which == OTLS_SECRET_SERVER_RANDOM && capacity >= 32) {
        *length = wolfSSL_get_server_random(conn->ssl, out, 32);
    } else if (which == OTLS_SECRET_MASTER && old && capacity >= 48) {
        *length = master(conn->ssl, out);
    } else if (which == OTLS_SECRET_TLS_UNIQUE && old && capacity >= 12) {
        *length = own ? wolfSSL_get_finished(conn->ssl, out, capacity)
                      : wolfSSL_get_peer_finished(conn->ssl, out, capacity);
        if (*length > capacity)
            *length = 0;
    }
    return *length > 0 ? OTLS_OK
                       : wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                                    "wolfSSL does not have this value here");
}

otls_status wolf_key_update(otls_backend_connection *conn, bool request_peer, otls_error *err)
{
    int result;

    if (conn->cleared)
        return unusable(err);
    if (!request_peer)
        return wolf_error(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                          "wolfSSL always asks the peer to update its keys too");
    result = wolfSSL_update_keys(conn->ssl);
    return result == WOLFSSL_SUCCESS ? OTLS_OK : wolf_failed(conn, result, err);
}

void wolf_flush(otls_backend_connection *conn)
{
    /* handshake messages after the handshake wait for the next write; an empty one will do */
    (void)wolfSSL_write(conn->ssl, "", 0);
}

otls_status wolf_request_certificate(otls_backend_connection *conn, otls_error *err)
{
    int result;

    if (conn->cleared)
        return unusable(err);
    conn->judged = conn->missing = false;
    wolf_verify_connection(conn);
    result = wolfSSL_request_certificate(conn->ssl);
    if (result == POST_HAND_AUTH_ERROR)
        return wolf_error(err, OTLS_E_USAGE, OTLS_CODE_NONE, result,
                          "the client does not offer post-handshake authentication");
    if (result != WOLFSSL_SUCCESS)
        return wolf_failed(conn, result, err);
    wolf_flush(conn);
    return conn->io == OTLS_OK
               ? OTLS_OK
               : wolf_error(err, conn->io, OTLS_CODE_NONE, 0, "the transport failed");
}

void wolf_peer_chain(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user)
{
    WOLFSSL_X509_CHAIN *chain = conn->cleared ? NULL : wolfSSL_get_peer_chain(conn->ssl);
    const int count = chain != NULL ? wolfSSL_get_chain_count(chain) : 0;

    if (conn->server && conn->info.version >= OTLS_TLS1_3) {
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
