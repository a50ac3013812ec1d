/* SPDX-License-Identifier: MIT */
/**
 * @file parity.h
 * Calls that exist because Python's ssl module or pyOpenSSL have them: for programs that are moved
 * from there, and for bindings. A new program has no need of them. Not included by omnitls.h.
 */
#ifndef OMNITLS_PARITY_H
#define OMNITLS_PARITY_H

#include <omnitls/omnitls.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * NPN was an experiment that ALPN replaced; no engine has it any more. Always OTLS_E_UNSUPPORTED
 * with OTLS_CODE_OBSOLETE.
 */
OTLS_API otls_status otls_context_set_npn(otls_context *context, const char *const *names,
                                          size_t count, otls_error *err);

/** One group by name, as the only one below TLS 1.3 and first choice above: all lists become this
 *  one. Errors: OTLS_E_CONFIG naming it; E_UNSUPPORTED when the engine lacks
 * it. */
OTLS_API otls_status otls_context_set_ecdh_curve(otls_context *context, const char *name,
                                                 otls_error *err);

/**
 * Declare close_notify sent or received though it was not: nothing more is sent, reads answer
 * OTLS_CLOSED. Flags can be added, not taken back: OTLS_E_USAGE.
 */
OTLS_API otls_status otls_connection_set_shutdown_state(otls_connection *conn, unsigned state,
                                                        otls_error *err);

/**
 * The verify_data of the last handshake's Finished messages, ours or the `peer`'s (RFC 8446 section
 * 4.4.4, RFC 5246 section 7.4.9): 12 bytes up to TLS 1.2, 32 or 48 in TLS 1.3. pyOpenSSL's
 * get_finished and get_peer_finished. To bind something to a connection use
 * otls_connection_channel_binding. Errors: OTLS_E_USAGE with OTLS_CODE_NOT_YET before the handshake is
 * done, with OTLS_CODE_LIMIT when there is no room; OTLS_E_UNSUPPORTED.
 */
OTLS_API otls_status otls_connection_finished(otls_connection *conn, bool peer, uint8_t *out,
                                              size_t capacity, size_t *length, otls_error *err);

/** How many renegotiations were completed, whoever began them (pyOpenSSL's total_renegotiations). */
OTLS_API size_t otls_connection_renegotiations(const otls_connection *conn);

/**
 * Where otls_trust_add_system looks: SSL_CERT_FILE and SSL_CERT_DIR where one of them is set; else the
 * first usual bundle that there is, else the first usual directory. NULL: not there, or the system
 * keeps its roots elsewhere (Windows). Borrowed, until the environment is changed. Python's
 * get_default_verify_paths.
 */
OTLS_API void otls_trust_system_paths(const char **file, const char **directory);

/**
 * As otls_socket_connect, answering like connect(2): 0, or an errno value: EINPROGRESS (call
 * again), ETIMEDOUT, ECONNREFUSED ..., EHOSTUNREACH for a name that is not found, EPROTO when TLS
 * failed
 * (`err` tells), EINVAL for a wrong call.
 */
OTLS_API int otls_socket_connect_ex(otls_socket *sock, const char *host, const char *port,
                                    otls_error *err);

/**
 * Refused: OTLS_E_UNSUPPORTED, OTLS_CODE_OBSOLETE. Every engine seeds itself from the operating
 * system, and two of them have no way to add anything.
 */
OTLS_API otls_status otls_random_add(const otls_backend *backend, const void *data, size_t size,
                                     otls_error *err);

/** Is the engine's generator seeded? Asks it for a byte. Any thread. */
OTLS_API bool otls_random_status(const otls_backend *backend);

/**
 * The way back: seconds since 1970 of such a text, as Python's ssl.cert_time_to_seconds reads it
 * (letters in either case, one or two digits, leap seconds). No float: 64 bits hold every year.
 * OTLS_E_USAGE for anything else, 30 February included.
 */
OTLS_API otls_status otls_cert_time_to_seconds(const char *text, int64_t *out, otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
