/* SPDX-License-Identifier: MIT */
/* GLib 2.60 or later: gio/gio.h, with its types by their tags. */
#ifndef OMNITLS_BENCH_PEERS_GLIB_CALLS_H
#define OMNITLS_BENCH_PEERS_GLIB_CALLS_H

#include <stddef.h>
#include <stdint.h>

/* The beginning of GError is public. */
typedef struct glib_error {
    uint32_t domain;
    int code;
    char *message;
} glib_error;

#define GLIB_CALLS(CALL)                                                                           \
    CALL(void, g_object_unref, (void *))                                                           \
    CALL(void, g_clear_error, (struct _GError **))                                                 \
    CALL(const char *, g_type_name_from_instance, (struct _GTypeInstance *))                       \
    CALL(struct _GTlsBackend *, g_tls_backend_get_default, (void))                                 \
    CALL(int, g_tls_backend_supports_tls, (struct _GTlsBackend *))                                 \
    CALL(void, g_tls_backend_set_default_database,                                                 \
         (struct _GTlsBackend *, struct _GTlsDatabase *))                                          \
    CALL(struct _GTlsDatabase *, g_tls_file_database_new, (const char *, struct _GError **))       \
    CALL(struct _GSocketConnectable *, g_network_address_new, (const char *, uint16_t))            \
    CALL(struct _GSocket *, g_socket_new_from_fd, (int, struct _GError **))                        \
    CALL(struct _GSocketConnection *, g_socket_connection_factory_create_connection,               \
         (struct _GSocket *))                                                                      \
    CALL(struct _GIOStream *, g_tls_client_connection_new,                                         \
         (struct _GIOStream *, struct _GSocketConnectable *, struct _GError **))                   \
    CALL(void, g_tls_connection_set_database, (struct _GTlsConnection *, struct _GTlsDatabase *))  \
    CALL(int, g_tls_connection_handshake,                                                          \
         (struct _GTlsConnection *, struct _GCancellable *, struct _GError **))                    \
    CALL(struct _GInputStream *, g_io_stream_get_input_stream, (struct _GIOStream *))              \
    CALL(struct _GOutputStream *, g_io_stream_get_output_stream, (struct _GIOStream *))            \
    CALL(int, g_output_stream_write_all,                                                           \
         (struct _GOutputStream *, const void *, size_t, size_t *, struct _GCancellable *,         \
          struct _GError **))                                                                      \
    CALL(int, g_input_stream_read_all,                                                             \
         (struct _GInputStream *, void *, size_t, size_t *, struct _GCancellable *,                \
          struct _GError **))                                                                      \
    CALL(int, g_io_stream_close, (struct _GIOStream *, struct _GCancellable *, struct _GError **))

/* Numbers, each an unsigned int. */
#define GLIB_NUMBERS(CALL)                                                                         \
    CALL(const unsigned, glib_major_version, )                                                     \
    CALL(const unsigned, glib_minor_version, )                                                     \
    CALL(const unsigned, glib_micro_version, )

#endif
