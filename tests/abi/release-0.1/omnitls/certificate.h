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
OTLS_API otls_status otls_certificate_pem(const otls_certificate *cert, char **out,
                                          otls_error *err);
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
 * one label and has at least two labels behind it (as OpenSSL and GnuTLS have it). A trailing dot
 * of `name` is ignored; internationalised names are given as A-labels ("xn--..."). OTLS_OK, or
 * OTLS_E_VERIFY with OTLS_VERIFY_NAME_MISMATCH and a sentence that says what it is for, or
 * OTLS_E_USAGE when `name` is neither a name nor an address. `flags`: OTLS_MATCH_...
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

/* ---- loading ------------------------------------------------------------------------------- */

/** From a file: the first PEM certificate in it, or one DER certificate. Errors name the file. */
OTLS_API otls_status otls_certificate_from_file(otls_certificate **out, const char *path,
                                                otls_error *err);
/**
 * Every certificate of a PEM text, in order; other blocks are skipped. A broken one fails the whole
 * call, none at all is OTLS_E_CREDENTIAL with OTLS_CODE_NO_CERTIFICATE. Free with
 * otls_certificate_list_free.
 */
OTLS_API otls_status otls_certificate_list_from_pem(otls_certificate ***out, size_t *count,
                                                    const void *pem, size_t size, otls_error *err);
/** The same from a file, which may also hold one DER certificate. */
OTLS_API otls_status otls_certificate_list_from_file(otls_certificate ***out, size_t *count,
                                                     const char *path, otls_error *err);
/** Release the references and the list; NULL is fine. */
OTLS_API void otls_certificate_list_free(otls_certificate **list, size_t count);
/** One certificate's DER as PEM text; the bytes are not looked at (Python's DER_cert_to_PEM_cert).
 *  Free with otls_string_free. */
OTLS_API otls_status otls_der_to_pem(const void *der, size_t size, char **out, otls_error *err);
/** The bytes of the first PEM certificate, not looked at (Python's PEM_cert_to_DER_cert). Free with
 *  otls_memory_free. */
OTLS_API otls_status otls_pem_to_der(const void *pem, size_t size, uint8_t **out, size_t *length,
                                     otls_error *err);

/* ---- names, attribute by attribute ---------------------------------------------------------- */

/** Room for the dotted decimal text of any object identifier we accept. */
#define OTLS_OID_TEXT_SIZE 256

typedef enum otls_name_kind { OTLS_NAME_SUBJECT = 0, OTLS_NAME_ISSUER = 1 } otls_name_kind;

/** One attribute of a distinguished name. The pointers are borrowed from the certificate or static.
 */
typedef struct otls_name_attribute {
    size_t rdn; /**< place of its RDN, from 0; several share one if multi-valued */
    char oid[OTLS_OID_TEXT_SIZE]; /**< "2.5.4.3" */
    const char *short_name;       /**< "CN"; NULL when the type is not known to us */
    const char *long_name;        /**< "commonName"; NULL likewise */
    int string_type;      /**< the value's ASN.1 tag: 12 UTF8String, 19 PrintableString ... */
    const uint8_t *value; /**< as encoded, not NUL-terminated, may hold anything */
    size_t value_size;
} otls_name_attribute;

/** How many attributes; at most 256. */
OTLS_API size_t otls_certificate_name_count(const otls_certificate *cert, otls_name_kind name);
/**
 * The `index`-th in the certificate's order. `text`, unless NULL, gets the value as UTF-8 with
 * everything unprintable escaped as \xHH; free with otls_string_free. OTLS_E_USAGE past the end.
 */
OTLS_API otls_status otls_certificate_name_attribute(const otls_certificate *cert,
                                                     otls_name_kind name, size_t index,
                                                     otls_name_attribute *out, char **text,
                                                     otls_error *err);

/* ---- key and signature ---------------------------------------------------------------------- */

/** "RSA", "RSA-PSS", "EC", "ED25519", "ED448", "DSA", or "unknown"; static. */
OTLS_API const char *otls_certificate_key_type(const otls_certificate *cert);
/** RSA: the modulus; EC: the curve; Ed25519 256, Ed448 456; DSA: the prime; 0 = unknown. */
OTLS_API unsigned otls_certificate_key_bits(const otls_certificate *cert);
/** "secp256r1" (IANA's name), static; NULL for other keys and unknown curves. */
OTLS_API const char *otls_certificate_key_curve(const otls_certificate *cert);
/** "sha256WithRSAEncryption", "ecdsa-with-SHA384", "ED25519" ..., else dotted decimal. */
OTLS_API void otls_certificate_signature_algorithm(const otls_certificate *cert,
                                                   char out[OTLS_OID_TEXT_SIZE]);
/** The signature's bytes; borrowed. */
OTLS_API const uint8_t *otls_certificate_signature(const otls_certificate *cert, size_t *size);

/* ---- extensions ----------------------------------------------------------------------------- */

