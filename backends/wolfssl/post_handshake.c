/* SPDX-License-Identifier: MIT */
/* After the handshake (TLS 1.3): key update, and a certificate asked for later. */
#include "wolf.h"

otls_status wolf_key_update(otls_backend_connection *conn, bool request_peer, otls_error *err)
{
    int result;

    if (conn->cleared)
        return wolf_unusable(err);
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
        return wolf_unusable(err);
    conn->judged = conn->missing = false;
    wolf_verify_connection(conn);
    result = wolfSSL_request_certificate(conn->ssl);
    if (result == POST_HAND_AUTH_ERROR)
        return wolf_error(err, OTLS_E_USAGE, OTLS_CODE_NOT_OFFERED, result,
                          "the client does not offer post-handshake authentication");
    if (result != WOLFSSL_SUCCESS)
        return wolf_failed(conn, result, err);
    wolf_flush(conn);
    return conn->io == OTLS_OK
               ? OTLS_OK
               : wolf_error(err, conn->io, OTLS_CODE_NONE, 0, "the transport failed");
}
