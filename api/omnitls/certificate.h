/* SPDX-License-Identifier: MIT */
/**
 * @file certificate.h
 * One X.509 certificate (RFC 5280), read by omnitls' own bounded DER reader, so every engine gives
 * the same answers. Immutable, reference-counted, shared by any number of threads.
 */
#ifndef OMNITLS_CERTIFICATE_H
#define OMNITLS_CERTIFICATE_H

#include <omnitls/engine.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct otls_certificate otls_certificate;

/** GeneralName kinds, RFC 5280 section 4.2.1.6; the values are the context tags. */
typedef enum otls_san_kind {
    OTLS_SAN_OTHER = 0,
    OTLS_SAN_EMAIL = 1,
    OTLS_SAN_DNS = 2,
    OTLS_SAN_X400 = 3,
    OTLS_SAN_DIRECTORY = 4,
    OTLS_SAN_EDI = 5,
    OTLS_SAN_URI = 6,
    OTLS_SAN_IP = 7,
    OTLS_SAN_RID = 8
} otls_san_kind;

typedef enum otls_hash {
    OTLS_HASH_SHA1 = 1,
    OTLS_HASH_SHA256 = 2,
    OTLS_HASH_SHA384 = 3,
    OTLS_HASH_SHA512 = 4
} otls_hash;

/** From one DER certificate; trailing bytes are an error. Copies. */
OTLS_API otls_status otls_certificate_from_der(otls_certificate **out, const void *der, size_t size,
                                               otls_error *err);
/** From the first PEM CERTIFICATE block. Copies. */
OTLS_API otls_status otls_certificate_from_pem(otls_certificate **out, const void *pem, size_t size,
                                               otls_error *err);
OTLS_API otls_certificate *otls_certificate_ref(const otls_certificate *cert);
OTLS_API void otls_certificate_free(const otls_certificate *cert);

/** The DER; borrowed. */
OTLS_API const uint8_t *otls_certificate_der(const otls_certificate *cert, size_t *size);
/** PEM text, NUL-terminated; free with otls_string_free. */
OTLS_API otls_status otls_certificate_pem(const otls_certificate *cert, char **out, otls_error *err);
/** Subject as RFC 4514 text ("CN=localhost,O=Test"); borrowed, escaped, never NULL. */
OTLS_API const char *otls_certificate_subject(const otls_certificate *cert);
OTLS_API const char *otls_certificate_issuer(const otls_certificate *cert);
/** Serial number as upper-case hexadecimal, "-" before a negative one; borrowed. */
OTLS_API const char *otls_certificate_serial(const otls_certificate *cert);
/** X.509 version as people count it: 1, 2 or 3. */
OTLS_API int otls_certificate_version(const otls_certificate *cert);
/** Validity in seconds since 1970-01-01T00:00:00Z. */
OTLS_API int64_t otls_certificate_not_before(const otls_certificate *cert);
OTLS_API int64_t otls_certificate_not_after(const otls_certificate *cert);
/** Subject alternative names, in the certificate's order. */
OTLS_API size_t otls_certificate_san_count(const otls_certificate *cert);
/** The `index`-th: its kind, and its bytes as encoded (borrowed, not NUL-terminated). */
OTLS_API const uint8_t *otls_certificate_san(const otls_certificate *cert, size_t index,
                                             otls_san_kind *kind, size_t *size);
/** The `index`-th as text for a person ("DNS:localhost", "IP:::1"), escaped; free with
 *  otls_string_free. */
OTLS_API otls_status otls_certificate_san_text(const otls_certificate *cert, size_t index,
                                               char **out, otls_error *err);
/** SubjectPublicKeyInfo, DER; borrowed. */
OTLS_API const uint8_t *otls_certificate_public_key(const otls_certificate *cert, size_t *size);
/**
 * Digest of the whole DER. `out` gets 20 to 64 bytes. The digest is computed by `backend`
 * (NULL: the default engine).
 */
OTLS_API otls_status otls_certificate_fingerprint(const otls_certificate *cert,
                                                  const otls_backend *backend, otls_hash hash,
                                                  uint8_t *out, size_t capacity, size_t *length,
                                                  otls_error *err);
/** Switches of otls_match_hostname. */
enum {
    /** Without any dNSName, take the subject's one common name (RFC 9525 forbids it). */
    OTLS_MATCH_COMMON_NAME = 1,
    /** "w*.example.org" stands for "www.example.org" (RFC 9525 forbids it). */
    OTLS_MATCH_PARTIAL_WILDCARDS = 2
};

/**
 * Is this the certificate of `name`, a host name or an IP address? RFC 9525: addresses only against
 * iPAddress, names only against dNSName; a wildcard is the whole leftmost label, stands for exactly
 * one label and has at least two labels behind it (as OpenSSL and GnuTLS have it). A trailing dot of
 * `name` is ignored; internationalised names are given as A-labels ("xn--...").
 * OTLS_OK, or OTLS_E_VERIFY with OTLS_VERIFY_NAME_MISMATCH and a sentence that says what it is for,
 * or OTLS_E_USAGE when `name` is neither a name nor an address. `flags`: OTLS_MATCH_...
 */
OTLS_API otls_status otls_match_hostname(const otls_certificate *cert, const char *name,
                                         unsigned flags, otls_error *err);

/** Room for otls_time_text. */
#define OTLS_TIME_TEXT_SIZE 32
/** "May  9 00:00:00 2007 GMT"; years 0 to 9999, "(out of range)" beyond. */
OTLS_API void otls_time_text(int64_t seconds, char out[OTLS_TIME_TEXT_SIZE]);
/**
 * The way back: seconds since 1970 of such a text, as Python's ssl.cert_time_to_seconds reads it
 * (letters in either case, one or two digits, leap seconds). No float: 64 bits hold every year.
 * OTLS_E_USAGE for anything else, 30 February included.
 */
OTLS_API otls_status otls_cert_time_to_seconds(const char *text, int64_t *out, otls_error *err);

/** Same DER? */
OTLS_API bool otls_certificate_equal(const otls_certificate *a, const otls_certificate *b);

/** Free what a function documented so gave out; NULL is fine. */
OTLS_API void otls_string_free(char *string);

#ifdef __cplusplus
}
#endif
#endif
