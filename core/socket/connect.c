/* SPDX-License-Identifier: MIT */
/* The client's side: connect in one step or in several, and a look at a server's certificate. */
#include "base/base.h"
#include "socket/socket.h"
#include "x509/x509.h"
#include <omnitls/insecure.h>
#include <omnitls/parity.h>

#include <errno.h>
#include <string.h>

static otls_status check_name(const char *name, otls_error *err)
{
    omni_reference_name reference;
    otls_error inner = OTLS_ERROR_INIT;
    char text[256];

    if (omni_reference_name_parse(&reference, name, text, &inner) == OTLS_OK)
        return OTLS_OK;
    return omni_fail(err, (otls_status)inner.status, inner.code, "\"%.60s\": %s", name, inner.text);
}

otls_status otls_socket_set_server_name(otls_socket *sock, const char *name, otls_error *err)
{
    char *copy;

    if (sock == NULL || name == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no socket or no name was given");
    if (sock->conn != NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_TOO_LATE,
                         "the server name is set before the connection is made");
    if (otls_context_role(sock->context) == OTLS_SERVER)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "a server has no server name to set");
    OMNI_TRY(check_name(name, err));
    copy = omni_strdup(name);
    if (copy == NULL)
        return omni_fail_nomem(err);
    omni_free(sock->server_name);
    sock->server_name = copy;
    return OTLS_OK;
}

otls_status otls_socket_set_handshake_on_connect(otls_socket *sock, bool on, otls_error *err)
{
    if (sock == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no socket was given");
    sock->handshake_on_connect = on;
    sock->handshake_set = true;
    return OTLS_OK;
}

/* Whom we mean, without the zone of "fe80::1%eth0", which is ours and no part of the peer's name
 * (RFC 6874); the text is in `host`, in `room` or the socket's. */
static otls_status peer_name(const otls_socket *sock, const char *host, char room[256],
                             const char **name, otls_error *err)
{
    const size_t length = strcspn(host, "%");

    *name = sock->server_name != NULL ? sock->server_name : host;
    if (sock->server_name != NULL || strchr(host, ':') == NULL || host[length] == '\0')
        return OTLS_OK;
    if (length >= 256)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, "the host name is too long");
    memcpy(room, host, length);
    room[length] = '\0';
    *name = room;
    return OTLS_OK;
}

/* What can be known before is said before anybody is called. */
static otls_status may_dial(const otls_socket *sock, const char *host, otls_error *err)
{
    char room[256];
    const char *name;

    OMNI_TRY(peer_name(sock, host, room, &name, err));
    if (name[0] != '\0') /* that is the look-up's to say */
        OMNI_TRY(check_name(name, err));
    return otls_context_seal(sock->context, err);
}

/* After a time-out the caller may think of somebody else. A descriptor that was there before is on its
 * way, and connect(2) would say of any address that it is reached. */
static otls_status drop_dial(otls_socket *sock, otls_error *err)
{
    if (sock->fd >= 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_TOO_LATE,
                         "the socket's descriptor is on its way to another address");
    omni_dial_free(sock->dial);
    sock->dial = NULL;
    return OTLS_OK;
}

static otls_status dial(otls_socket *sock, const char *host, const char *port,
                        const omni_deadline *deadline, otls_error *err)
{
    otls_status status = OTLS_OK;
    int fd = -1;

    if (sock->dial == NULL || !omni_dial_is_to(sock->dial, host, port)) {
        OMNI_TRY(may_dial(sock, host, err));
        if (sock->dial != NULL)
            OMNI_TRY(drop_dial(sock, err));
    }
    if (sock->dial == NULL) {
        const int64_t start = omni_os_monotonic_ms();

        status = omni_dial_new(&sock->dial, host, port, sock->fd, err);
        sock->lookup_ms = omni_os_monotonic_ms() - start;
    }
    if (status != OTLS_OK)
        return status;
    status = omni_dial_run(sock->dial, sock->timeout_ms == 0, deadline, &fd, err);
    if (status > OTLS_OK || status == OTLS_E_TIMEOUT)
        return status; /* it goes on with the next call */
    omni_dial_free(sock->dial);
    sock->dial = NULL;
    if (status == OTLS_OK && sock->fd < 0)
        sock->restore_blocking = true; /* who takes it back expects a plain descriptor */
    if (status == OTLS_OK)
        sock->fd = fd;
    return status;
}

static otls_status attach_client(otls_socket *sock, const char *host, otls_error *err)
{
    char room[256];
    const char *name;
    otls_status status = peer_name(sock, host, room, &name, err);

    if (status == OTLS_OK)
        status = omni_socket_attach(sock, OTLS_CLIENT, name, err);
    if (status != OTLS_OK) { /* nobody can connect this descriptor again */
        omni_os_socket_close(sock->fd);
        sock->fd = -1;
        sock->restore_blocking = false;
    }
    return status;
}

