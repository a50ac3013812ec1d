/* SPDX-License-Identifier: MIT */
/**
 * @file trust/trust.h
 * The trust store inside: an index of DER certificates, decoded on demand.
 *
 * Adding reads each certificate once (without allocating) and keeps its DER and the place of its
 * subject, so that a system's bundle is indexed in well under a millisecond. Anchors are sorted by
 * a hash of the subject that is equal for names equal under RFC 5280 7.1; a look-up is a binary
 * search, then a comparison of the names themselves.
 *
 * Threads: filled by one thread. Once sealed nothing changes but the caches behind atomic pointers
 * (the decoded certificate, its key in each engine), each written once; no locks anywhere.
 */
#ifndef OMNI_TRUST_TRUST_H
#define OMNI_TRUST_TRUST_H

#include "base/base.h"
#include "certificate/certificate.h"
#include "engine/engine.h"
#include "x509/x509.h"
#include <omnitls/trust.h>

/** More anchors or CRLs than any store has; bounds what a hostile bundle can cost. */
#define OMNI_TRUST_ANCHOR_LIMIT 65536
#define OMNI_TRUST_CRL_LIMIT 4096
/** Intermediates whose signature by an anchor is remembered as good (trust/known.c). */
#define OMNI_TRUST_KNOWN_MAX 64

/** Where an engine's form of a public key is kept; NULL until it was needed. */
typedef _Atomic(otls_native_public_key *) omni_key_place;

/** What was made of an anchor when it was first needed. */
typedef struct omni_anchor_cache {
    otls_certificate *certificate;
    omni_key_place keys[OMNI_BACKEND_MAX]; /* one per engine */
} omni_anchor_cache;

typedef struct omni_anchor {
    uint64_t subject_hash;
    otls_slice der;
    otls_slice subject;  /* Name, TLV */
    uint8_t trusted_for; /* OMNI_TRUSTED_FOR(purpose), or-ed */
    _Atomic(omni_anchor_cache *) cache;
} omni_anchor;

struct omni_crl;
struct omni_known;

struct otls_trust {
    atomic_uint references;
    atomic_bool sealed;
    omni_user_data user;
    omni_anchor *anchors; /* sorted by subject_hash, then DER; no duplicates */
    size_t anchor_count, anchor_capacity;
    uint8_t **blocks; /* the DER behind the anchors, one block per bundle */
    size_t block_count;
    struct omni_crl **crls;
    size_t crl_count;
    /* whose keys are kept for anchors and in `known`; written before the first key of that engine */
    _Atomic(const otls_crypto_ops *) crypto[OMNI_BACKEND_MAX];
    _Atomic(struct omni_known *) known[OMNI_TRUST_KNOWN_MAX];
};


/** Make the trust object immutable; idempotent, any thread. */
void omni_trust_seal(otls_trust *trust);

/** The anchors whose subject may be `name`: `*first` up to, not including, the returned index. */
size_t omni_trust_range(const otls_trust *trust, uint64_t subject_hash, size_t *first);
/** The anchor for `purpose` (OTLS_PURPOSE_..., 0 = ANY) with exactly this DER; NULL if there is
 * none. */
const omni_anchor *omni_trust_find_der(const otls_trust *trust, const omni_x509 *cert, int purpose);
/** Is it an anchor for this purpose (0 = ANY)? */
bool omni_anchor_is_for(const omni_anchor *anchor, int purpose);
/** The decoded anchor; borrowed from the store. Fails only for want of memory, and the next call
 *  tries again; `*out` NULL: it cannot be decoded. */
otls_status omni_anchor_certificate(const omni_anchor *anchor, const otls_certificate **out,
                                    otls_error *err);
/** The anchor's key in an engine; borrowed from the store, imported once. */
otls_status omni_anchor_key(const otls_trust *trust, const omni_anchor *anchor,
                            const otls_backend *backend, const otls_native_public_key **out,
                            otls_error *err);

