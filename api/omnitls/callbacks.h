/* SPDX-License-Identifier: MIT */
/**
 * @file callbacks.h
 * Looking on: what a connection does, what a context has to say, and data of the application's on
 * our objects. Callbacks run on the thread of the call that causes them and must not use the
 * connection they are told about, but for its getters.
 */
#ifndef OMNITLS_CALLBACKS_H
#define OMNITLS_CALLBACKS_H

#include <omnitls/session.h>
#include <omnitls/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The same events in the same order on every engine: core sees them all. */
typedef enum otls_event {
    OTLS_INFO_HANDSHAKE_START = 1, /**< also of a renegotiation, and so is DONE */
    OTLS_INFO_STATE = 2, /**< otls_connection_state_name has changed */
    OTLS_INFO_HANDSHAKE_DONE = 3,
    OTLS_INFO_ALERT_SENT = 4,    /**< `value` is the OTLS_ALERT_... */
    OTLS_INFO_ALERT_RECEIVED = 5, /**< the same */
    OTLS_INFO_FAILED = 6,         /**< for good; `value` is the otls_status */
    OTLS_INFO_HANDSHAKE_EXIT = 7  /**< otls_connection_handshake returns, done or not; `value` is what
                                       it answers */
} otls_event;

/** Hears of the handshake, alerts and the states of every connection; on the connection's thread. */
typedef void (*otls_info_callback)(const otls_connection *conn, otls_event event, int value,
                                   void *user);
/** NULL = none. Errors: OTLS_E_SEALED. */
OTLS_API otls_status otls_context_set_info_callback(otls_context *context,
                                                    otls_info_callback callback, void *user,
                                                    otls_error *err);

/** Was the alert that an info callback was last told of a fatal one? */
OTLS_API bool otls_connection_alert_fatal(const otls_connection *conn);

/**
 * Hears of every byte that the transport took (`sent`) or gave, as it is on the wire: records and
 * pieces of records (RFC 8446 section 5.1), in order. `data` is valid during the call. On the
 * connection's thread; must not use the connection but for its getters.
 */
typedef void (*otls_wire_callback)(const otls_connection *conn, bool sent, const void *data,
                                   size_t size, void *user);
/**
 * Watch a connection's bytes, to count or to show them; NULL = no more. A connection that is not
 * watched pays nothing for it. Errors: OTLS_E_USAGE once the handshake has begun, and over memory,
 * where the caller carries the bytes and sees them anyway; OTLS_E_NOMEM.
 */
OTLS_API otls_status otls_connection_set_wire_callback(otls_connection *conn,
                                                       otls_wire_callback callback, void *user,
                                                       otls_error *err);

/** What an otls_message is: content types (RFC 8446 section 5.1), and a record's header. */
typedef enum otls_content {
    OTLS_CONTENT_CHANGE_CIPHER_SPEC = 20, /**< below TLS 1.3, where it means something */
    OTLS_CONTENT_ALERT = 21,
    OTLS_CONTENT_HANDSHAKE = 22,
    OTLS_CONTENT_APPLICATION_DATA = 23, /**< never told: only as the `type` of a record's header */
    OTLS_CONTENT_RECORD_HEADER = 256
} otls_content;

/** One message in plain text, or the header of one record. Valid during the call. */
typedef struct otls_message {
    uint32_t size;    /**< of this struct, as the library has it; it only grows at the end */
    uint16_t version; /**< what was negotiated; 0 before the ServerHello. A header's is its own */
    uint16_t content; /**< otls_content */
    uint8_t type;     /**< the handshake message's; the alert's description; the record's content */
    bool sent;
    const uint8_t *data; /**< whole: a handshake message with its 4 bytes of header, an alert's level
                              and description, a ChangeCipherSpec's byte, a record's 5 bytes */
    size_t length;       /**< of `data` */
} otls_message;

/**
 * Hears of every handshake message of a connection, also of those that TLS 1.3 encrypts and of those
 * after the handshake (tickets, key updates), of alerts, ChangeCipherSpec and the headers of all
 * records. Messages of each kind come in their order, the same on every engine; a record's header
 * may come before or after what is in it. Application data are never shown, nor any key; a message
 * may hold names, certificates and tickets. On the connection's thread; must not use the connection
 * but for its getters.
 */
typedef void (*otls_message_callback)(const otls_connection *conn, const otls_message *message,
                                      void *user);
/**
 * Watch the messages of a context's connections; NULL = none. Of one connection:
 * otls_connection_own_context. A connection that is not watched pays nothing for it. Errors:
 * OTLS_E_SEALED; OTLS_E_UNSUPPORTED where the engine has no OTLS_FEATURE_MESSAGE_CALLBACK (pyOpenSSL
 * has none; Python's SSLContext._msg_callback).
 */
