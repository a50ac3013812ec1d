/* SPDX-License-Identifier: MIT */
/** @file connection/fail.h The first cause wins: it is remembered, and told again. */
#ifndef OMNI_CONNECTION_FAIL_H
#define OMNI_CONNECTION_FAIL_H

#include "connection/connection.h"

/* connection/fail.c */
/** Remember the first cause and report it. `engine_error` may be NULL. */
otls_status omni_connection_fail(otls_connection *conn, otls_status status,
                                 const otls_error *engine_error, otls_error *err);
/** The same with a sentence of core's. */
OTLS_PRINTF(5, 6) otls_status
omni_connection_fail_text(otls_connection *conn, otls_error *err, otls_status status, int32_t code,
                          const char *format, ...);
/** The engine did not do what it was asked for: OTLS_WANT_READ when it has to have the rest of a message of the peer's
 * first (a certificate that was asked for, say) and all that is there has been read, or the failure. */
otls_status omni_connection_not_done(otls_connection *conn, otls_status status, const otls_error *engine_error,
                                     otls_error *err);
/** Report the remembered cause again. */
otls_status omni_connection_fail_again(const otls_connection *conn, otls_error *err);

/** OTLS_OK when data may flow; else the failure, or E_USAGE: the handshake is not done. */
otls_status omni_connection_open(const otls_connection *conn, otls_error *err);

#endif