static otls_status connect_until(otls_socket *sock, const char *host, const char *port,
                                 const omni_deadline *deadline, otls_error *err)
{
    otls_status status = OTLS_OK;

    if (sock->conn == NULL) {
        OMNI_TRY(dial(sock, host, port, deadline, err));
        OMNI_TRY(attach_client(sock, host, err));
        sock->connecting = true;
    }
    if (!sock->handshake_set || sock->handshake_on_connect)
        status = omni_socket_handshake_until(sock, deadline, err);
    sock->connecting = status != OTLS_OK;
    return status;
}

otls_status otls_socket_connect(otls_socket *sock, const char *host, const char *port,
                                otls_error *err)
{
    omni_deadline deadline;

    if (sock == NULL || host == NULL || port == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "otls_socket_connect needs a socket, a host and a port");
    if (otls_context_role(sock->context) == OTLS_SERVER)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "the context is for the server's side");
    if (sock->listening)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "a listening socket cannot connect");
    if (sock->conn != NULL &&
        (!sock->connecting || otls_connection_handshake_done(sock->conn)))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_TOO_LATE, "the socket is already connected");
    deadline = omni_deadline_in(sock->timeout_ms);
    return connect_until(sock, host, port, &deadline, err);
}

int64_t otls_socket_lookup_ms(const otls_socket *sock)
{
    return sock == NULL ? -1 : sock->lookup_ms;
}

int otls_socket_connect_ex(otls_socket *sock, const char *host, const char *port, otls_error *err)
{
    otls_error own = OTLS_ERROR_INIT;
    otls_error *report = err != NULL ? err : &own;
    otls_status status = otls_socket_connect(sock, host, port, report);

    if (status == OTLS_OK)
        return 0;
    if (status > OTLS_OK)
        return EINPROGRESS;
    if (report->system_error != 0)
        return report->system_error;
    if (report->code == OTLS_CODE_NAME_LOOKUP && status == OTLS_E_IO)
        return EHOSTUNREACH;
    switch (status) {
    case OTLS_E_TIMEOUT:
        return ETIMEDOUT;
    case OTLS_E_USAGE:
        return EINVAL;
    case OTLS_E_NOMEM:
        return ENOMEM;
    case OTLS_E_TRUNCATED:
        return ECONNRESET;
    default:
        return EPROTO;
    }
}

otls_status otls_connect(otls_socket **out, otls_context *context_or_null, const char *host,
                         const char *port, int timeout_ms, otls_error *err)
{
    otls_socket *sock = NULL;
    otls_status status;

    if (out == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no place for the socket was given");
    *out = NULL;
    if (host == NULL || port == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "otls_connect needs a host and a port");
    if (timeout_ms == 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "otls_connect cannot work without waiting; use otls_socket_connect");
    OMNI_TRY(otls_socket_new(&sock, context_or_null, err));
    status = otls_socket_set_timeout(sock, timeout_ms, err);
    if (status == OTLS_OK)
        status = otls_socket_connect(sock, host, port, err);
    if (status != OTLS_OK) {
        otls_socket_close(sock);
        return status;
    }
    *out = sock;
    return OTLS_OK;
}

static otls_status look_context(otls_context **out, otls_trust *trust_or_null, otls_error *err)
{
    otls_status status;

    OMNI_TRY(otls_context_new(out, NULL, OTLS_CLIENT, err));
    if (trust_or_null != NULL)
        status = otls_context_set_trust(*out, trust_or_null, err);
    else
        status = otls_context_insecure_no_verify(*out, err);
    if (status != OTLS_OK) {
        otls_context_free(*out);
        *out = NULL;
    }
    return status;
}

otls_status otls_get_server_certificate(char **pem, const char *host, const char *port,
                                        otls_trust *trust_or_null, int timeout_ms, otls_error *err)
{
    otls_context *context = NULL;
    otls_socket *sock = NULL;
    const otls_certificate *leaf;
    otls_status status;

    if (pem == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no place for the text was given");
    *pem = NULL;
    if (host == NULL || port == NULL || timeout_ms == 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "otls_get_server_certificate needs a host, a port and a timeout");
    OMNI_TRY(look_context(&context, trust_or_null, err));
    status = otls_connect(&sock, context, host, port, timeout_ms, err);
    if (status == OTLS_OK) {
        leaf = otls_connection_peer_chain(sock->conn, 0);
        status = leaf != NULL ? otls_certificate_pem(leaf, pem, err)
                              : omni_fail(err, OTLS_E_PROTOCOL, OTLS_CODE_PEER_CERTIFICATE_MISSING,
                                          "the server showed no certificate");
    }
    otls_socket_close(sock);
    otls_context_free(context);
    return status;
}
