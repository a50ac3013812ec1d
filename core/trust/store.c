/* SPDX-License-Identifier: MIT */
/* The trust store: life, filling, look-up, caches. */
#include "trust/trust.h"

#include "base/base.h"
#include "x509/x509.h"
#include <omnitls/callbacks.h>

#include <stdlib.h>

otls_status otls_trust_new(otls_trust **out, otls_error *err)
{
    otls_trust *trust;

    if (out == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no place for the trust object");
    trust = omni_calloc(1, sizeof(*trust));
    *out = trust;
    if (trust == NULL)
        return omni_fail_nomem(err);
    atomic_init(&trust->references, 1);
    return OTLS_OK;
}

otls_trust *otls_trust_ref(otls_trust *trust)
{
    if (trust != NULL)
        omni_references_take(&trust->references);
    return trust;
}

void omni_trust_key_free(const otls_trust *trust, omni_key_place *place, unsigned engine)
{
    otls_native_public_key *key = atomic_load_explicit(place, memory_order_acquire);

    if (key != NULL)
        atomic_load_explicit(&trust->crypto[engine], memory_order_acquire)->public_key_free(key);
}

static void anchor_clear(const otls_trust *trust, omni_anchor *anchor)
{
    omni_anchor_cache *cache = atomic_load_explicit(&anchor->cache, memory_order_acquire);

    if (cache == NULL)
        return;
    for (unsigned i = 0; i < OMNI_BACKEND_MAX; i++)
        omni_trust_key_free(trust, &cache->keys[i], i);
    otls_certificate_free(cache->certificate);
    omni_free(cache);
}

void otls_trust_free(otls_trust *trust)
{
    if (trust == NULL || !omni_references_drop(&trust->references))
        return;
    for (size_t i = 0; i < trust->anchor_count; i++)
        anchor_clear(trust, &trust->anchors[i]);
    for (size_t i = 0; i < trust->block_count; i++)
        omni_free(trust->blocks[i]);
    for (size_t i = 0; i < trust->crl_count; i++)
        omni_crl_free(trust->crls[i]);
    omni_trust_forget(trust);
    omni_user_data_set(&trust->user, NULL, NULL);
    omni_free(trust->anchors);
    omni_free(trust->blocks);
    omni_free(trust->crls);
    omni_free(trust);
}

void omni_trust_seal(otls_trust *trust)
{
    if (trust != NULL)
        atomic_store_explicit(&trust->sealed, true, memory_order_release);
}

size_t otls_trust_count(const otls_trust *trust)
{
    return trust != NULL ? trust->anchor_count : 0;
}

otls_status omni_trust_writable(const otls_trust *trust, otls_error *err)
{
    if (trust == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no trust object given");
    if (atomic_load_explicit(&trust->sealed, memory_order_acquire))
        return omni_fail(err, OTLS_E_SEALED, OTLS_CODE_NONE,
                         "the trust object is in use and can no longer be changed");
    return OTLS_OK;
}

/* ---- filling ------------------------------------------------------------------------------- */

otls_status omni_trust_batch_add(omni_trust_batch *batch, otls_slice der, uint8_t trusted_for,
                                 otls_error *err)
{
    omni_x509 view;
    omni_anchor *anchor;

    OMNI_TRY(omni_x509_parse(&view, der, err)); /* 0.4 us; refuses what could never be used */
    if (batch->trust->anchor_count + batch->added_count >= OMNI_TRUST_ANCHOR_LIMIT)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "more than %d trust anchors",
                         OMNI_TRUST_ANCHOR_LIMIT);
    if (batch->added_count == batch->added_capacity) {
        const size_t wanted = batch->added_capacity != 0 ? batch->added_capacity * 2 : 64;
        omni_anchor *larger = omni_realloc(batch->added, wanted * sizeof(*larger));

        if (larger == NULL)
            return omni_fail_nomem(err);
        batch->added = larger;
        batch->added_capacity = wanted;
    }
    anchor = &batch->added[batch->added_count++];
    anchor->subject_hash = omni_dn_hash(view.subject);
    anchor->der = der;
    anchor->subject = view.subject;
    anchor->trusted_for = trusted_for;
    atomic_init(&anchor->cache, NULL);
    batch->found++;
    return OTLS_OK;
}

otls_status omni_trust_batch_own(omni_trust_batch *batch, uint8_t *block, otls_error *err)
{
    uint8_t **larger =
        omni_realloc(batch->blocks, (batch->block_count + 1) * sizeof(*batch->blocks));

    if (larger == NULL)
        return omni_fail_nomem(err);
    batch->blocks = larger;
    batch->blocks[batch->block_count++] = block;
    return OTLS_OK;
}

/* Bundles with a description of each certificate are four times as large as the certificates. */
otls_status omni_trust_batch_shrink(omni_trust_batch *batch, size_t first, size_t size,
                                    otls_error *err)
{
    uint8_t **const block = &batch->blocks[batch->block_count - 1];
    uint8_t *smaller, *to;
    size_t needed = 0;

    for (size_t i = first; i < batch->added_count; i++)
        needed += batch->added[i].der.size;
    if (needed == 0) { /* revocation lists only, which have memory of their own */
        omni_free(*block);
        batch->block_count--;
        return OTLS_OK;
    }
    if (needed >= size / 2)
        return OTLS_OK;
    smaller = to = omni_malloc(needed);
    if (smaller == NULL)
        return omni_fail_nomem(err);
    for (size_t i = first; i < batch->added_count; i++) {
        omni_anchor *anchor = &batch->added[i];

        memcpy(to, anchor->der.data, anchor->der.size);
        anchor->subject.data = to + (anchor->subject.data - anchor->der.data);
        anchor->der.data = to;
        to += anchor->der.size;
    }
    omni_free(*block);
    *block = smaller;
    return OTLS_OK;
}

void omni_trust_batch_discard(omni_trust_batch *batch)
{
    for (size_t i = 0; i < batch->block_count; i++)
        omni_free(batch->blocks[i]);
    omni_trust_batch_discard_crls(batch);
    omni_free(batch->blocks);
    omni_free(batch->added);
    *batch = (omni_trust_batch){.trust = batch->trust};
}

static int compare_der(otls_slice a, otls_slice b)
{
    if (a.size != b.size)
        return a.size < b.size ? -1 : 1;
    return memcmp(a.data, b.data, a.size);
}

static int compare_anchors(const void *left, const void *right)
{
    const omni_anchor *a = left, *b = right;

    if (a->subject_hash != b->subject_hash)
        return a->subject_hash < b->subject_hash ? -1 : 1;
    return compare_der(a->der, b->der);
}

/* Duplicates stand next to each other; the one that has a cache is kept. What one of them is not
 * trusted for, the certificate is not: a refusal holds in any order. */
static void drop_duplicates(otls_trust *trust)
{
    size_t kept = 0;

    for (size_t i = 0; i < trust->anchor_count; i++) {
        if (kept != 0 && compare_anchors(&trust->anchors[kept - 1], &trust->anchors[i]) == 0) {
            const uint8_t both =
                trust->anchors[kept - 1].trusted_for & trust->anchors[i].trusted_for;

            if (atomic_load(&trust->anchors[kept - 1].cache) == NULL)
                trust->anchors[kept - 1] = trust->anchors[i];
            trust->anchors[kept - 1].trusted_for = both;
            continue;
        }
        if (kept != i)
            trust->anchors[kept] = trust->anchors[i];
        kept++;
    }
    trust->anchor_count = kept;
}

/* The batch's arrays become the store's, with what the store had behind. */
otls_status omni_trust_batch_commit(omni_trust_batch *batch, otls_error *err)
{
    otls_trust *trust = batch->trust;
    const size_t total = batch->added_count + trust->anchor_count;
    const size_t block_total = batch->block_count + trust->block_count;
    omni_anchor *anchors = omni_realloc(batch->added, (total + 1) * sizeof(*anchors));
    uint8_t **blocks;

    if (anchors == NULL)
        return omni_fail_nomem(err);
    batch->added = anchors;
    blocks = omni_realloc(batch->blocks, (block_total + 1) * sizeof(*blocks));
    if (blocks == NULL)
        return omni_fail_nomem(err);
    batch->blocks = blocks;
    OMNI_TRY(omni_trust_batch_commit_crls(batch, err));
    if (trust->anchor_count != 0)
        memcpy(anchors + batch->added_count, trust->anchors,
               trust->anchor_count * sizeof(*anchors));
    if (trust->block_count != 0)
        memcpy(blocks + batch->block_count, trust->blocks, trust->block_count * sizeof(*blocks));
    omni_free(trust->anchors);
    omni_free(trust->blocks);
    trust->anchors = anchors;
    trust->blocks = blocks;
    trust->anchor_count = total;
    trust->block_count = block_total;
    *batch = (omni_trust_batch){.trust = trust};
    if (total != 0)
        qsort(trust->anchors, total, sizeof(*trust->anchors), compare_anchors);
    drop_duplicates(trust);
    return OTLS_OK;
}

/* ---- look-up ------------------------------------------------------------------------------- */

size_t omni_trust_range(const otls_trust *trust, uint64_t subject_hash, size_t *first)
{
    size_t low = 0, high = trust->anchor_count, end;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (trust->anchors[middle].subject_hash < subject_hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < trust->anchor_count; end++)
        if (trust->anchors[end].subject_hash != subject_hash)
            break;
    *first = low;
    return end;
}

bool omni_anchor_is_for(const omni_anchor *anchor, int purpose)
{
    return (anchor->trusted_for & OMNI_TRUSTED_FOR(purpose != 0 ? purpose : OTLS_PURPOSE_ANY)) != 0;
}

const omni_anchor *omni_trust_find_der(const otls_trust *trust, const omni_x509 *cert, int purpose)
{
    size_t first, end;

    if (trust == NULL || trust->anchor_count == 0)
        return NULL;
    end = omni_trust_range(trust, omni_dn_hash(cert->subject), &first);
    for (size_t i = first; i < end; i++)
        if (omni_slice_equal(trust->anchors[i].der, cert->der))
            return omni_anchor_is_for(&trust->anchors[i], purpose) ? &trust->anchors[i] : NULL;
    return NULL;
}

static otls_status cache_of(const omni_anchor *anchor, omni_anchor_cache **out, otls_error *err)
{
    /* The caches are the one part of a sealed store that is written, by compare-and-swap. */
    omni_anchor *writable = (omni_anchor *)(uintptr_t)anchor;
    omni_anchor_cache *mine;

    *out = atomic_load_explicit(&writable->cache, memory_order_acquire);
    if (*out != NULL)
        return OTLS_OK;
    mine = omni_calloc(1, sizeof(*mine));
    if (mine == NULL)
        return omni_fail_nomem(err);
    switch (
        otls_certificate_from_der(&mine->certificate, anchor->der.data, anchor->der.size, NULL)) {
    case OTLS_OK:
        break;
    case OTLS_E_NOMEM: /* says nothing about the anchor */
        omni_free(mine);
        return omni_fail_nomem(err);
    default:
        mine->certificate = NULL; /* remembered: it is not decoded again */
    }
    if (atomic_compare_exchange_strong_explicit(&writable->cache, out, mine, memory_order_acq_rel,
                                                memory_order_acquire)) {
        *out = mine;
        return OTLS_OK;
    }
    otls_certificate_free(mine->certificate);
    omni_free(mine);
    return OTLS_OK;
}

otls_status omni_anchor_certificate(const omni_anchor *anchor, const otls_certificate **out,
                                    otls_error *err)
{
    omni_anchor_cache *cache;

    *out = NULL;
    OMNI_TRY(cache_of(anchor, &cache, err));
    *out = cache->certificate;
    return OTLS_OK;
}

otls_status omni_trust_key(const otls_trust *trust, omni_key_place *place,
                           const otls_backend *backend, const omni_x509 *cert,
                           const otls_native_public_key **out, otls_error *err)
{
    otls_trust *writable = (otls_trust *)(uintptr_t)trust;
    const otls_crypto_ops *crypto = OMNI_MODULE(backend)->crypto;
    otls_native_public_key *key = atomic_load_explicit(place, memory_order_acquire), *mine = NULL;

    if (key == NULL) {
        OMNI_TRY(omni_public_key_import(crypto, cert, &mine, err));
        atomic_store_explicit(&writable->crypto[backend->index], crypto, memory_order_release);
        if (atomic_compare_exchange_strong_explicit(place, &key, mine, memory_order_acq_rel,
                                                    memory_order_acquire))
            key = mine;
        else
            crypto->public_key_free(mine);
    }
    *out = key;
    return OTLS_OK;
}

otls_status omni_anchor_key(const otls_trust *trust, const omni_anchor *anchor,
                            const otls_backend *backend, const otls_native_public_key **out,
                            otls_error *err)
{
    omni_anchor_cache *cache;

    OMNI_TRY(cache_of(anchor, &cache, err));
    if (cache->certificate == NULL)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "undecodable trust anchor");
    return omni_trust_key(trust, &cache->keys[backend->index], backend, &cache->certificate->x509,
                          out, err);
}

/* ---- the application's pointer ---- */

otls_status otls_trust_set_user_data(otls_trust *trust, void *data, void (*destroy)(void *data),
                                     otls_error *err)
{
    OMNI_TRY(omni_trust_writable(trust, err));
    omni_user_data_set(&trust->user, data, destroy);
    return OTLS_OK;
}

void *otls_trust_user_data(const otls_trust *trust)
{
    return trust->user.data;
}
