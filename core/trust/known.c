/* SPDX-License-Identifier: MIT */
/*
 * Intermediates whose signature by an anchor was found good. That a signature is good is a fact
 * about bytes: it depends neither on time nor on policy, which are checked on every path anew.
 * Every handshake with a server of the same authority brings the same intermediate, so remembering
 * it saves one of two signature checks, and with key and certificate kept beside it an import and a
 * decoding. Only good ones are kept, so nobody fills the places but the authorities themselves; what finds no place is
 * checked as before.
 */
#include "base/base.h"
#include "trust/trust.h"

#include <string.h>

/** An intermediate has 1 to 2 KB; what is much larger is not worth keeping. */
#define KNOWN_DER_MAX 8192

struct omni_known {
    const uint8_t *anchor; /* its DER, which stays where it is */
    unsigned engine;
    omni_key_place key; /* the engine's, once it was asked for */
    _Atomic(const otls_certificate *) certificate; /* the same */
    size_t size;
    uint8_t der[];
};

static bool is_of(const struct omni_known *known, unsigned engine, otls_slice der)
{
    return known->engine == engine && known->size == der.size &&
           memcmp(known->der, der.data, der.size) == 0;
}

static bool is_it(const struct omni_known *known, const omni_anchor *anchor, unsigned engine,
                  otls_slice der)
{
    return known->anchor == anchor->der.data && is_of(known, engine, der);
}

bool omni_trust_knows(const otls_trust *trust, const omni_anchor *anchor, unsigned engine,
                      otls_slice der)
{
    for (size_t i = 0; i < OMNI_TRUST_KNOWN_MAX; i++) {
        const struct omni_known *known =
            atomic_load_explicit(&trust->known[i], memory_order_acquire);

        if (known == NULL)
            return false; /* places are filled in order and never emptied */
        if (is_it(known, anchor, engine, der))
            return true;
    }
    return false;
}

void omni_trust_remember(const otls_trust *trust, const omni_anchor *anchor, unsigned engine,
                         otls_slice der)
{
    otls_trust *writable = (otls_trust *)(uintptr_t)trust;
    struct omni_known *fresh;

    if (der.size > KNOWN_DER_MAX ||
        atomic_load_explicit(&trust->known[OMNI_TRUST_KNOWN_MAX - 1], memory_order_acquire) != NULL)
        return;
    fresh = omni_malloc(sizeof(*fresh) + der.size);
    if (fresh == NULL)
        return; /* it is checked again the next time */
    fresh->anchor = anchor->der.data;
    fresh->engine = engine;
    atomic_init(&fresh->key, NULL);
    atomic_init(&fresh->certificate, NULL);
    fresh->size = der.size;
    memcpy(fresh->der, der.data, der.size);
    for (size_t i = 0; i < OMNI_TRUST_KNOWN_MAX; i++) {
        struct omni_known *there = NULL;

        if (atomic_compare_exchange_strong_explicit(&writable->known[i], &there, fresh,
                                                    memory_order_acq_rel, memory_order_acquire))
            return;
        if (is_it(there, anchor, engine, der))
            break; /* another thread was first */
    }
    omni_free(fresh);
}

static otls_status known_key(const otls_trust *trust, const otls_backend *backend,
                             const omni_x509 *cert, const otls_native_public_key **out,
                             otls_error *err)
{
    for (size_t i = 0; i < OMNI_TRUST_KNOWN_MAX; i++) {
        struct omni_known *known = atomic_load_explicit(&trust->known[i], memory_order_acquire);

        if (known == NULL)
            break;
        if (is_of(known, backend->index, cert->der))
            return omni_trust_key(trust, &known->key, backend, cert, out, err);
    }
    return OTLS_OK;
}

otls_status omni_trust_kept_key(const otls_trust *trust_or_null, const otls_backend *backend,
                                const omni_anchor *anchor, const omni_x509 *cert,
                                const otls_native_public_key **out, otls_error *err)
{
    *out = NULL;
    if (anchor != NULL)
        return omni_anchor_key(trust_or_null, anchor, backend, out, err);
    return trust_or_null != NULL ? known_key(trust_or_null, backend, cert, out, err) : OTLS_OK;
}

/* The same bytes decode to the same certificate, whichever engine checked them and by whatever anchor. */
static const otls_certificate *decoded(struct omni_known *known)
{
    const otls_certificate *kept = atomic_load_explicit(&known->certificate, memory_order_acquire);
    otls_certificate *fresh;

    if (kept != NULL || otls_certificate_from_der(&fresh, known->der, known->size, NULL) != OTLS_OK)
        return kept;
    if (atomic_compare_exchange_strong_explicit(&known->certificate, &kept, fresh,
                                                memory_order_acq_rel, memory_order_acquire))
        return fresh;
    otls_certificate_free(fresh); /* another thread was first */
    return kept;
}

const otls_certificate *omni_trust_known_certificate(const otls_trust *trust, otls_slice der)
{
    for (size_t i = 0; i < OMNI_TRUST_KNOWN_MAX; i++) {
        struct omni_known *known = atomic_load_explicit(&trust->known[i], memory_order_acquire);

        if (known == NULL)
            break;
        if (is_of(known, known->engine, der))
            return otls_certificate_ref(decoded(known));
    }
    return NULL;
}

void omni_trust_forget(otls_trust *trust)
{
    for (size_t i = 0; i < OMNI_TRUST_KNOWN_MAX; i++) {
        struct omni_known *known = atomic_load_explicit(&trust->known[i], memory_order_acquire);

        if (known == NULL)
            break;
        omni_trust_key_free(trust, &known->key, known->engine);
        otls_certificate_free(atomic_load_explicit(&known->certificate, memory_order_relaxed));
        omni_free(known);
    }
}