/** The key of `cert` in an engine; imported once, kept in `place`, which is the store's. */
otls_status omni_trust_key(const otls_trust *trust, omni_key_place *place,
                           const otls_backend *backend, const omni_x509 *cert,
                           const otls_native_public_key **out, otls_error *err);
void omni_trust_key_free(const otls_trust *trust, omni_key_place *place, unsigned engine);

/* trust/known.c: any thread, no locks. `der` is the whole certificate; `engine` the one that
 * checked its signature by `anchor`. */
bool omni_trust_knows(const otls_trust *trust, const omni_anchor *anchor, unsigned engine,
                      otls_slice der);
void omni_trust_remember(const otls_trust *trust, const omni_anchor *anchor, unsigned engine,
                         otls_slice der);
/** The key of `cert` that is kept, imported once: it is `anchor`, or an intermediate whose signature is
 *  remembered. `*out` NULL: neither, or there is no trust store. Borrowed from the store. */
otls_status omni_trust_kept_key(const otls_trust *trust_or_null, const otls_backend *backend,
                                const omni_anchor *anchor, const omni_x509 *cert,
                                const otls_native_public_key **out, otls_error *err);
/** A remembered intermediate, decoded once for all; a reference of the caller's. NULL: it is not
 *  remembered, or there was no memory. */
const otls_certificate *omni_trust_known_certificate(const otls_trust *trust, otls_slice der);
void omni_trust_forget(otls_trust *trust);

/* Filling, trust/store.c: what is added becomes visible with the commit, or not at all. */
typedef struct omni_trust_batch {
    otls_trust *trust;
    omni_anchor *added;
    size_t added_count, added_capacity;
    uint8_t **blocks;
    size_t block_count;
    struct omni_crl **crls;
    size_t crl_count;
    size_t found; /* certificates and lists, those included that the store has already */
} omni_trust_batch;

otls_status omni_trust_writable(const otls_trust *trust, otls_error *err);
/** One certificate, an anchor for `trusted_for`. E_CREDENTIAL/BAD_DER when it is not one. `der`
 * must lie in a block of this batch. */
otls_status omni_trust_batch_add(omni_trust_batch *batch, otls_slice der, uint8_t trusted_for,
                                 otls_error *err);
/** One revocation list; copies. */
otls_status omni_trust_batch_add_crl(omni_trust_batch *batch, otls_slice der, otls_error *err);
/** The lists' part of commit and discard (trust/crl.c). */
otls_status omni_trust_batch_commit_crls(omni_trust_batch *batch, otls_error *err);
void omni_trust_batch_discard_crls(omni_trust_batch *batch);
/** Give a block of DER to the batch; on failure the caller keeps it. */
otls_status omni_trust_batch_own(omni_trust_batch *batch, uint8_t *block, otls_error *err);
/** The newest block, of `size` bytes, holds the certificates from `first` on: if they are less than
 *  half of it, move them to a block of their size; if there are none, it is freed. */
otls_status omni_trust_batch_shrink(omni_trust_batch *batch, size_t first, size_t size,
                                    otls_error *err);
otls_status omni_trust_batch_commit(omni_trust_batch *batch, otls_error *err);
void omni_trust_batch_discard(omni_trust_batch *batch);

/* trust/load.c. Broken certificates of the system's own files are skipped (`lenient`), those of the
 * caller's are an error. */
otls_status omni_trust_batch_load_file(omni_trust_batch *batch, const char *path, bool lenient,
                                       otls_error *err);
/** `hashed`: only files called xxxxxxxx.N and xxxxxxxx.rN. A file that holds nothing for us is passed
 *  over. */
otls_status omni_trust_batch_load_directory(omni_trust_batch *batch, const char *path, bool lenient,
                                            bool hashed, otls_error *err);
/** Put the file's name in front of what went wrong inside it. */
void omni_trust_name_file(const char *name, otls_error *err);

#endif
