/* SPDX-License-Identifier: MIT */
/**
 * @file verify/verify.h
 * The one function behind every verdict, offline and in the handshake: RFC 5280 path building and
 * validation in core; the engine only checks signatures.
 */
#ifndef OMNI_VERIFY_VERIFY_H
#define OMNI_VERIFY_VERIFY_H

#include "certificate/certificate.h"
#include "x509/x509.h"
#include <omnitls/trust.h>
#include <omnitls/verify.h>

typedef struct omni_verify_request {
    const otls_trust *trust; /* NULL = empty */
    /* as presented, leaf first; NULL where one could not be decoded. Of more than are permitted
     * only the count is looked at. */
    const otls_certificate *const *chain;
    size_t chain_count, chain_bytes; /* bytes: of all their encodings */
    uint32_t max_certificates;       /* presented; 0 = OTLS_CHAIN_CERTIFICATES */
    uint32_t max_bytes;              /* presented; 0 = OTLS_CHAIN_BYTES */
    const otls_backend *backend;     /* whose crypto checks the signatures */
    const omni_reference_name *name; /* NULL = do not match a name */
    int64_t time;
    int purpose;         /* OTLS_PURPOSE_...; 0 = any */
    int max_depth;       /* certificates between leaf and anchor; -1 = default 10 */
    unsigned flags;      /* OTLS_VERIFY_OPTION_... */
    int security_level;  /* -1 = default (2: 112 bits) */
    int verifier;        /* OTLS_VERIFIER_...; 0 = uniform */
    const uint8_t *pins; /* pin_count x SHA-256 of an SPKI; NULL = none */
    size_t pin_count;
    otls_slice policies; /* user-initial-policy-set: OIDs, TLV after TLV; data NULL = any-policy */
    bool tell_policies;  /* somebody can ask the verdict which policies are left */
} omni_verify_request;

/** Of a path: all that may be presented, and an anchor. */
#define OMNI_VERIFY_CHAIN_MAX (OTLS_CHAIN_CERTIFICATES_MAX + 1)
#define OMNI_VERIFY_DEFAULT_DEPTH 10
#define OMNI_VERIFY_DEFAULT_LEVEL 2

/** A verdict; zero-initialise or let omni_verify_chain fill it. */
struct otls_verdict {
    uint32_t flags; /* 0 = good */
    int32_t depth;  /* of the failing certificate; -1 */
    uint8_t alert;  /* the alert that fits; 0 when good */
    const char *rule, *advice; /* static words; NULL when good */
    uint32_t signatures, signatures_max, expansions, name_comparisons;
    char *text;              /* omni_verdict_say's; NULL when good */
    const omni_chain *chain; /* leaf to anchor; empty unless a path was found, good or refused */
    const omni_chain *path;  /* what was put together, whole or not */
    uint32_t *path_flags;    /* what is wrong with each of it; owned, NULL without a path */
    char *policies;          /* policy_count x OMNI_OID_TEXT_MAX; owned */
    size_t policy_count;
};

/** OIDs in dotted decimal as `policies` of a request, freed with omni_free; NULL for none. Errors:
 *  OTLS_E_USAGE for what is no OID, OTLS_E_CONFIG for too many. */
otls_status omni_policy_list(const char *const *texts, size_t count, uint8_t **out, size_t *size,
                             otls_error *err);
/** Has the user said anything about policies? */
bool omni_verify_asks_policies(const omni_verify_request *request);
/** The OTLS_MATCH_... of a request. */
static inline unsigned omni_verify_match_flags(const omni_verify_request *request)
{
    return (request->flags & OTLS_VERIFY_OPTION_COMMON_NAME ? OTLS_MATCH_COMMON_NAME : 0u) |
           (request->flags & OTLS_VERIFY_OPTION_PARTIAL_WILDCARDS ? OTLS_MATCH_PARTIAL_WILDCARDS
                                                                  : 0u);
}

/** Is no more presented than the limits of the request say? */
bool omni_verify_permitted(const omni_verify_request *request);
/** Is what was presented permitted at all, and readable? True: no, and `verdict` says why. */
bool omni_verify_presented(const omni_verify_request *request, otls_verdict *verdict);
/** Returns OTLS_OK whatever the verdict; a failure only when no verdict could be reached. */
otls_status omni_verify_chain(const omni_verify_request *request, otls_verdict *verdict,
                              otls_error *err);
/** Release the references. */
void omni_verdict_clear(otls_verdict *verdict);
/** The sentence for a person, of at most 191 octets; without memory for it, that there was none. */
OTLS_PRINTF(2, 3) void omni_verdict_say(otls_verdict *verdict, const char *format, ...);
/** Without it, for now. */
void omni_verdict_hush(otls_verdict *verdict);
/** That sentence; empty when good. */
static inline const char *omni_verdict_text(const otls_verdict *verdict)
{
    return verdict->text != NULL ? verdict->text : "";
}

