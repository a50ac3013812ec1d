/* SPDX-License-Identifier: MIT */
/* An identity's life and its checks: whole, in order, key and leaf belonging together. */
#include "identity/identity.h"

#include "base/base.h"
#include "trust/trust.h"
#include "x509/x509.h"
#include <omnitls/callbacks.h>

#include <string.h>

otls_status omni_identity_new(otls_identity **out, const otls_backend *backend, otls_error *err)
{
    *out = omni_calloc(1, sizeof(**out));
    if (*out == NULL)
        return omni_fail_nomem(err);
    (*out)->references = 1;
    (*out)->backend = backend;
    return OTLS_OK;
}

otls_identity *otls_identity_ref(otls_identity *identity)
{
    if (identity != NULL)
        omni_references_take(&identity->references);
    return identity;
}

void otls_identity_free(otls_identity *identity)
{
    if (identity == NULL || !omni_references_drop(&identity->references))
        return;
    for (size_t i = 0; i < identity->chain_count; i++)
        otls_certificate_free(identity->chain[i]);
    for (size_t i = 0; i < identity->dropped_count; i++)
        otls_certificate_free(identity->dropped[i]);
    otls_key_free(identity->key);
    omni_user_data_set(&identity->user, NULL, NULL);
    omni_free(identity);
}

const otls_backend *otls_identity_backend(const otls_identity *identity)
{
    return identity->backend;
}

size_t otls_identity_chain_count(const otls_identity *identity)
{
    return identity->chain_count;
}

const otls_certificate *otls_identity_chain(const otls_identity *identity, size_t index)
{
    return index < identity->chain_count ? identity->chain[index] : NULL;
}

size_t otls_identity_dropped_count(const otls_identity *identity)
{
    return identity->dropped_count;
}

const otls_certificate *otls_identity_dropped(const otls_identity *identity, size_t index)
{
    return index < identity->dropped_count ? identity->dropped[index] : NULL;
}

otls_key *otls_identity_key(const otls_identity *identity)
{
    return identity->key;
}

static otls_status no_room(const char *what, otls_error *err)
{
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "%s: more than %d certificates", what,
                     OMNI_IDENTITY_CHAIN_MAX);
}

otls_status omni_identity_add_der(otls_identity *identity, otls_slice der, const char *what,
                                  otls_error *err)
{
    otls_certificate *cert;
    otls_error inner = OTLS_ERROR_INIT;

    if (identity->chain_count == OMNI_IDENTITY_CHAIN_MAX)
        return no_room(what, err);
    if (otls_certificate_from_der(&cert, der.data, der.size, &inner) != OTLS_OK)
        return omni_fail(err, inner.status == OTLS_E_NOMEM ? OTLS_E_NOMEM : OTLS_E_CREDENTIAL,
                         inner.code, "%s: certificate %zu: %s", what, identity->chain_count + 1,
                         inner.text);
    identity->chain[identity->chain_count++] = cert;
    return OTLS_OK;
}

/* ---- the checks ---- */

/* An engine without RSASSA-PSS in handshakes does not know such keys when it sees them. */
bool omni_identity_bears(const otls_backend *backend, const otls_certificate *cert, otls_slice spki)
{
    return omni_public_key_is(&cert->x509, spki, !omni_public_key_usable(backend, &cert->x509));
}

/* Where in the chain the certificate is that bears the key; its end: nowhere. */
static otls_status search_leaf(const otls_identity *identity, const char *what, size_t *at,
                               otls_error *err)
{
    otls_slice spki;
    otls_error inner = OTLS_ERROR_INIT;

    if (omni_key_spki(identity->key, &spki, &inner) != OTLS_OK)
        return omni_fail(err, inner.status == OTLS_E_NOMEM ? OTLS_E_NOMEM : OTLS_E_CREDENTIAL,
                         OTLS_CODE_KEY_UNSUPPORTED, "%s: %s", what, inner.text);
    *at = 0;
    while (*at < identity->chain_count &&
           !omni_identity_bears(identity->backend, identity->chain[*at], spki))
        ++*at;
    omni_free((void *)spki.data);
    return OTLS_OK;
}

/* It becomes the first, wherever it stands in the file. */
static otls_status find_leaf(otls_identity *identity, const char *what, otls_error *err)
{
    size_t at = 0;
    const otls_certificate *leaf;

    OMNI_TRY(search_leaf(identity, what, &at, err));
    if (at == identity->chain_count &&
        !omni_public_key_known(identity->backend, &identity->chain[0]->x509))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                         "%s: %s cannot use the kind of key (%s) that the certificate of %.60s has",
                         what, otls_backend_name(identity->backend),
                         otls_certificate_key_type(identity->chain[0]),
                         otls_certificate_subject(identity->chain[0]));
    if (at == identity->chain_count)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_MISMATCH,
                         "%s: the key does not belong to the certificate of %.80s", what,
                         otls_certificate_subject(identity->chain[0]));
    leaf = identity->chain[at];
    memmove(&identity->chain[1], &identity->chain[0], at * sizeof(identity->chain[0]));
    identity->chain[0] = leaf;
    return OTLS_OK;
}

otls_status omni_identity_check(otls_identity *identity, const char *chain_name,
                                const char *key_name, otls_error *err)
{
    if (identity->chain_count == 0)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                         "%s: holds no certificate", chain_name);
    if (identity->key == NULL)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, "%s: holds no private key",
                         key_name);
    OMNI_TRY(find_leaf(identity, key_name, err));
    omni_identity_order(identity);
    return OTLS_OK;
}

/* ---- from parts ---- */

