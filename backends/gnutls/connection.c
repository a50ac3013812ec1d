/* SPDX-License-Identifier: MIT */
/* A connection: transport, handshake, records, closing. */
#include "gtls.h"

#include <errno.h>

static ssize_t push(gnutls_transport_ptr_t pointer, const void *data, size_t size)
{
    otls_backend_connection *conn = pointer;
    if (conn->core->ops->write(conn->core, data, size) == OTLS_OK)
        return (ssize_t)size;
    conn->broken = true;
    gnutls_transport_set_errno(conn->session, EIO);
    return -1;
}

/* Whether there is something to read is for gtls_pull to say; waiting is for core. */
static int pull_timeout(gnutls_transport_ptr_t pointer, unsigned milliseconds)
{
    (void)pointer;
    (void)milliseconds;
    return 1;
}

/* GnuTLS opens a TLS 1.2 ticket also when it comes to TLS 1.3, and half of it then resumes. */
#if GNUTLS_VERSION_NUMBER >= 0x030705
#define NO_OLD_TICKETS ((unsigned)GNUTLS_NO_TICKETS_TLS12)
#else
#define NO_OLD_TICKETS ((unsigned)GNUTLS_NO_TICKETS) /* for this once, no new ones either */
#endif

static unsigned init_flags(const otls_policy *policy, const otls_connection_setup *setup)
{
    /* whether a renegotiation has changed the peer is core's to see, and to say */
    unsigned flags = GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_ALLOW_ID_CHANGE;
    flags |= policy->server ? (unsigned)GNUTLS_SERVER : (unsigned)GNUTLS_CLIENT;
    if (policy->server)
        flags |= GNUTLS_NO_AUTO_SEND_TICKET;
    else
        flags |= GNUTLS_FORCE_CLIENT_CERT | GNUTLS_KEY_SHARE_TOP; /* a share for the first, as others do */
    if (policy->no_tickets || !policy->resumption)
        flags |= GNUTLS_NO_TICKETS;
    if (policy->server && setup->old_ticket)
        flags |= NO_OLD_TICKETS;
    if (policy->post_handshake_auth)
        flags |= GNUTLS_POST_HANDSHAKE_AUTH;
    if (policy->max_early_data > 0)
        flags |= GNUTLS_ENABLE_EARLY_DATA;
#if GNUTLS_VERSION_NUMBER >= 0x030800
    if (!policy->server && !policy->ask_ocsp)
        flags |= GNUTLS_NO_STATUS_REQUEST;
#endif
    return flags;
}

static otls_status set_alpn(otls_backend_connection *conn, otls_slice wire, otls_error *err)
{
    gnutls_datum_t names[GTLS_ALPN_COUNT];
    unsigned count = 0;
    conn->alpn = wire;
    for (size_t at = 0; at < wire.size;) {
        const uint8_t length = wire.data[at++];
        if (count == GTLS_ALPN_COUNT || length > GTLS_ALPN_SIZE)
            return otls_backend_fail(
                err, OTLS_E_UNSUPPORTED, OTLS_CODE_LIMIT, GTLS_NAME, 0,
                "GnuTLS takes at most %d application protocols of at most %d bytes",
                GTLS_ALPN_COUNT, GTLS_ALPN_SIZE);
        if (length == 0 || length > wire.size - at)
            return otls_backend_fail(err, OTLS_E_USAGE, 0, GTLS_NAME, 0,
                                     "malformed application protocol list");
        names[count++] = gtls_datum((otls_slice){wire.data + at, length});
        at += length;
    }
    const int rc = count > 0 ? gnutls_alpn_set_protocols(conn->session, names, count, 0) : 0;
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_INTERNAL), 0, rc,
                         "the application protocols were not taken");
    return OTLS_OK;
}

