/* SPDX-License-Identifier: MIT */
/**
 * @file release.h
 * What is not the same in mbed TLS 2.28 and 3.6. Each release has a folder that answers this file;
 * everything else is compiled for both. 3.6 calls the fields of its structures private, and has no
 * calls for what this backend must know; under the names that 2.28 gave them they are still there.
 */
#ifndef MBED_RELEASE_H
#define MBED_RELEASE_H

#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#if __has_include(<mbedtls/build_info.h>)
#include <mbedtls/build_info.h>
#else
#include <mbedtls/config.h>
#endif

#include <mbedtls/ecdsa.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/pem.h>
#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>

#include <omnitls/backend.h>

#include <stdbool.h>

/** One row of the table of errors: mbed TLS' number, what we say of it, the alert that fits. */
typedef struct mbed_cause {
    int native;
    otls_status status;
    int32_t code;
    uint8_t alert;
} mbed_cause;

/** A row of the table of features; `why` NULL: the other release has none of its own either. */
typedef struct mbed_feature {
    otls_support support;
    const char *why;
} mbed_feature;

/** What mbed TLS is called in sentences. */
#define MBED_RELEASE_NAME (MBEDTLS_VERSION_NUMBER >> 24 == 2 ? "mbed TLS 2.28" : "mbed TLS 3.6")

#pragma GCC visibility push(hidden)

/** 0, or mbed TLS' number: what the process needs before anything else. */
int mbed_release_start(void);
/** The row of this release, NULL where both have the same. */
const mbed_feature *mbed_release_feature(otls_feature feature);
/** The errors that this release has, beside those of both. */
extern const mbed_cause mbed_release_causes[];
extern const size_t mbed_release_cause_count;
const char *mbed_release_state_name(int state);
/** Is this what mbed TLS says of a ClientHello that is in several records? */
bool mbed_release_is_split(const otls_backend_connection *conn, int native);

/* keys */

int mbed_release_pbkdf2(const mbedtls_md_info_t *md, otls_slice password, otls_slice salt,
                        uint32_t rounds, uint8_t *out, size_t size);
int mbed_release_parse_key(mbedtls_pk_context *pk, otls_slice encoded, otls_slice password);
int mbed_release_sign(mbedtls_pk_context *pk, mbedtls_md_type_t md, const uint8_t *hash,
                      size_t size, uint8_t *out, size_t room, size_t *length);
/** RSASSA-PSS with a copy of the key, whose padding is one of its properties. */
int mbed_release_sign_pss(const mbedtls_rsa_context *key, mbedtls_md_type_t md, const uint8_t *hash,
                          size_t size, int salt, uint8_t *out);

/* contexts */

bool mbed_has_signature(uint16_t scheme);
/** Versions, groups, tickets of TLS 1.3. */
otls_status mbed_release_configure(otls_backend_context *context, otls_error *err);
/** The schemes that the policy allows, and context->suites, of which some may have to go. */
otls_status mbed_release_signatures(otls_backend_context *context, otls_error *err);

/* connections */

uint16_t mbed_version(const otls_backend_connection *conn);
/** Before mbedtls_ssl_setup, and after: who is told of keys, who keeps sessions. */
void mbed_release_before_setup(otls_backend_connection *conn);
void mbed_release_after_setup(otls_backend_connection *conn);
void mbed_release_set_cache(otls_backend_connection *conn);
/** A server's records from here on are of the keys that its client reads with (RFC 8446 2). */
void mbed_release_server_finished(otls_backend_connection *conn);
/** How old a server's session, or its ticket, is, in seconds; less than 0: it is from the future.
 */
int64_t mbed_release_session_age(const mbedtls_ssl_session *session);
/** Times in a session go by a clock of this machine since it was started: to the world's, or back.
 */
void mbed_release_session_clock(mbedtls_ssl_session *session, bool leaves);
/** A session that was loaded is one for this name (NULL: none); false: no memory. */
bool mbed_release_session_name(mbedtls_ssl_session *session, const char *name);
/** Does a session of this version go with what else the client offers? */
bool mbed_release_may_offer(const otls_policy *policy, uint16_t version);
/** Is this alert for a session that left the client no other version to offer? */
bool mbed_release_is_pinned(const otls_backend_connection *conn, int alert);
/** In the state in which a server reads its client's CertificateVerify. */
bool mbed_release_reads_verify(int state);
/** Did read stop for a ticket that is there to be taken? */
bool mbed_release_is_ticket(int rc);
/** The exporter of TLS 1.3; 0, or mbed TLS' number. */
int mbed_release_export(otls_backend_connection *conn, const char *label, otls_slice context,
                        uint8_t *out, size_t size);

#pragma GCC visibility pop

#endif
