/* SPDX-License-Identifier: MIT */
/**
 * @file client_hello.h
 * What a server may decide once it has seen the ClientHello: another context, an identity, a
 * refusal, the application protocol. Core has read the message (bounded and reassembled) before any
 * engine starts, so this is the same for every engine.
 *
 * A ClientHello has at most 65,536 octets and comes in at most 512 records; more is
 * OTLS_E_PROTOCOL with OTLS_CODE_LIMIT and the alert illegal_parameter.
 *
 * A view of a ClientHello and what it points to live as long as the callback that got it. Lists are
 * in the client's order; functions that fill an array return how many values there are.
 */
#ifndef OMNITLS_CLIENT_HELLO_H
#define OMNITLS_CLIENT_HELLO_H

#include <omnitls/connection.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_client_hello otls_client_hello;

/** The host name asked for (RFC 6066 section 3), not NUL-terminated; NULL when none was sent. */
OTLS_API const char *otls_client_hello_server_name(const otls_client_hello *hello, size_t *size);
/** How many application protocols are offered (RFC 7301); 0 = no ALPN. */
OTLS_API size_t otls_client_hello_alpn_count(const otls_client_hello *hello);
/** The `index`-th, not NUL-terminated; NULL past the end. */
OTLS_API const uint8_t *otls_client_hello_alpn(const otls_client_hello *hello, size_t index,
                                               size_t *size);
/** The versions offered; for clients older than supported_versions, all up to theirs. */
OTLS_API size_t otls_client_hello_versions(const otls_client_hello *hello, uint16_t *out,
                                           size_t capacity);
/** The cipher suites offered, GREASE and signalling values (RFC 8701, RFC 5746) included. */
OTLS_API size_t otls_client_hello_suites(const otls_client_hello *hello, uint16_t *out,
                                         size_t capacity);
/** The groups offered, IANA ids, likewise. */
OTLS_API size_t otls_client_hello_groups(const otls_client_hello *hello, uint16_t *out,
                                         size_t capacity);
/** SignatureSchemes; none = the defaults of the version (RFC 5246 section 7.4.1.4.1). */
OTLS_API size_t otls_client_hello_signatures(const otls_client_hello *hello, uint16_t *out,
                                             size_t capacity);

/** What a callback decides; starts as "go on as configured". Fields are only added at the end. */
typedef struct otls_client_hello_answer {
    uint32_t size;           /**< sizeof(otls_client_hello_answer), set by core */
    otls_context *context;   /**< go on with this one: a server's, same engine; a reference is taken
                                and it is sealed. NULL = the connection's */
    otls_identity *identity; /**< present this one of that context's identities; NULL = the one that
                                suits the client best. Only compared, no reference is taken */
    int alert;               /**< with a refusal: the OTLS_ALERT_... to send */
} otls_client_hello_answer;

/**
 * Called on the connection's thread, before anything was sent. OTLS_OK: go on as `answer` says.
 * OTLS_WANT_ASYNC: not yet; the handshake answers the same, and the next call of it asks again.
 * Anything else: refuse with answer->alert (handshake_failure unless changed); the handshake fails
 * with OTLS_E_PROTOCOL and OTLS_CODE_REFUSED_BY_CALLBACK. otls_connection_server_name already
 * answers. The callback of a context switched to is not called. A hello that the engine cannot take
 * (OTLS_FEATURE_LONG_HELLOS) is refused without asking: OTLS_E_UNSUPPORTED, OTLS_CODE_LIMIT,
 * illegal_parameter.
 */
typedef otls_status (*otls_client_hello_callback)(otls_connection *conn,
                                                  const otls_client_hello *hello,
                                                  otls_client_hello_answer *answer, void *user);
/** Servers; NULL = none. A context that has one needs no identity: without a switch to a context that
 *  has, the handshake fails. Errors: OTLS_E_SEALED, OTLS_E_USAGE for a client's context. */
OTLS_API otls_status otls_context_set_client_hello_callback(otls_context *context,
                                                            otls_client_hello_callback callback,
                                                            void *user, otls_error *err);

/** No protocol suits: go on without one, or refuse, as otls_context_set_alpn_required says. */
#define OTLS_ALPN_NONE ((size_t)-1)
/**
 * Chooses the application protocol in place of the context's list, when the client offers any:
 * OTLS_OK with the index among the offered in `*chosen`, or OTLS_ALPN_NONE. Anything else refuses
 * with alert 120 (no_application_protocol). Called on the connection's thread, after the
 * ClientHello callback and before any engine starts.
 */
typedef otls_status (*otls_alpn_callback)(otls_connection *conn, const otls_client_hello *hello,
                                          size_t *chosen, void *user);
/** Servers; NULL = by the context's list. Errors: OTLS_E_SEALED, OTLS_E_USAGE for a client's
 *  context. */
OTLS_API otls_status otls_context_set_alpn_callback(otls_context *context,
                                                    otls_alpn_callback callback, void *user,
                                                    otls_error *err);


#ifdef __cplusplus
}
#endif
#endif
