/* SPDX-License-Identifier: MIT */
/**
 * @file insecure.h
 * What turns a check off, or gives a secret away. Not included by omnitls.h, and every name says it,
 * so that a reviewer can search for it. What only relaxes a policy: docs/conventions.md, "Names".
 */
#ifndef OMNITLS_INSECURE_H
#define OMNITLS_INSECURE_H

#include <omnitls/connection.h>
#include <omnitls/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Client: accept any certificate from anybody. The verdict then says NOT_CHECKED. Errors:
 *  OTLS_E_USAGE on a server, which has otls_context_set_verify_mode, and while something is demanded of
 *  chains that nothing would be held to: pins, revocation lists, a policy, a stapled response. Such a
 *  demand fails likewise afterwards, until the verify mode is REQUIRED again. */
OTLS_API otls_status otls_context_insecure_no_verify(otls_context *context, otls_error *err);
/** Client: accept a trusted certificate for another name. OTLS_E_USAGE: a server; not verifying. */
OTLS_API otls_status otls_context_insecure_no_name_check(otls_context *context, otls_error *err);

/**
 * TLS 1.2: the 48-byte master secret, with which everything recorded can be read.
 * TLS 1.3 has none: E_USAGE. Prefer otls_connection_export_keying.
 */
OTLS_API otls_status otls_connection_insecure_master_secret(otls_connection *conn, uint8_t out[48],
                                                            otls_error *err);

#ifdef __cplusplus
}
#endif
#endif
