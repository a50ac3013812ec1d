/* SPDX-License-Identifier: MIT */
/** @file connection/handshake.h From the first byte to the open connection. */
#ifndef OMNI_CONNECTION_HANDSHAKE_H
#define OMNI_CONNECTION_HANDSHAKE_H

#include "connection/connection.h"

/** After the handshake: is everything within the policy? */
otls_status omni_connection_assert(otls_connection *conn, otls_error *err);
/** Also afterwards, when a peer may be asked again: fail if core refused the peer. */
otls_status omni_peer_assert(otls_connection *conn, otls_error *err);

/** Settle what is to be settled and start the engine: OTLS_OK, WANT_READ or a failure. */
otls_status omni_connection_start(otls_connection *conn, otls_error *err);
/** The engine has renegotiated: is everything still within the policy? */
otls_status omni_connection_renegotiated(otls_connection *conn, otls_error *err);
/** Start the engine with a native context, to which the connection takes a reference. */
otls_status omni_engine_start(otls_connection *conn, const omni_native *native, otls_error *err);


/* connection/server.c */
/** Look at the ClientHello, decide, start the engine. OTLS_OK, WANT_READ or a failure. */
otls_status omni_server_start(otls_connection *conn, otls_error *err);
/** A fatal alert in plaintext, before any engine is there. */
void omni_plain_alert(otls_connection *conn, uint8_t description);

/* connection/server.c: end a handshake that has not begun, with an alert in plaintext */
OTLS_PRINTF(6, 7) otls_status
omni_refuse_hello(otls_connection *conn, otls_error *err, otls_status status, uint8_t alert,
                  int32_t code, const char *format, ...);


/* connection/hello.c */
/** Ask the application's ClientHello callback: it may switch conn->context, and choose an identity
 *  of it (else OMNI_NO_SERVER). */
otls_status omni_hello_ask(otls_connection *conn, const otls_client_hello *hello, size_t *chosen,
                           otls_error *err);
otls_status omni_hello_choose_alpn(otls_connection *conn, const otls_client_hello *hello,
                                   otls_error *err);


/* connection/hello_groups.c */
/** Is there a group for TLS 1.3 that both sides have? */
/** Below TLS 1.3: has the client named its curves, and none of them is ours? */
bool omni_hello_lacks_curve(const otls_context *context, const otls_client_hello *hello);
/** What the server takes for the key exchange, see otls_connection_setup; 0 = nothing fits. */
uint16_t omni_hello_group(const otls_context *context, const otls_client_hello *hello,
                          uint16_t version);
/** Can a suite's key exchange below TLS 1.3 be done with the groups that both sides have? */
bool omni_hello_group_fits(const otls_context *context, const otls_client_hello *hello,
                           const otls_suite *suite);


/* connection/state.c */
/** Remember the suites that client and server share: OTLS_OK or E_NOMEM. */
otls_status omni_shared_keep(otls_connection *conn, const otls_client_hello *hello);

/* connection/own.c */
/** Another context in the place of what there is, this connection's own included. Takes a reference. */
void omni_connection_take_context(otls_connection *conn, otls_context *context);

#endif
