/* SPDX-License-Identifier: MIT */
/**
 * @file x509/decode.h
 * A certificate as core sees it: borrowed views into one DER block, decoded once.
 */
#ifndef OMNI_X509_DECODE_H
#define OMNI_X509_DECODE_H

#include <omnitls/backend.h>
#include <omnitls/certificate.h>
#include <stdbool.h>

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
    /* malformed */
    OMNI_KEY_FAULT_EXPONENT,   /* RSA: even, or 1: RFC 8017 3.1 */
    OMNI_KEY_FAULT_MODULUS,    /* RSA: even */
    OMNI_KEY_FAULT_PARAMETERS, /* RSA: not NULL, RFC 3279 2.3.1; RSASSA-PSS: others, RFC 4055 1.2 */
    OMNI_KEY_FAULT_POINT,      /* EC: neither uncompressed nor compressed, RFC 5480 2.2 */
    OMNI_KEY_FAULT_POINT_SIZE,
    OMNI_KEY_FAULT_OFF_CURVE,
    OMNI_KEY_FAULT_CURVE_SPELT_OUT, /* specifiedCurve, RFC 5480 2.1.1 */
    OMNI_KEY_FAULT_CURVE_IMPLICIT,  /* implicitCurve */
    /* well-formed, perhaps */
    OMNI_KEY_FAULT_SIZE, /* RSA: more than OTLS_RSA_..._MAX; the work grows with the cube */
    OMNI_KEY_FAULT_COMPRESSED,    /* EC: not every engine can read such a point */
    OMNI_KEY_FAULT_CURVE_UNKNOWN, /* EC: named, but not known here */
    OMNI_KEY_FAULT_DSA
} omni_key_fault;

/** Is the key none at all, or only one that nobody here computes with? */
static inline bool omni_key_malformed(uint8_t fault)
{
    return fault != OMNI_KEY_FAULT_NONE && fault < OMNI_KEY_FAULT_SIZE;
}

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
    otls_signature_algorithm key_signs; /* RSASSA-PSS: what it is bound to; kind 0 = nothing */
    /* extensions */
    uint8_t is_ca;               /* basicConstraints cA */
    uint8_t has_basic_constraints;
    uint8_t basic_constraints_critical;
    uint8_t names_critical, access_critical, name_constraints_critical; /* as marked */
    uint8_t policy_constraints_critical, inhibit_any_critical;
    int32_t path_length;         /* -1 = none */
    uint8_t has_key_usage;
    uint16_t key_usage;          /* OTLS_KU_... */
    uint8_t must_staple;         /* RFC 7633 */
    uint8_t unknown_critical;    /* a critical extension we do not process */
    uint8_t malformed_extension; /* duplicate, or undecodable where we must decode */
    uint8_t form_fault;          /* omni_form_fault, the first one */
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
/** The rule that is broken; NULL for NONE. */
const char *omni_key_fault_section(uint8_t fault);

/** Decode. Strict DER, bounded, no allocation, no recursion. `out` borrows from `der`. */
otls_status omni_x509_parse(omni_x509 *out, otls_slice der, otls_error *err);

#endif