static int set_credentials(otls_backend_connection *conn)
{
    const otls_backend_context *context = conn->context;
    /* with older versions allowed the hello has to say which it is first */
    const bool alone = conn->alone != NULL && context->tls13 == NULL;
    int rc = gnutls_priority_set(conn->session, alone ? conn->alone : context->priority);
    if (rc >= 0)
        rc = gnutls_credentials_set(conn->session, GNUTLS_CRD_CERTIFICATE, context->certificate);
    if (rc >= 0 && context->psk_client != NULL && gtls_psk_offered(conn))
        rc = gnutls_credentials_set(conn->session, GNUTLS_CRD_PSK, context->psk_client);
    if (rc >= 0 && context->psk_server != NULL)
        rc = gnutls_credentials_set(conn->session, GNUTLS_CRD_PSK, context->psk_server);
    return rc;
}

static int configure(otls_backend_connection *conn, const otls_connection_setup *setup)
{
    static const gnutls_certificate_request_t requests[] = {GNUTLS_CERT_IGNORE, GNUTLS_CERT_REQUEST,
                                                            GNUTLS_CERT_REQUIRE};
    const otls_policy *policy = conn->context->policy;
    int rc = set_credentials(conn);
    if (rc < 0)
        return rc;
    gnutls_session_set_ptr(conn->session, conn);
    gnutls_transport_set_ptr(conn->session, conn);
    gnutls_transport_set_push_function(conn->session, push);
    gnutls_transport_set_pull_function(conn->session, gtls_pull);
    gnutls_transport_set_pull_timeout_function(conn->session, pull_timeout);
    gnutls_session_set_keylog_function(conn->session, gtls_key_log);
    gnutls_handshake_set_hook_function(
        conn->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_BOTH, gtls_message_seen);
    gnutls_handshake_set_max_packet_length(conn->session, OTLS_CERTIFICATE_MESSAGE_MAX);
    if (conn->context->tls13 != NULL)
        gnutls_handshake_set_post_client_hello_function(conn->session, gtls_version_known);
    gnutls_dh_set_prime_bits(conn->session, policy->min_dh_bits);
    if (policy->server)
        gnutls_certificate_server_set_request(
            conn->session, requests[setup->ask_later ? OTLS_REQUEST_NONE : policy->request_peer]);
    else if (setup->server_name != NULL)
        rc = gnutls_server_name_set(conn->session, GNUTLS_NAME_DNS, setup->server_name,
                                    strlen(setup->server_name));
    return rc;
}

static otls_status connection_init(otls_backend_connection *conn, otls_backend_context *context,
                                   const otls_connection_setup *setup, otls_error *err)
{
    conn->core = setup->core;
    conn->context = context;
    conn->watched = KIT_HAS(conn->core->ops, message);
    conn->framed = context->policy->renegotiation;
    int rc = gnutls_init(&conn->session, init_flags(context->policy, setup));
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_INTERNAL), 0, rc, "no session");
    otls_status status = OTLS_OK;
    if (context->policy->server && setup->only_group && setup->group != 0)
        status = gtls_only_group(conn, context, setup->group, err);
    rc = status == OTLS_OK ? configure(conn, setup) : 0;
    if (rc < 0)
        status = gtls_fail(err, gtls_category(rc, OTLS_E_CONFIG), 0, rc,
                           "the connection could not be set up");
    if (status == OTLS_OK)
        status = set_alpn(conn, setup->alpn, err);
    if (status == OTLS_OK)
        status = gtls_session_setup(conn, setup, err);
    if (status != OTLS_OK)
        gnutls_deinit(conn->session);
    return status;
}

static void connection_fini(otls_backend_connection *conn)
{
    gnutls_deinit(conn->session);
}

bool gtls_warning(otls_backend_connection *conn, uint8_t alert)
{
    conn->core->ops->alert(conn->core, true, false, alert);
    return ++conn->warnings < GTLS_WARNINGS;
}

/* GnuTLS has had a warning. */
static otls_status warned(otls_backend_connection *conn, otls_error *err)
{
    return gtls_warning(conn, (uint8_t)gnutls_alert_get(conn->session))
               ? OTLS_OK
               : gtls_fail_connection(conn, GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, err);
}

