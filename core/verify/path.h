/* SPDX-License-Identifier: MIT */
/**
 * @file verify/path.h
 * The parts of a verification: the search for a path (verify/path.c, verify/judge.c), the rules a path must
 * satisfy (verify/check.c, verify/usage.c, verify/profile.c, x509/name_constraints.c, verify/policy_tree.c, verify/crl.c, verify/pins.c),
 * and what was found (verify/report.c). One thread; everything lives as long as one call of
 * omni_verify_chain.
 */
#ifndef OMNI_VERIFY_PATH_H
#define OMNI_VERIFY_PATH_H

#include "trust/trust.h"
#include "verify/verify.h"

/* What a hostile chain can cost at most. */
#define OMNI_PATH_SENT_MAX OTLS_CHAIN_CERTIFICATES_MAX
#define OMNI_PATH_SIGNATURE_MAX 10      /* signature checks: the usual chain's, and one to spare */
#define OMNI_PATH_LISTS_MAX 54          /* more of them where revocation lists are looked at */
#define OMNI_PATH_EXPANSION_MAX 128     /* steps from a certificate to a possible issuer */
#define OMNI_PATH_CANDIDATE_MAX 128     /* possible issuers kept at one time, all levels together */
#define OMNI_PATH_NAME_CHECK_MAX 250000 /* comparisons of a name with a name constraint */

/** Who cannot check a signature, when it is none of the engines that has been asked. */
#define OMNI_VERIFY_NAME "omnitls"

/** One certificate of a path, or one that might become it. */
typedef struct omni_path_step {
    const otls_certificate *certificate;
    const omni_anchor *anchor; /* NULL = sent by the peer */
    uint16_t sent;             /* its place in the chain, when sent */
    uint16_t score;
} omni_path_step;

typedef struct omni_path_node {
    omni_path_step step;
    uint16_t first, next, end; /* its possible issuers in the pool; next = to be tried */
    bool advanced;             /* at least one of them did issue it */
    bool bad_signature, out_of_depth;
    const otls_certificate *unsupported; /* an issuer whose signature cannot be checked; NULL */
    const char *unsupported_by;          /* the engine's name, or ours */
} omni_path_node;

typedef struct omni_path_edge {
    const otls_certificate *child, *issuer;
    uint8_t result;
    const char *by; /* who said so */
} omni_path_edge;

typedef struct omni_search {
    const omni_verify_request *request;
    const otls_crypto_ops *crypto;
    omni_path_node path[OMNI_VERIFY_CHAIN_MAX]; /* leaf first */
    size_t length;
    omni_path_step pool[OMNI_PATH_CANDIDATE_MAX];
    uint64_t sent_hash[OMNI_PATH_SENT_MAX]; /* of the subjects */
    otls_native_public_key *sent_key[OMNI_PATH_SENT_MAX];
    size_t sent_count;
    /* what is known already: one for each step, whether or not its signature was worth a check */
    omni_path_edge edges[OMNI_PATH_EXPANSION_MAX];
    size_t edge_count, signature_max, signature_count, expansion_count, name_check_count;
    const char *by; /* who answered omni_path_signature last: the engine, or core for all of them */
    bool exhausted;
    omni_findings best; /* of the refused path that got furthest */
    size_t best_length;
    bool best_complete;
    const otls_certificate *best_path[OMNI_VERIFY_CHAIN_MAX];
} omni_search;

/** Only what is read before it is written is cleared: the whole is some 20 KB. */
void omni_search_begin(omni_search *search, const omni_verify_request *request);
/** Look for a path; true when a good one stands in search->path. */
otls_status omni_path_search(omni_search *search, bool *found, otls_error *err);
/** The path is as long as it gets: is it good? Remembers the refused one that got furthest. */
otls_status omni_path_judge(omni_search *search, bool complete, bool *found, otls_error *err);
void omni_path_finish(omni_search *search);

/** Check a signature with a step's key. Counts towards the budget of signatures. */
otls_status omni_path_signature(omni_search *search, const omni_path_step *issuer,
                                const otls_signature_algorithm *algorithm, otls_slice data,
                                otls_slice signature, otls_error *err);

/** How many signatures may be checked for a request: more where it permits more certificates, or wants
 *  lists looked at. */
size_t omni_path_signature_max(const omni_verify_request *request);

/** How many bits the security level of the request asks for. */
int omni_path_strength(const omni_search *search);

/** Every rule of RFC 5280 6.1 but the signatures, over search->path, whole or not. */
otls_status omni_path_check(omni_search *search, bool complete, omni_findings *findings,
                            otls_error *err);

/* Rules in files of their own; `n` is the length of the path. */
void omni_path_check_usage(const omni_search *search, size_t depth, omni_findings *findings);
void omni_path_check_profile(const omni_search *search, size_t depth, omni_findings *findings);
/** A GeneralizedTime of a year that UTCTime is for (RFC 5280 4.1.2.5)? */
bool omni_profile_early_general(const omni_tlv *time);
/** The first rule of the request's profile that a list breaks; false: none. */
bool omni_profile_list(const omni_verify_request *request, const omni_crl *crl, const char **words,
                       const char **section);
void omni_path_check_names(omni_search *search, omni_findings *findings);
void omni_path_check_policies(const omni_search *search, omni_findings *findings);
/** The user-constrained policy set of the path in search->path (6.1.6) as dotted text, OMNI_OID_TEXT_MAX
 *  bytes each; "2.5.29.32.0" for any. The caller frees it with omni_free. */
otls_status omni_path_policies(const omni_search *search, char **texts, size_t *count,
                               otls_error *err);
otls_status omni_path_check_crls(omni_search *search, omni_findings *findings, otls_error *err);
otls_status omni_path_check_pins(const omni_search *search, omni_findings *findings,
                                 otls_error *err);

/** Sets *match when the certificate's key is one of the pins, else leaves it. */
otls_status omni_pins_match(const omni_verify_request *request, const otls_certificate *cert,
                            bool *match, otls_error *err);

/** Subject and issuer are the same name? Self-issued, RFC 5280 3.2. */
bool omni_self_issued(const omni_x509 *cert);
/** Self-issued, and nothing says that another key signed it. */
bool omni_self_signed(const omni_x509 *cert);

static inline const otls_certificate *omni_path_at(const omni_search *search, size_t depth)
{
    return search->path[depth].step.certificate;
}

#endif
