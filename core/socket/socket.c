/* SPDX-License-Identifier: MIT */
/* How a socket comes and goes. */
#include "socket/socket.h"

#include "base/base.h"
#include <omnitls/session.h>

#include <errno.h>
#include <string.h>

/* How long close waits for bytes that send took and the peer does not take. */
#define CLOSE_WAIT_MS 1000
/* How much unread input close throws away, so that the system need not answer it with a reset. */
#define CLOSE_DROP_BYTES (256 * 1024)

otls_status omni_client_context_default(otls_context **out, otls_error *err)
{
    otls_context *context = NULL;
    otls_trust *trust = NULL;
    otls_status status = otls_trust_new(&trust, err);

    if (status == OTLS_OK)
        status = otls_trust_add_system(trust, err);
    if (status == OTLS_OK)
        status = otls_context_new(&context, NULL, OTLS_CLIENT, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    otls_trust_free(trust);
    if (status != OTLS_OK) {
        otls_context_free(context);
        return status;
    }
    *out = context;
    return OTLS_OK;
}

otls_status omni_socket_blank(otls_socket **out, otls_context *context, otls_error *err)
{
    otls_socket *sock = omni_calloc(1, sizeof(*sock));

    if (sock == NULL)
        return omni_fail_nomem(err);
    sock->context = otls_context_ref(context);
    sock->fd = -1;
    sock->timeout_ms = -1;
    sock->lookup_ms = -1;
    *out = sock;
    return OTLS_OK;
}

otls_status otls_socket_new(otls_socket **out, otls_context *context_or_null, otls_error *err)
{
    otls_context *context = NULL;
    otls_status status;

    if (out == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no place for the socket was given");
    *out = NULL;
    if (context_or_null != NULL)
        context = otls_context_ref(context_or_null);
    else
        OMNI_TRY(omni_client_context_default(&context, err));
    status = omni_socket_blank(out, context, err);
    otls_context_free(context);
    return status;
}

/* The side of an OTLS_EITHER context is taken here; any other context has its own. */
static otls_status take_role(otls_connection *conn, otls_role own, otls_role role, otls_error *err)
{
    if (own == role)
        return OTLS_OK;
    if (own == OTLS_EITHER)
        return otls_connection_set_role(conn, role, err);
    return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE, "the context is for the %s side",
                     own == OTLS_CLIENT ? "client's" : "server's");
}

/* Sessions are kept by host and port: another service on the same host is another peer. */
static otls_status tell_port(const otls_socket *sock, otls_connection *conn, otls_error *err)
{
    char address[64];
    uint16_t port = 0;

    if (otls_socket_peer_address(sock, address, sizeof(address), &port, NULL) != OTLS_OK)
        return OTLS_OK; /* a local socket has none */
    return otls_connection_set_server_port(conn, port, err);
}

otls_status omni_socket_attach(otls_socket *sock, otls_role role, const char *name, otls_error *err)
{
    otls_connection *conn = NULL;
    otls_status status = otls_connection_new_fd(&conn, sock->context, sock->fd, err);

    if (status != OTLS_OK)
        return status;
    status = take_role(conn, otls_context_role(sock->context), role, err);
    if (status == OTLS_OK && role == OTLS_CLIENT && name != NULL)
        status = otls_connection_set_server_name(conn, name, err);
    if (status == OTLS_OK && role == OTLS_CLIENT)
        status = tell_port(sock, conn, err);
    if (status != OTLS_OK) {
        otls_connection_free(conn);
        return status;
    }
    omni_os_no_delay(sock->fd);
    sock->conn = conn;
    return OTLS_OK;
}

static otls_status adopt(otls_socket *sock, const char *name, otls_error *err)
{
    otls_role role = otls_context_role(sock->context);
    omni_address peer;
    bool stream = false;
    int error = omni_os_is_stream(sock->fd, &stream);

    if ((error == 0 && !stream) || error == ENOTSOCK)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the descriptor is no stream socket");
    if (error == 0)
        error = omni_os_set_nonblocking(sock->fd, &sock->restore_blocking);
    if (error != 0)
        return omni_fail_system(err, OTLS_CODE_NONE, error, "cannot take over the descriptor");
    if (name != NULL)
        OMNI_TRY(otls_socket_set_server_name(sock, name, err));
    if (omni_os_is_listening(sock->fd)) {
        if (role == OTLS_CLIENT)
            return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                             "the context is for the client's side, and the descriptor listens");
        sock->listening = true;
        return OTLS_OK;
    }
    error = omni_os_peer_address(sock->fd, &peer);
    if (error == 0)
        return omni_socket_attach(sock, role == OTLS_EITHER ? OTLS_CLIENT : role, name, err);
    if (error != ENOTCONN)
        return omni_fail_system(err, OTLS_CODE_NONE, error, "cannot take over the descriptor");
    return OTLS_OK;
}