static otls_status finish_handshake(otls_backend_connection *conn, otls_error *err)
{
    const int rc = gtls_session_send_tickets(conn);
    if (rc < 0)
        return gtls_fail_connection(conn, rc, err);
    conn->established = true;
    conn->warnings = 0;
    conn->framed = conn->framed || gtls_session_version(conn->session) == OTLS_TLS1_3;
    /* TLS 1.2 sessions are there now, ticket or not. */
    if (otls_version_before(gtls_session_version(conn->session), OTLS_TLS1_3))
        conn->ticket_arrived = conn->ticket_arrived || !gnutls_session_is_resumed(conn->session);
    gtls_session_notice(conn);
    return OTLS_OK;
}

/*
 * GnuTLS returns after every record: a message in many small ones is progress, and has a length.
 * Alerts and rounds without anything read have not.
 */
unsigned gtls_round(const otls_backend_connection *conn, int native)
{
    return conn->fed && native != GNUTLS_E_WARNING_ALERT_RECEIVED ? 0 : 1;
}

otls_status gtls_handshake(otls_backend_connection *conn, otls_error *err)
{
    /* Reading early data may have finished it; once more would be a renegotiation. */
    if (conn->established)
        return OTLS_OK;
    for (unsigned round = 0; round < GTLS_ROUNDS;) {
        conn->starved = false;
        conn->fed = false;
        conn->async = false;
        const int rc = gtls_ask_late(conn, gnutls_handshake(conn->session));
        if (rc == GNUTLS_E_SUCCESS)
            return finish_handshake(conn, err);
        if (rc == GNUTLS_E_WARNING_ALERT_RECEIVED) {
            const otls_status status = warned(conn, err);
            if (status != OTLS_OK)
                return status;
        } else if (rc == GNUTLS_E_GOT_APPLICATION_DATA || gnutls_error_is_fatal(rc))
            return gtls_fail_connection(
                conn, rc == GNUTLS_E_GOT_APPLICATION_DATA ? GNUTLS_E_UNEXPECTED_PACKET : rc, err);
        else if (conn->async)
            return OTLS_WANT_ASYNC;
        else if (conn->starved)
            return OTLS_WANT_READ;
        round += gtls_round(conn, rc);
    }
    return gtls_fail_connection(conn, GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, err);
}

static otls_status requested_renegotiation(otls_backend_connection *conn, otls_error *err)
{
    if (!conn->context->policy->renegotiation)
        return gtls_refuse_renegotiation(conn, err);
    gtls_rehandshake_begin(conn);
    return OTLS_OK;
}

/* No data came: OTLS_OK means read again. */
static otls_status read_event(otls_backend_connection *conn, int rc, otls_error *err)
{
    gtls_session_notice(conn);
    switch (rc) {
    case 0:
        conn->core->ops->alert(conn->core, true, false, OTLS_ALERT_CLOSE_NOTIFY);
        return OTLS_CLOSED;
    case GNUTLS_E_AGAIN:
    case GNUTLS_E_INTERRUPTED:
        /* GnuTLS also says "again" after every ticket and key update: only core knows. */
        return conn->starved ? OTLS_WANT_READ : OTLS_OK;
    case GNUTLS_E_WARNING_ALERT_RECEIVED:
        return warned(conn, err);
    case GNUTLS_E_REHANDSHAKE:
        return requested_renegotiation(conn, err);
    case GNUTLS_E_REAUTH_REQUEST:
        conn->reauthenticating = !conn->ended; /* nothing follows our close_notify: RFC 8446 6.1 */
        return OTLS_OK;
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
        /* framing.c has counted, and has let one pass when there were too many */
        return gtls_fail_connection(
            conn, conn->warnings >= GTLS_WARNINGS ? GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS : rc, err);
    default:
        return gnutls_error_is_fatal(rc) ? gtls_fail_connection(conn, rc, err) : OTLS_OK;
    }
}

