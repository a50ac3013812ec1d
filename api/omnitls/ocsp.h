/* SPDX-License-Identifier: MIT */
/**
 * @file ocsp.h
 * OCSP stapling (RFC 6066 section 8, RFC 8446 section 4.4.2.1, RFC 6960): what a server sends along
 * with its certificate, and what a client makes of it. Core reads and judges the response, so that
 * the same one is good or bad on every engine.
 */
#ifndef OMNITLS_OCSP_H
#define OMNITLS_OCSP_H

#include <omnitls/connection.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a client does about stapled OCSP responses. */
typedef enum otls_ocsp_mode {
    /**
     * Do not ask; ignore one that comes unasked, and its absence where the certificate says that one must
     * come: RFC 7633 holds a server to what the client asked for. The default.
     */
    OTLS_OCSP_OFF = 0,
    /**
     * Ask. A response that comes must be good (RFC 6066 section 8); none may come, unless the
     * certificate says that one must (RFC 7633, "must staple").
     */
    OTLS_OCSP_IF_PRESENT = 1,
    /** Ask, and refuse a server that sends none. */
    OTLS_OCSP_REQUIRED = 2
} otls_ocsp_mode;

/**
 * Client: ask for a response. A bad or missing one refuses the handshake with OTLS_VERIFY_STAPLE
 * and alert bad_certificate_status_response; a revoked certificate with OTLS_VERIFY_REVOKED and
 * certificate_revoked; one that the responder does not know with OTLS_VERIFY_STAPLE and
 * OTLS_VERIFY_REVOCATION_UNKNOWN. The response is checked against the context's clock with five
 * minutes of grace. CRLs, if asked for, are checked as well: both must be content. Set up by one
 * thread, before sealing. OTLS_E_UNSUPPORTED where the engine does not hand out the response
 * (OTLS_FEATURE_OCSP_STAPLE_CLIENT), and from sealing where it does in TLS 1.3 alone and a lower version
 * is allowed; OTLS_E_USAGE on a server's context, and for REQUIRED while nothing is verified (insecure.h);
 * OTLS_E_SEALED.
 */
OTLS_API otls_status otls_context_set_ocsp(otls_context *context, otls_ocsp_mode mode,
                                           otls_error *err);

/**
 * Server: the response to send along with `identity` (NULL: with any identity that has none of its
 * own). DER, or PEM with the label "OCSP RESPONSE". Copied. It must be well-formed, successful,
 * and, with an identity, about its certificate: OTLS_E_CREDENTIAL otherwise. `size` 0 takes an
 * earlier one away. Renew it with otls_context_copy, or use the callback. OTLS_E_UNSUPPORTED where
 * the engine cannot staple (OTLS_FEATURE_OCSP_STAPLE_SERVER); OTLS_E_USAGE on a client's context.
 */
OTLS_API otls_status otls_context_set_ocsp_response(otls_context *context, otls_identity *identity,
                                                    const void *data, size_t size, otls_error *err);
/** The same from a file, read now. Errors name the file. */
OTLS_API otls_status otls_context_set_ocsp_response_file(otls_context *context,
                                                         otls_identity *identity, const char *path,
                                                         otls_error *err);

/**
 * Asked by a server in each full handshake in which the client wants a response. Point `*response`
 * to
 * `*size` bytes of DER, which are copied when the callback has returned, and answer OTLS_OK; leave
 * them as they are (NULL, 0) to send none. Anything but OTLS_OK sends none either: the client
 * decides what that means. Runs on the thread that drives the connection, several at once.
 */
typedef otls_status (*otls_ocsp_callback)(otls_connection *conn, const otls_identity *identity,
                                          const uint8_t **response, size_t *size, void *user);
/** Server: ask `callback` instead of sending what was set; NULL: no callback. Errors as above. */
OTLS_API otls_status otls_context_set_ocsp_callback(otls_context *context,
                                                    otls_ocsp_callback callback, void *user,
                                                    otls_error *err);

/**
 * The response as DER: on a client what the server sent, if it was asked to and whatever the
 * verdict; on a server what was sent. NULL and 0 when there was none. Borrowed from the connection.
 */
OTLS_API const uint8_t *otls_connection_ocsp_response(const otls_connection *conn, size_t *size);

#ifdef __cplusplus
}
#endif
#endif