/** The alert for a set of flags: its gravest cause decides (verify/report.c); 0 for none. */
uint8_t omni_verify_alert(uint32_t flags);

/* ---- report.c ---- */

/** What is wrong with a path: the set of causes, and the gravest one in detail. */
typedef struct omni_findings {
    uint32_t flags;
    uint32_t reason;                     /* the gravest flag */
    int32_t depth;                       /* of the certificate that the reason is about; -1 */
    const otls_certificate *certificate; /* that certificate; NULL */
    const char *detail;                  /* static words; NULL = the flag's own */
    const char *section;                 /* of the rule; NULL = the flag's own */
    char unsupported[92];                /* UNSUPPORTED in words; empty = the flag's own */
    uint32_t at[OMNI_VERIFY_CHAIN_MAX];  /* `flags` by certificate; what is about none: the leaf's */
} omni_findings;

void omni_findings_add(omni_findings *findings, uint32_t flag, int32_t depth,
                       const otls_certificate *certificate, const char *detail);
/** The same, with the rule's section, such as "RFC 5280 4.2.1.6". */
void omni_findings_add_rule(omni_findings *findings, uint32_t flag, int32_t depth,
                            const otls_certificate *certificate, const char *detail,
                            const char *section);
/** Say what is wrong with the certificate's key, if anything is (omni_key_fault). */
void omni_findings_add_key_fault(omni_findings *findings, int32_t depth,
                                 const otls_certificate *certificate);
/** UNSUPPORTED, naming the algorithm, the issuer's key, and who cannot check the signature. */
void omni_findings_add_unsupported(omni_findings *findings, int32_t depth,
                                   const otls_certificate *certificate,
                                   const otls_certificate *issuer, const char *who);
/** Put into words: flags, depth, alert and text of `verdict`. */
void omni_findings_report(const omni_findings *findings, otls_verdict *verdict);
/** Add findings about the leaf to a verdict; the gravest of all is the one told. */
void omni_findings_join(const omni_findings *findings, otls_verdict *verdict);

/* ---- ocsp_check.c, staple.c: what a response says about a certificate ---- */

/** What was found out about a certificate. */
typedef enum omni_ocsp_result {
    OMNI_OCSP_RESULT_GOOD = 0,
    OMNI_OCSP_RESULT_REVOKED,
    OMNI_OCSP_RESULT_UNKNOWN, /* the responder does not know the certificate */
    OMNI_OCSP_RESULT_MALFORMED,
    OMNI_OCSP_RESULT_FAILED, /* the responder answered with an error */
    OMNI_OCSP_RESULT_OTHER,  /* about other certificates only */
    OMNI_OCSP_RESULT_SIGNER, /* signed by nobody who may */
    OMNI_OCSP_RESULT_WEAK,   /* signed with a digest or key below the security level */
    OMNI_OCSP_RESULT_EARLY,  /* not yet valid */
    OMNI_OCSP_RESULT_LATE,   /* expired */
    OMNI_OCSP_RESULT_NO_NONCE,   /* without the one that was asked with */
    OMNI_OCSP_RESULT_OTHER_NONCE /* with another one */
} omni_ocsp_result;

typedef struct omni_ocsp_question {
    otls_slice response;
    const omni_x509 *cert, *issuer;
    const otls_backend *backend; /* whose crypto checks digests and signatures */
    int64_t time;
    int security_level; /* -1 = default */
    const otls_trust *trust; /* where keys of issuers are kept; NULL = nowhere */
    otls_slice nonce;        /* what was asked with; data NULL = none, and any will do */
} omni_ocsp_question;

/** The octets of a key that are hashed to name it: without tag, length and unused bits (RFC 6960 4.1.1). */
otls_slice omni_ocsp_key_bits(const omni_x509 *cert);

/** Fails only when no answer could be reached: no memory, or a defect of the engine. */
otls_status omni_ocsp_check(const omni_ocsp_question *question, omni_ocsp_result *result,
                            otls_error *err);

/** What the staple of a handshake was worth. */
typedef struct omni_staple_request {
    const otls_certificate *leaf; /* as presented */
    const otls_slice *staple; /* NULL = none came */
    bool required;            /* its absence is a failure, whatever the certificate says */
    const otls_backend *backend;
    int64_t time;
    int security_level;
    const otls_trust *trust; /* where keys of issuers are kept; NULL = nowhere */
    otls_slice nonce;        /* what was asked with; data NULL = none */
} omni_staple_request;

/**
 * What the staple says of the leaf, added to whatever the verdict says already: every fault is found
 * before anybody may forgive one. A bad response, one that cannot be checked because nobody is known
 * who issued the leaf, a missing one where `required` or the certificate (RFC 7633) asks for one, and
 * a revoked certificate are faults. RFC 6066 8: a response that is there must be satisfactory.
 */
otls_status omni_verify_staple(const omni_staple_request *request, otls_verdict *verdict,
                               otls_error *err);

#endif
