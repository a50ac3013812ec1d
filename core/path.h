/* SPDX-License-Identifier: MIT */
/**
 * @file path.h
 * The parts of a verification: the search for a path (path.c, path_judge.c), the rules a path must
 * satisfy (path_check.c, path_usage.c, name_constraints.c, policy_tree.c, path_crl.c, path_pins.c),
 * and what was found (verify_report.c). One thread; everything lives as long as one call of
 * otls_verify_chain.
 */
#ifndef OTLS_CORE_PATH_H
#define OTLS_CORE_PATH_H

#include "trust.h"
#include "verify.h"

/* What a hostile chain can cost at most. */
#define OTLS_PATH_SENT_MAX OTLS_CHAIN_CERTIFICATES_MAX
#define OTLS_PATH_SIGNATURE_MAX 64      /* signature checks */
#define OTLS_PATH_EXPANSION_MAX 128     /* steps from a certificate to a possible issuer */
#define OTLS_PATH_CANDIDATE_MAX 128     /* possible issuers kept at one time, all levels together */
#define OTLS_PATH_NAME_CHECK_MAX 250000 /* comparisons of a name with a name constraint */

/** What is wrong with a path: the set of causes, and the gravest one in detail. */
typedef struct otls_findings {
    uint32_t flags;
    uint32_t reason;                     /* the gravest flag */
    int32_t depth;                       /* of the certificate that the reason is about; -1 */
    const otls_certificate *certificate; /* that certificate; NULL */
    const char *detail;                  /* static words; NULL = the flag's own */
    uint32_t at[OTLS_VERIFY_CHAIN_MAX];  /* `flags` by certificate; what is about none: the leaf's */
} otls_findings;

void otls_findings_add(otls_findings *findings, uint32_t flag, int32_t depth,
                       const otls_certificate *certificate, const char *detail);
/** Say what is wrong with the certificate's key, if anything is (otls_key_fault). */
void otls_findings_add_key_fault(otls_findings *findings, int32_t depth,
                                 const otls_certificate *certificate);
/** Put into words: flags, depth, alert and text of `verdict`. */
void otls_findings_report(const otls_findings *findings, otls_verdict *verdict);
/** Add findings about the leaf to a verdict; the gravest of all is the one told. */
void otls_findings_join(const otls_findings *findings, otls_verdict *verdict);

/** One certificate of a path, or one that might become it. */
typedef struct otls_path_step {
    const otls_certificate *certificate;
    const otls_anchor *anchor; /* NULL = sent by the peer */
    uint16_t sent;             /* its place in the chain, when sent */
    uint16_t score;
} otls_path_step;

typedef struct otls_path_node {
    otls_path_step step;
    uint16_t first, next, end; /* its possible issuers in the pool; next = to be tried */
    bool advanced;             /* at least one of them did issue it */
    bool bad_signature, unsupported, out_of_depth;
} otls_path_node;

typedef struct otls_path_edge {
    const otls_certificate *child, *issuer;
    uint8_t result;
} otls_path_edge;

typedef struct otls_search {
    const otls_verify_request *request;
    const otls_crypto_ops *crypto;
    otls_path_node path[OTLS_VERIFY_CHAIN_MAX]; /* leaf first */
    size_t length;
    otls_path_step pool[OTLS_PATH_CANDIDATE_MAX];
    uint64_t sent_hash[OTLS_PATH_SENT_MAX]; /* of the subjects */
    otls_native_public_key *sent_key[OTLS_PATH_SENT_MAX];
    size_t sent_count;
    otls_path_edge edges[OTLS_PATH_SIGNATURE_MAX]; /* what is known already */
    size_t edge_count, signature_count, expansion_count, name_check_count;
    bool exhausted;
    otls_findings best; /* of the refused path that got furthest */
    size_t best_length;
    bool best_complete;
    const otls_certificate *best_path[OTLS_VERIFY_CHAIN_MAX];
} otls_search;

/** Only what is read before it is written is cleared: the whole is some 20 KB. */
void otls_search_begin(otls_search *search, const otls_verify_request *request);
/** Look for a path; true when a good one stands in search->path. */
otls_status otls_path_search(otls_search *search, bool *found, otls_error *err);
/** The path is as long as it gets: is it good? Remembers the refused one that got furthest. */
otls_status otls_path_judge(otls_search *search, bool complete, bool *found, otls_error *err);
void otls_path_finish(otls_search *search);

/** Check a signature with a step's key. Counts towards the budget of signatures. */
otls_status otls_path_signature(otls_search *search, const otls_path_step *issuer,
                                const otls_signature_algorithm *algorithm, otls_slice data,
                                otls_slice signature, otls_error *err);

/** Every rule of RFC 5280 6.1 but the signatures, over search->path, whole or not. */
otls_status otls_path_check(otls_search *search, bool complete, otls_findings *findings,
                            otls_error *err);

/* Rules in files of their own; `n` is the length of the path. */
void otls_path_check_usage(const otls_search *search, size_t depth, otls_findings *findings);
void otls_path_check_strict(const otls_search *search, size_t depth, otls_findings *findings);
void otls_path_check_names(otls_search *search, otls_findings *findings);
void otls_path_check_policies(const otls_search *search, otls_findings *findings);
otls_status otls_path_check_crls(otls_search *search, otls_findings *findings, otls_error *err);
otls_status otls_path_check_pins(const otls_search *search, otls_findings *findings,
                                 otls_error *err);

/** Sets *match when the certificate's key is one of the pins, else leaves it. */
otls_status otls_pins_match(const otls_verify_request *request, const otls_certificate *cert,
                            bool *match, otls_error *err);

/** Subject and issuer are the same name? Self-issued, RFC 5280 3.2. */
bool otls_self_issued(const otls_x509 *cert);
/** Self-issued, and nothing says that another key signed it. */
bool otls_self_signed(const otls_x509 *cert);

static inline const otls_certificate *otls_path_at(const otls_search *search, size_t depth)
{
    return search->path[depth].step.certificate;
}

#endif
