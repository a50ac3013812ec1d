/* SPDX-License-Identifier: MIT */
/**
 * @file x509/decode.h
 * A certificate as core sees it: borrowed views into one DER block, decoded once.
 */
#ifndef OMNI_X509_DECODE_H
#define OMNI_X509_DECODE_H

#include "base/user_data.h"
#include <omnitls/backend.h>
#include <omnitls/certificate.h>
#include <stdatomic.h>

typedef enum omni_key_type {
    OMNI_KEY_UNKNOWN = 0,
    OMNI_KEY_RSA,
    OMNI_KEY_RSA_PSS,
    OMNI_KEY_EC,
    OMNI_KEY_ED25519,
    OMNI_KEY_ED448,
    OMNI_KEY_DSA
} omni_key_type;

/** Why no engine is ever asked to compute with a key, whatever the certificate is worth otherwise. */
typedef enum omni_key_fault {
    OMNI_KEY_FAULT_NONE = 0,
    OMNI_KEY_FAULT_EXPONENT, /* RSA: even, or 1: RFC 8017 3.1 */
    OMNI_KEY_FAULT_POINT,    /* EC: neither uncompressed nor compressed, RFC 5480 2.2 */
    OMNI_KEY_FAULT_SIZE      /* RSA: more than OTLS_RSA_..._MAX; the work grows with the cube */
} omni_key_fault;

#define OMNI_RSA_MODULUS_BITS_MAX 16384u
#define OMNI_RSA_EXPONENT_BITS_MAX 64u

/** All slices borrow from `der`. "value" = the extension's OCTET STRING content; data NULL = absent. */
typedef struct omni_x509 {
    otls_slice der;
    otls_slice tbs;        /* what is signed, TLV */
    otls_slice serial;     /* INTEGER content */
    otls_slice issuer;     /* Name, TLV */
    otls_slice subject;    /* Name, TLV */
    otls_slice spki;       /* SubjectPublicKeyInfo, TLV */
    otls_slice signature;  /* BIT STRING content without the unused-bits byte */
    otls_slice signature_algorithm_id; /* outer AlgorithmIdentifier, TLV */
    otls_slice extensions; /* content of the SEQUENCE OF Extension; empty when absent */
    int64_t not_before, not_after;
    otls_signature_algorithm signature_algorithm; /* kind 0 = not known to us */
    uint8_t version;       /* 1..3 */
    uint8_t key_type;      /* omni_key_type */
    uint8_t key_fault;     /* omni_key_fault */
    uint16_t key_bits;
    uint16_t key_group;    /* EC: IANA group, 0 = unknown curve */
    /* extensions */
    uint8_t is_ca;               /* basicConstraints cA */
    uint8_t has_basic_constraints;
    uint8_t basic_constraints_critical;
    int32_t path_length;         /* -1 = none */
    uint8_t has_key_usage;
    uint16_t key_usage;          /* OTLS_KU_... */
    uint8_t must_staple;         /* RFC 7633 */
    uint8_t unknown_critical;    /* a critical extension we do not process */
    uint8_t malformed_extension; /* duplicate, or undecodable where we must decode */
    uint8_t algorithm_mismatch;  /* inner and outer signature algorithm differ */
    otls_slice subject_alt_names; /* SEQUENCE content (GeneralName TLVs) */
    otls_slice extended_key_usage; /* SEQUENCE content (OID TLVs) */
    otls_slice name_constraints;   /* extension value */
    otls_slice policies;           /* extension value */
    otls_slice policy_mappings, policy_constraints, inhibit_any_policy;
    otls_slice subject_key_id;   /* the key identifier's bytes */
    otls_slice authority_key_id; /* the key identifier's bytes */
    otls_slice authority_info_access, crl_distribution_points; /* extension values */
    uint32_t subject_alt_name_count; /* GeneralNames in subject_alt_names */
} omni_x509;

/** A larger certificate is refused: OTLS_E_CREDENTIAL with OTLS_CODE_LIMIT. */
#define OMNI_CERTIFICATE_SIZE_MAX ((size_t)1024 * 1024)