static otls_status connection_read(otls_backend_connection *conn, void *out, size_t capacity,
                                   size_t *count, otls_error *err)
{
    for (unsigned round = 0; round < GTLS_ROUNDS; round++) {
        otls_status status;
        if (__builtin_expect(conn->rehandshaking || conn->reauthenticating, 0) &&
            !conn->data_waiting) {
            status = gtls_post_handshake(conn, err);
            if (status != OTLS_OK)
                return status;
        }
        conn->starved = conn->framing.held_back = false;
        conn->framing.wanted = conn->rehandshaking ? GTLS_DATA_RECORDS : GTLS_ANY_RECORD;
        const ssize_t rc = gnutls_record_recv(conn->session, out, capacity);
        if (rc > 0) {
            *count = (size_t)rc;
            conn->warnings = 0;
            if (__builtin_expect(conn->data_waiting, 0))
                conn->data_waiting = gnutls_record_check_pending(conn->session) > 0;
            if (__builtin_expect(conn->ticket_arrived, 0))
                gtls_session_notice(conn);
            return OTLS_OK;
        }
        status = read_event(conn, (int)rc, err);
        if (status != OTLS_OK)
            return status;
    }
    return gtls_fail_connection(conn, GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS, err);
}

static otls_status connection_write(otls_backend_connection *conn, const void *data, size_t size,
                                    otls_error *err)
{
    const uint8_t *at = data;
    bool retry = false;
    if (__builtin_expect(conn->rehandshaking, 0))
        return OTLS_WANT_READ;
    for (unsigned round = 0; round < GTLS_ROUNDS;) {
        const ssize_t rc = gnutls_record_send(conn->session, retry ? NULL : at, retry ? 0 : size);
        if (rc > 0) {
            /* Less than all only when the peer asked for small records (RFC 8449). */
            at += rc;
            size -= (size_t)rc < size ? (size_t)rc : size;
            retry = false;
            if (size == 0)
                return OTLS_OK;
            continue;
        }
        if (rc != GNUTLS_E_AGAIN && rc != GNUTLS_E_INTERRUPTED)
            return gtls_fail_connection(conn, (int)rc, err);
        retry = true;
        round++;
    }
    return gtls_fail_connection(conn, GNUTLS_E_PUSH_ERROR, err);
}

static size_t connection_pending(const otls_backend_connection *conn)
{
    return gnutls_record_check_pending(conn->session);
}

static otls_status connection_shutdown(otls_backend_connection *conn, otls_error *err)
{
    int rc = GNUTLS_E_AGAIN;
    for (unsigned round = 0; round < GTLS_ROUNDS; round++) {
        rc = gnutls_bye(conn->session, GNUTLS_SHUT_WR);
        if (rc != GNUTLS_E_AGAIN && rc != GNUTLS_E_INTERRUPTED)
            break;
    }
    if (rc < 0)
        return gtls_fail_connection(conn, rc, err);
    conn->ended = true;
    conn->core->ops->alert(conn->core, false, false, OTLS_ALERT_CLOSE_NOTIFY);
    return OTLS_OK;
}

const otls_connection_ops gtls_connection_ops = {
    .size = sizeof(otls_connection_ops),
    .state_size = sizeof(otls_backend_connection),
    .init = connection_init,
    .fini = connection_fini,
    .handshake = gtls_handshake,
    .read = connection_read,
    .write = connection_write,
    .pending = connection_pending,
    .shutdown = connection_shutdown,
    .info = gtls_info,
    .export_keying = gtls_export_keying,
    .secret = gtls_secret,
    .key_update = gtls_key_update,
    .request_certificate = gtls_request_certificate,
    .renegotiate = gtls_renegotiate,
    .write_early = gtls_write_early,
    .read_early = gtls_read_early,
    .peer_chain = gtls_peer_chain,
    .state_name = gtls_state_name,
};