OTLS_API otls_status otls_context_set_message_callback(otls_context *context,
                                                       otls_message_callback callback, void *user,
                                                       otls_error *err);
/** "ClientHello", "close_notify", "ChangeCipherSpec", "application data" ...; "unknown" else. Static
 *  storage. */
OTLS_API const char *otls_message_name(const otls_message *message);

/** What is no error but worth knowing; one sentence without newline. */
typedef void (*otls_log_callback)(const char *message, void *user);
/**
 * Words of a cipher expression that select nothing known are reported here, as they are no error
 * (OpenSSL's rule). Set it before the settings it is to hear of. NULL = none. Errors:
 * OTLS_E_SEALED.
 */
OTLS_API otls_status otls_context_set_log_callback(otls_context *context, otls_log_callback callback,
                                          void *user, otls_error *err);

/** An otls_key_log_callback that is told whose line it is. */
typedef void (*otls_connection_key_log_callback)(const otls_connection *conn, const char *line,
                                                 void *user);
/**
 * As otls_context_set_key_log_callback and beside it, with the connection that the line is of, which
 * must not be used but for its getters (pyOpenSSL's Context.set_keylog_callback). NULL = none.
 * Errors: OTLS_E_SEALED, OTLS_E_UNSUPPORTED where the engine has no OTLS_FEATURE_KEY_LOG.
 */
OTLS_API otls_status otls_context_set_connection_key_log_callback(
    otls_context *context, otls_connection_key_log_callback callback, void *user, otls_error *err);

/**
 * Append NSS key log lines (RFC 9850) to a file, which is created with mode 0600 if need be; one
 * write for each line, so that processes can share it. In addition to otls_context_set_key_log_callback.
 * NULL ends it. The file is closed with the last context that uses it. Whoever reads it reads all
 * traffic. Errors: OTLS_E_SEALED, OTLS_E_IO naming the file (one of another user, or with a second
 * name, too), OTLS_E_UNSUPPORTED where the engine has no OTLS_FEATURE_KEY_LOG.
 */
OTLS_API otls_status otls_context_set_key_log_file(otls_context *context, const char *path,
                                                   otls_error *err);

/**
 * A pointer of the application's on an object; `destroy` (may be NULL) gets it when it is replaced
 * and when the object is freed. otls_context_copy does not copy it. A context in use takes another
 * pointer as long as neither it nor the one before has a `destroy`, else OTLS_E_SEALED: other threads
 * may still be using what would be destroyed.
 */
OTLS_API otls_status otls_context_set_user_data(otls_context *context, void *data,
                                                void (*destroy)(void *data), otls_error *err);
/** What otls_context_set_user_data put there; NULL when nothing. Any thread once sealed. */
OTLS_API void *otls_context_user_data(const otls_context *context);
/** On a connection: as for contexts, at any time, on its thread. */
OTLS_API void otls_connection_set_user_data(otls_connection *conn, void *data,
                                            void (*destroy)(void *data));
/** What otls_connection_set_user_data put there; NULL when nothing. */
OTLS_API void *otls_connection_user_data(const otls_connection *conn);
/** On a socket: as for connections. */
OTLS_API void otls_socket_set_user_data(otls_socket *sock, void *data, void (*destroy)(void *data));
/** What otls_socket_set_user_data put there; NULL when nothing. */
OTLS_API void *otls_socket_user_data(const otls_socket *sock);
/** The shared objects: OTLS_E_SEALED once a trust store is in use, or anything else is held twice. */
OTLS_API otls_status otls_trust_set_user_data(otls_trust *trust, void *data,
                                              void (*destroy)(void *data), otls_error *err);
/** What otls_trust_set_user_data put there; NULL when nothing. Any thread once shared. */
OTLS_API void *otls_trust_user_data(const otls_trust *trust);
/** On an identity: as for trust stores. */
OTLS_API otls_status otls_identity_set_user_data(otls_identity *identity, void *data,
                                                 void (*destroy)(void *data), otls_error *err);
/** What otls_identity_set_user_data put there; NULL when nothing. Any thread once shared. */
OTLS_API void *otls_identity_user_data(const otls_identity *identity);
/** On a session: as for trust stores. */
OTLS_API otls_status otls_session_set_user_data(otls_session *session, void *data,
                                                void (*destroy)(void *data), otls_error *err);
/** What otls_session_set_user_data put there; NULL when nothing. Any thread once shared. */
OTLS_API void *otls_session_user_data(const otls_session *session);
/** On a certificate: as for trust stores. */
OTLS_API otls_status otls_certificate_set_user_data(otls_certificate *cert, void *data,
                                                    void (*destroy)(void *data), otls_error *err);
/** What otls_certificate_set_user_data put there; NULL when nothing. Any thread once shared. */
OTLS_API void *otls_certificate_user_data(const otls_certificate *cert);

#ifdef __cplusplus
}
#endif
#endif