/** Key usage bits, RFC 5280 section 4.2.1.3; bit 0 of the BIT STRING is the lowest bit here. */
enum {
    OTLS_KU_DIGITAL_SIGNATURE = 1 << 0,
    OTLS_KU_NON_REPUDIATION = 1 << 1,
    OTLS_KU_KEY_ENCIPHERMENT = 1 << 2,
    OTLS_KU_DATA_ENCIPHERMENT = 1 << 3,
    OTLS_KU_KEY_AGREEMENT = 1 << 4,
    OTLS_KU_KEY_CERT_SIGN = 1 << 5,
    OTLS_KU_CRL_SIGN = 1 << 6,
    OTLS_KU_ENCIPHER_ONLY = 1 << 7,
    OTLS_KU_DECIPHER_ONLY = 1 << 8
};

/** Is there a key usage extension? `*bits` gets OTLS_KU_... (0 without one). */
OTLS_API bool otls_certificate_key_usage(const otls_certificate *cert, unsigned *bits);
/** basicConstraints says CA. */
OTLS_API bool otls_certificate_is_ca(const otls_certificate *cert);
/** basicConstraints' path length, -1 = none. */
OTLS_API int otls_certificate_path_length(const otls_certificate *cert);
/** Is an extension undecodable, or there twice? Such a certificate is shown but never verifies. */
OTLS_API bool otls_certificate_has_malformed_extension(const otls_certificate *cert);
/** TLS feature status_request, RFC 7633: a good OCSP staple must come along. */
OTLS_API bool otls_certificate_must_staple(const otls_certificate *cert);
/** Key identifiers; borrowed, NULL when absent. */
OTLS_API const uint8_t *otls_certificate_subject_key_id(const otls_certificate *cert, size_t *size);
OTLS_API const uint8_t *otls_certificate_authority_key_id(const otls_certificate *cert,
                                                          size_t *size);
/** An extension's value by dotted OID ("2.5.29.17"): the OCTET STRING's content, borrowed; NULL
 * when absent. `*critical` may be NULL. */
OTLS_API const uint8_t *otls_certificate_extension(const otls_certificate *cert, const char *oid,
                                                   bool *critical, size_t *size);

/** What otls_certificate_strings lists. */
typedef enum otls_certificate_field {
    OTLS_FIELD_SUBJECT_ALT_NAMES = 0,  /**< as otls_certificate_san_text */
    OTLS_FIELD_EXTENDED_KEY_USAGE = 1, /**< dotted OIDs */
    OTLS_FIELD_OCSP = 2,               /**< responders' URIs (authority information access) */
    OTLS_FIELD_CA_ISSUERS = 3,         /**< URIs (authority information access) */
    OTLS_FIELD_CRLS = 4,               /**< URIs (CRL distribution points) */
    OTLS_FIELD_POLICIES = 5,           /**< dotted OIDs */
    OTLS_FIELD_PERMITTED_NAMES = 6,    /**< name constraints: "DNS:.example.org" */
    OTLS_FIELD_EXCLUDED_NAMES = 7,
    OTLS_FIELD_EXTENSIONS = 8 /**< dotted OIDs of all extensions */
} otls_certificate_field;

/**
 * A list of texts, in the certificate's order, escaped. `*out` is an array of `*count` strings with
 * a NULL behind them, all in one block; free with otls_memory_free. Absent: count 0.
 */
OTLS_API otls_status otls_certificate_strings(const otls_certificate *cert,
                                              otls_certificate_field field, char ***out,
                                              size_t *count, otls_error *err);
/** "TLS Web Server Authentication" for "1.3.6.1.5.5.7.3.1"; NULL when not known; static. */
OTLS_API const char *otls_oid_name_of(const char *dotted);

/* ---- the whole certificate ------------------------------------------------------------------ */

/**
 * What Python's SSLSocket.getpeercert() gives, as JSON: subject and issuer as lists of RDNs, each a
 * list of [name, value]; version, serialNumber, notBefore, notAfter; subjectAltName, OCSP,
 * caIssuers and crlDistributionPoints when there are any. Where Python fails over undecodable text,
 * the bytes appear as \xHH. Free with otls_string_free.
 */
OTLS_API otls_status otls_certificate_json(const otls_certificate *cert, char **out,
                                           otls_error *err);
/** For a person: many lines, printable characters only. Free with otls_string_free. */
OTLS_API otls_status otls_certificate_text(const otls_certificate *cert, char **out,
                                           otls_error *err);
/** Base64 of the SHA-256 of the public key (RFC 7469's pin-sha256), 44 characters. `backend` NULL:
 *  the default engine computes it. */
OTLS_API otls_status otls_certificate_pin(const otls_certificate *cert, const otls_backend *backend,
                                          char out[64], otls_error *err);

/** Same DER? */
OTLS_API bool otls_certificate_equal(const otls_certificate *a, const otls_certificate *b);

/** Free what a function documented so gave out; NULL is fine. */
OTLS_API void otls_string_free(char *string);
/** The same for what is not a string. */
OTLS_API void otls_memory_free(void *memory);

#ifdef __cplusplus
}
#endif
#endif
