/* SPDX-License-Identifier: MIT */
/* What was negotiated, and what can be derived from it. */
#include "gtls.h"

static otls_early_data early_state(const otls_backend_connection *conn)
{
    if (gnutls_session_get_flags(conn->session) & GNUTLS_SFLAGS_EARLY_DATA)
        return OTLS_EARLY_DATA_ACCEPTED;
    return conn->early_size > 0 ? OTLS_EARLY_DATA_REJECTED : OTLS_EARLY_DATA_NONE;
}

void gtls_info(const otls_backend_connection *conn, otls_connection_info *out)
{
    gnutls_session_t session = conn->session;
    const bool server = conn->context->policy->server;
    gnutls_datum_t alpn = {NULL, 0};
    memset(out, 0, sizeof(*out));
    out->size = (uint32_t)sizeof(*out);
    out->version = gtls_session_version(session);
    out->suite = gtls_session_suite(session);
    out->group = gtls_session_group(session);
    out->extended_master_secret = otls_version_before(out->version, OTLS_TLS1_3) &&
                                  gnutls_session_ext_master_secret_status(session) != 0;
    out->resumed = gnutls_session_is_resumed(session) != 0;
    out->psk = !out->resumed && gnutls_auth_get_type(session) == GNUTLS_CRD_PSK;
    if (!out->resumed) {
        const uint16_t of_server =
            gtls_signature_iana((gnutls_sign_algorithm_t)gnutls_sign_algorithm_get(session));
        const uint16_t of_client =
            gtls_signature_iana((gnutls_sign_algorithm_t)gnutls_sign_algorithm_get_client(session));
        out->peer_signature = server ? of_client : of_server;
        out->own_signature = server ? of_server : of_client;
    }
    out->early_data = (uint8_t)early_state(conn);
    if (gnutls_alpn_get_selected_protocol(session, &alpn) >= 0)
        out->alpn = (otls_slice){alpn.data, alpn.size};
}

enum { OLD_PRF_MAX = 200 };

otls_status gtls_export_keying(otls_backend_connection *conn, const char *label, otls_slice context,
                               uint8_t *out, size_t size, otls_error *err)
{
    /* Beyond that the old PRF answers success, and bytes that are not the right ones. */
    if (size > OLD_PRF_MAX && gnutls_protocol_get_version(conn->session) < GNUTLS_TLS1_2)
        return gtls_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_LIMIT, 0,
                         "below TLS 1.2 GnuTLS exports at most 200 bytes");
    const int rc = gnutls_prf_rfc5705(conn->session, strlen(label), label, context.size,
                                      (const char *)context.data, size, (char *)out);
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_USAGE), 0, rc, "nothing was exported");
    return OTLS_OK;
}

static otls_status give(gnutls_datum_t value, uint8_t *out, size_t capacity, size_t *length,
                        otls_error *err)
{
    if (value.size == 0)
        return gtls_fail(err, OTLS_E_UNSUPPORTED, 0, 0, "this connection has no such value");
    return kit_give((otls_slice){value.data, value.size}, out, capacity, length, GTLS_NAME, err);
}

otls_status gtls_secret(otls_backend_connection *conn, int which, uint8_t *out, size_t capacity,
                        size_t *length, otls_error *err)
{
    gnutls_datum_t client = {NULL, 0}, server = {NULL, 0}, value = {NULL, 0};
    const bool tls13 = gnutls_protocol_get_version(conn->session) == GNUTLS_TLS1_3;
    otls_status status;
    switch (which) {
    case OTLS_SECRET_CLIENT_RANDOM:
    case OTLS_SECRET_SERVER_RANDOM:
        gnutls_session_get_random(conn->session, &client, &server);
        return give(which == OTLS_SECRET_CLIENT_RANDOM ? client : server, out, capacity, length,
                    err);
    case OTLS_SECRET_MASTER:
        if (!tls13)
            gnutls_session_get_master_secret(conn->session, &value);
        return give(value, out, capacity, length, err);
    case OTLS_SECRET_TLS_UNIQUE:
        if (!tls13)
            (void)gnutls_session_channel_binding(conn->session, GNUTLS_CB_TLS_UNIQUE, &value);
        status = give(value, out, capacity, length, err);
        gnutls_free(value.data);
        return status;
    case OTLS_SECRET_FINISHED:
    case OTLS_SECRET_PEER_FINISHED:
        value.data = conn->finished[which == OTLS_SECRET_PEER_FINISHED];
        value.size = conn->finished_size[which == OTLS_SECRET_PEER_FINISHED];
        return give(value, out, capacity, length, err);
    default:
        return gtls_fail(err, OTLS_E_UNSUPPORTED, 0, 0, "GnuTLS does not give this secret");
    }
}

void gtls_peer_chain(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user)
{
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(conn->session, &count);
    for (unsigned i = 0; chain != NULL && i < count; i++)
        emit(user, (otls_slice){chain[i].data, chain[i].size});
}

const char *gtls_state_name(const otls_backend_connection *conn)
{
    if (conn->established)
        return "established";
    return gnutls_handshake_description_get_name(gnutls_handshake_get_last_in(conn->session));
}