static otls_status add_all(otls_identity *identity, const otls_certificate *const *chain,
                           size_t count, otls_error *err)
{
    if (count > OMNI_IDENTITY_CHAIN_MAX - identity->chain_count)
        return no_room("the chain", err);
    for (size_t i = 0; i < count; i++) {
        if (chain[i] == NULL)
            return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_CERTIFICATE,
                             "certificate %zu is not given", i + 1);
        identity->chain[identity->chain_count++] = otls_certificate_ref(chain[i]);
    }
    return OTLS_OK;
}

static otls_status complete(otls_identity **out, otls_identity *identity, otls_status status,
                            otls_error *err)
{
    if (status == OTLS_OK)
        status = omni_identity_check(identity, "the chain", "the key", err);
    if (status == OTLS_OK)
        *out = identity;
    else
        otls_identity_free(identity);
    return status;
}

otls_status otls_identity_from_key(otls_identity **out, const otls_certificate *const *chain,
                                   size_t count, otls_key *key, otls_error *err)
{
    otls_identity *identity;

    *out = NULL;
    if (chain == NULL || count == 0 || key == NULL)
        return omni_fail(err, OTLS_E_USAGE,
                         key == NULL ? OTLS_CODE_NO_KEY : OTLS_CODE_NO_CERTIFICATE, "no %s given",
                         key == NULL ? "key" : "certificate");
    OMNI_TRY(omni_identity_new(&identity, key->backend, err));
    identity->key = otls_key_ref(key);
    return complete(out, identity, add_all(identity, chain, count, err), err);
}

otls_status otls_identity_with_chain(otls_identity **out, const otls_identity *identity,
                                     const otls_certificate *const *extra, size_t count,
                                     otls_error *err)
{
    otls_identity *grown;
    otls_status status;

    *out = NULL;
    if (identity == NULL || (extra == NULL && count > 0))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_IDENTITY,
                         "no identity or certificates given");
    OMNI_TRY(omni_identity_new(&grown, identity->backend, err));
    grown->key = otls_key_ref(identity->key);
    status = add_all(grown, identity->chain, identity->chain_count, err);
    if (status == OTLS_OK)
        status = add_all(grown, extra, count, err);
    return complete(out, grown, status, err);
}

/* ---- completed from a store ---- */

static bool self_issued(const otls_certificate *cert)
{
    return omni_dn_equal(cert->x509.subject, cert->x509.issuer);
}

/* One that is in the store and may have issued `cert`: by its name, and by the key's identifier
 * where both say one; no root, which peers have or do not believe. Borrowed; NULL: there is none.
 */
static otls_status issuer_in(const otls_trust *trust, const otls_certificate *cert,
                             const otls_certificate **out, otls_error *err)
{
    size_t first;
    const size_t end = omni_trust_range(trust, omni_dn_hash(cert->x509.issuer), &first);

    *out = NULL;
    for (size_t i = first; i < end && *out == NULL; i++) {
        const otls_certificate *issuer;

        OMNI_TRY(omni_anchor_certificate(&trust->anchors[i], &issuer, err));
        if (issuer != NULL && !self_issued(issuer) &&
            omni_dn_equal(issuer->x509.subject, cert->x509.issuer) &&
            (issuer->x509.subject_key_id.size == 0 || cert->x509.authority_key_id.size == 0 ||
             omni_slice_equal(issuer->x509.subject_key_id, cert->x509.authority_key_id)))
            *out = issuer;
    }
    return OTLS_OK;
}

static bool has(const otls_identity *identity, const otls_certificate *cert)
{
    for (size_t i = 0; i < identity->chain_count; i++)
        if (otls_certificate_equal(identity->chain[i], cert))
            return true;
    return false;
}

/* The last of the way up from the leaf; certificates beside it (cross-certified) do not count. */
static const otls_certificate *top_of(const otls_identity *identity)
{
    const otls_certificate *top = identity->chain[0];

    for (size_t i = 1; i < identity->chain_count; i++)
        if (!self_issued(top) && omni_dn_equal(identity->chain[i]->x509.subject, top->x509.issuer))
            top = identity->chain[i];
    return top;
}

static otls_status add_issuers(otls_identity *identity, const otls_trust *trust, otls_error *err)
{
    const otls_certificate *top = top_of(identity), *issuer;

    while (!self_issued(top)) {
        OMNI_TRY(issuer_in(trust, top, &issuer, err));
        if (issuer == NULL || has(identity, issuer))
            break;
        OMNI_TRY(add_all(identity, &issuer, 1, err));
        top = issuer;
    }
    return OTLS_OK;
}

otls_status otls_identity_complete(otls_identity **out, const otls_identity *identity,
                                   const otls_trust *trust, otls_error *err)
{
    otls_identity *grown;
    otls_status status;

    *out = NULL;
    if (identity == NULL || trust == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_IDENTITY, "no identity or trust given");
    OMNI_TRY(omni_identity_new(&grown, identity->backend, err));
    grown->key = otls_key_ref(identity->key);
    status = add_all(grown, identity->chain, identity->chain_count, err);
    if (status == OTLS_OK)
        status = add_issuers(grown, trust, err);
    return complete(out, grown, status, err);
}

/* ---- the application's pointer ---- */

otls_status otls_identity_set_user_data(otls_identity *identity, void *data,
                                        void (*destroy)(void *data), otls_error *err)
{
    OMNI_TRY(omni_user_data_unshared(&identity->references, "identity", err));
    omni_user_data_set(&identity->user, data, destroy);
    return OTLS_OK;
}

void *otls_identity_user_data(const otls_identity *identity)
{
    return identity->user.data;
}