otls_status otls_socket_wrap(otls_socket **out, otls_context *context, intptr_t fd,
                             const char *server_name_or_null, otls_error *err)
{
    otls_socket *sock = NULL;
    otls_status status;

    if (out == NULL || context == NULL || fd < 0 || fd > INT32_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "otls_socket_wrap needs a context and a descriptor");
    *out = NULL;
    OMNI_TRY(omni_socket_blank(&sock, context, err));
    sock->fd = (int)fd;
    status = adopt(sock, server_name_or_null, err);
    if (status != OTLS_OK) {
        (void)otls_socket_detach(sock);
        otls_socket_close(sock);
        return status;
    }
    *out = sock;
    return OTLS_OK;
}

intptr_t otls_socket_detach(otls_socket *sock)
{
    int fd;

    if (sock == NULL)
        return -1;
    otls_connection_free(sock->conn);
    omni_dial_free(sock->dial);
    fd = sock->fd;
    if (fd >= 0 && sock->restore_blocking)
        omni_os_set_blocking(fd);
    sock->conn = NULL;
    sock->dial = NULL;
    sock->fd = -1;
    sock->listening = sock->reading_ended = sock->connecting = false;
    sock->restore_blocking = false;
    sock->line_start = sock->line_end = 0;
    return fd;
}

/* Say good-bye, and let what was taken leave, for as long as close may wait. */
static void farewell(otls_socket *sock)
{
    int wait_ms = sock->timeout_ms;
    omni_deadline deadline;

    if (wait_ms < 0 || wait_ms > CLOSE_WAIT_MS)
        wait_ms = CLOSE_WAIT_MS;
    deadline = omni_deadline_in(wait_ms);
    if (otls_connection_failure(sock->conn, NULL) < 0 ||
        !otls_connection_handshake_done(sock->conn))
        return;
    (void)otls_connection_shutdown(sock->conn, NULL);
    (void)omni_socket_flush_until(sock, &deadline, NULL);
}

/* Input nobody read makes the system answer close() with a reset, and a reset may cost the peer the
 * last bytes we sent: session tickets a client never read do this. */
static void close_descriptor(int fd)
{
    if (omni_os_shutdown(fd, OMNI_OS_WRITING) == 0)
        omni_os_socket_drain(fd, CLOSE_DROP_BYTES);
    omni_os_socket_close(fd);
}

void otls_socket_close(otls_socket *sock)
{
    if (sock == NULL)
        return;
    if (sock->conn != NULL)
        farewell(sock);
    otls_connection_free(sock->conn);
    omni_dial_free(sock->dial);
    if (sock->fd >= 0 && sock->conn != NULL)
        close_descriptor(sock->fd);
    else if (sock->fd >= 0)
        omni_os_socket_close(sock->fd);
    otls_context_free(sock->context);
    omni_free(sock->server_name);
    if (sock->line != NULL)
        omni_wipe(sock->line, sock->line_capacity);
    omni_free(sock->line);
    omni_free(sock->leftover);
    omni_user_data_set(&sock->user, NULL, NULL);
    omni_free(sock);
}
