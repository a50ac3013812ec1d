/* SPDX-License-Identifier: MIT */
/* A client over GLib's streams: GTlsClientConnection over a socket, blocking. */
#include "peers/library.h"
#include "peers/peers.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

struct _GError;
struct _GTypeInstance;
struct _GTlsBackend;
struct _GTlsDatabase;
struct _GSocketConnectable;
struct _GSocket;
struct _GSocketConnection;
struct _GIOStream;
struct _GTlsConnection;
struct _GCancellable;
struct _GInputStream;
struct _GOutputStream;

#include "peers/glib_calls.h"

typedef struct calls {
    GLIB_CALLS(PEER_POINTER)
    GLIB_NUMBERS(PEER_POINTER)
} calls;

#define PEER_CALLS calls
static const peer_call rows[] = {GLIB_CALLS(PEER_ROW) GLIB_NUMBERS(PEER_ROW)};
static calls glib;
static const char *const names[] = {"libgio-2.0.so.0", NULL};

struct peer_state {
    struct _GTlsDatabase *roots;
    struct _GSocketConnectable *name;
    struct _GSocket *socket;
    struct _GSocketConnection *plain;
    struct _GIOStream *conn;
    uint16_t port;
};

/* ---- what it is ------------------------------------------------------------------------------ */

/* GLib finds its TLS in a module, whose type tells which it is. */
static void describe(const char *type, peer_library *library)
{
    void *gnutls = dlopen("libgnutls.so.30", RTLD_NOW | RTLD_NOLOAD);
    void *found = gnutls != NULL ? dlsym(gnutls, "gnutls_check_version") : NULL;
    const char *(*version)(const char *wanted) = NULL;

    memcpy(&version, &found, sizeof(found));
    (void)snprintf(library->version, sizeof(library->version), "%u.%u.%u, %s",
                   *glib.glib_major_version, *glib.glib_minor_version, *glib.glib_micro_version,
                   type);
    library->engine = strstr(type, "Gnutls") != NULL    ? "gnutls"
                      : strstr(type, "Openssl") != NULL ? "openssl"
                                                        : "";
    if (version != NULL && strcmp(library->engine, "gnutls") == 0)
        (void)snprintf(library->tls, sizeof(library->tls), "GnuTLS %s", version(NULL));
    else
        (void)snprintf(library->tls, sizeof(library->tls), "%s", type);
}

bool peer_glib_load(peer_library *library)
{
    struct _GTlsBackend *backend;

    if (!peer_library_load(names, rows, sizeof(rows) / sizeof(rows[0]), &glib))
        return false;
    backend = glib.g_tls_backend_get_default();
    if (glib.g_tls_backend_supports_tls(backend) == 0)
        return bench_complain("not installed: GLib finds no module for TLS");
    describe(glib.g_type_name_from_instance((struct _GTypeInstance *)backend), library);
    return true;
}

static bool failed(const char *what, struct _GError *err)
{
    const glib_error *public = (const glib_error *)err;

    (void)bench_complain("glib: %s: %s", what, public != NULL ? public->message : "?");
    glib.g_clear_error(&err);
    return false;
}

/* ---- the program ----------------------------------------------------------------------------- */

static void release(void *object)
{
    if (object != NULL)
        glib.g_object_unref(object);
}

static void state_close(peer_state *state)
{
    if (state == NULL)
        return;
    release(state->roots);
    release(state->name);
    free(state);
}

static peer_state *state_open(const peer_setup *setup)
{
    peer_state *state = calloc(1, sizeof(*state));
    struct _GError *err = NULL;

    if (state == NULL)
        return NULL;
    state->port = setup->port;
    state->roots = glib.g_tls_file_database_new(setup->root, &err);
    state->name = glib.g_network_address_new(setup->name, setup->port);
    /* A connection loads the default database before it can be given another: the system's. */
    if (state->roots != NULL) {
        glib.g_tls_backend_set_default_database(glib.g_tls_backend_get_default(), state->roots);
        return state;
    }
    (void)failed("setting up", err);
    state_close(state);
    return NULL;
}

/* The GSocket owns the descriptor. */
static bool dial(peer_state *state)
{
    const int fd = peer_dial(state->port);
    struct _GError *err = NULL;

    if (fd < 0)
        return false;
    state->socket = glib.g_socket_new_from_fd(fd, &err);
    if (state->socket == NULL) {
        (void)close(fd);
        return failed("a socket", err);
    }
    state->plain = glib.g_socket_connection_factory_create_connection(state->socket);
    state->conn =
        glib.g_tls_client_connection_new((struct _GIOStream *)state->plain, state->name, &err);
    return state->conn != NULL || failed("a connection", err);
}

static bool state_connect(peer_state *state)
{
    struct _GError *err = NULL;

    if (!dial(state))
        return false;
    glib.g_tls_connection_set_database((struct _GTlsConnection *)state->conn, state->roots);
    return glib.g_tls_connection_handshake((struct _GTlsConnection *)state->conn, NULL, &err) !=
               0 ||
           failed("handshake", err);
}

/* g_io_stream_close sends close_notify and closes the socket. */
static void hang_up(peer_state *state)
{
    if (state->conn != NULL)
        (void)glib.g_io_stream_close(state->conn, NULL, NULL);
    release(state->conn);
    release(state->plain);
    release(state->socket);
    state->conn = NULL;
    state->plain = NULL;
    state->socket = NULL;
}

static bool exchange(peer_state *state, const uint8_t *message, uint8_t *answer, size_t size)
{
    struct _GError *err = NULL;
    size_t count;

    if (glib.g_output_stream_write_all(glib.g_io_stream_get_output_stream(state->conn), message,
                                       size, &count, NULL, &err) == 0)
        return failed("write", err);
    if (glib.g_input_stream_read_all(glib.g_io_stream_get_input_stream(state->conn), answer, size,
                                     &count, NULL, &err) == 0 ||
        count != size)
        return failed("read", err);
    return true;
}

const peer_program peer_glib = {
    .open = state_open,
    .close = state_close,
    .connect = state_connect,
    .hang_up = hang_up,
    .exchange = exchange,
};