/** What is wrong with such a key, to follow a certificate's name; NULL for NONE. */
const char *omni_key_fault_words(uint8_t fault);

/** Decode. Strict DER, bounded, no allocation, no recursion. `out` borrows from `der`. */
otls_status omni_x509_parse(omni_x509 *out, otls_slice der, otls_error *err);

/** The public object: one block holding the view, the DER behind it. */
struct otls_certificate {
    atomic_uint references;
    omni_user_data user;
    omni_x509 x509;
    _Atomic(char *) subject_text, issuer_text, serial_text; /* made on demand */
    _Atomic(uint32_t *) san_offsets; /* made on demand: where each GeneralName starts */
    uint8_t der[];
};

/** Both TLVs as canonical forms equal, RFC 5280 7.1? */
bool omni_dn_equal(otls_slice a, otls_slice b);
/** Are the first RDNs of the Name `name` those of `base`, RFC 5280 4.2.1.10? False: one of the two is
 *  malformed or over the limits, so that there is no answer. */
bool omni_name_below(otls_slice base, otls_slice name, bool *below);
/** A canonical form that is equal bytewise iff the names are equal; free with omni_free. */
otls_status omni_dn_canonical(otls_slice name, uint8_t **out, size_t *size, otls_error *err);

/* x509/pem.c: RFC 7468. Calls `each` for every block, in order. `label` "CERTIFICATE", `text` the whole
 * block as it stands (BEGIN line to END line), `headers` whether it has RFC 1421 headers (DEK-Info),
 * then der is empty. A broken block is E_CREDENTIAL/BAD_PEM naming its number. No block at all is
 * OTLS_OK with *count 0. */
typedef struct omni_pem_block {
    const char *label; /* not NUL-terminated */
    size_t label_size;
    otls_slice text;
    otls_slice der;
    bool has_headers;
} omni_pem_block;
otls_status omni_pem_each(otls_slice text,
                          otls_status (*each)(const omni_pem_block *block, void *user,
                                              otls_error *err),
                          void *user, size_t *count, otls_error *err);
/** The same, but the DER of each block replaces its base64 in `text` and so lives as long; of
 *  block->text only the lines before and behind it are left. Nothing is wiped. */
otls_status omni_pem_each_in_place(uint8_t *text, size_t size,
                                   otls_status (*each)(const omni_pem_block *block, void *user,
                                                       otls_error *err),
                                   void *user, otls_error *err);
bool omni_pem_label_is(const omni_pem_block *block, const char *label);
/** Encode; NUL-terminated; free with omni_free. */
otls_status omni_pem_encode(const char *label, otls_slice der, char **out, otls_error *err);
/** Base64 on one line, NUL-terminated, of at most 48 bytes; its length, 0 if it does not fit. */
size_t omni_base64(otls_slice bytes, char *out, size_t capacity);

/* x509/host_name.c: RFC 9525. */
typedef struct omni_reference_name {
    const char *dns;   /* lower-case A-label without trailing dot, NULL = an IP */
    uint8_t ip[16];
    uint8_t ip_size;   /* 0, 4, 16 */
} omni_reference_name;
/* flags: OTLS_MATCH_..., omnitls/certificate.h */
/** Decode a host name or address into `out`, storage in `buffer` (256 bytes). E_USAGE names what is
 *  wrong: empty, too long, non-ASCII, NUL, bad label. */
otls_status omni_reference_name_parse(omni_reference_name *out, const char *name, char buffer[256],
                                      otls_error *err);
/** The longest host name, in octets; RFC 1035 3.1 without the root's. */
#define OMNI_HOST_NAME_MAX 253u
/** The common name in the very octets that omni_host_name_matches compares with a host, whatever its string
 *  type; false unless there is exactly one and a host could match it. */
bool omni_name_common_host(otls_slice subject, uint8_t out[OMNI_HOST_NAME_MAX], size_t *size);
bool omni_host_name_matches(const omni_x509 *cert, const omni_reference_name *name, unsigned flags);

#endif
