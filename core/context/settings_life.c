/* SPDX-License-Identifier: MIT */
/*
 * The life of a context's settings, group by group: default, copy, end, and the hash that binds a
 * session to what its peer was verified under.
 */
#include "base/base.h"
#include "context/options.h"
#include "context/settings.h"
#include "engine/engine.h"
#include "trust/trust.h"
#include "x509/x509.h"

#include <string.h>

/* A copy of owned bytes; NULL stays NULL. False: no memory. */
static bool own(uint8_t **bytes, size_t size)
{
    if (*bytes != NULL)
        *bytes = omni_memdup(*bytes, size);
    return *bytes != NULL;
}

/* ---- offer ---- */

static void offer_default(omni_offer *offer)
{
    offer->suite_count = omni_suites_default(offer->suites, OMNI_SUITE_MAX);
    offer->group_count = omni_groups_default(offer->groups, OMNI_GROUP_MAX);
    offer->signature_count = omni_signatures_default(offer->signatures, OMNI_SIGNATURE_MAX);
    offer->options = omni_options_default();
}

static bool offer_copy(omni_offer *out, const omni_offer *from)
{
    *out = *from;
    /* both are tried, so that none stays the other's */
    const bool alpn = own(&out->alpn, from->alpn_size) || from->alpn == NULL;
    const bool dh = own(&out->dh_params, from->dh_params_size) || from->dh_params == NULL;

    return alpn && dh;
}

static void offer_clear(omni_offer *offer)
{
    omni_free(offer->alpn);
    omni_free(offer->dh_params);
}

/* ---- verdict ---- */

static void verdict_default(omni_verdict_settings *verdict)
{
    verdict->verify_mode = OTLS_VERIFY_MODE_NONE;
    verdict->verify_depth = OMNI_VERIFY_DEFAULT_DEPTH;
    verdict->security_level = OMNI_VERIFY_DEFAULT_LEVEL;
}

static bool verdict_copy(omni_verdict_settings *out, const omni_verdict_settings *from)
{
    *out = *from;
    (void)otls_trust_ref(out->trust);
    const bool pins = own(&out->pins, from->pin_count * OMNI_PIN_SIZE) || from->pins == NULL;

    return (own(&out->policies, from->policies_size) || from->policies == NULL) && pins;
}

static void verdict_clear(omni_verdict_settings *verdict)
{
    otls_trust_free(verdict->trust);
    omni_free(verdict->pins);
    omni_free(verdict->policies);
}

void omni_verdict_settings_apply(const omni_verdict_settings *verdict, bool server,
                                 omni_verify_request *request)
{
    request->trust = verdict->trust;
    request->max_depth = verdict->verify_depth;
    request->security_level = verdict->security_level;
    request->purpose = verdict->purpose != 0 ? verdict->purpose
                       : server              ? OTLS_PURPOSE_CLIENT
                                             : OTLS_PURPOSE_SERVER;
    request->flags = verdict->options;
    request->verifier = verdict->verifier;
    request->pins = verdict->pins;
    request->pin_count = verdict->pin_count;
    request->policies = (otls_slice){.data = verdict->policies, .size = verdict->policies_size};
    request->max_certificates = verdict->max_certificates;
    request->max_bytes = verdict->max_bytes;
}

/* ---- present ---- */

static bool identities_copy(omni_present *out, const omni_present *from)
{
    out->identities = NULL;
    out->identity_count = out->identity_capacity = 0;
    if (!omni_index_copy(&out->uses, &from->uses))
        return false;
    if (from->identity_count == 0)
        return true;
    out->identities = omni_calloc(from->identity_count, sizeof(from->identities[0]));
    if (out->identities == NULL)
        return false;
    out->identity_count = out->identity_capacity = from->identity_count;
    for (size_t i = 0; i < out->identity_count; i++)
        out->identities[i] = otls_identity_ref(from->identities[i]);
    return true;
}

static bool present_copy(omni_present *out, const omni_present *from)
{
    bool whole;

    *out = *from;
    whole = identities_copy(out, from);
    (void)omni_staple_ref(out->staples);
    out->client_ca = (omni_dn_list){0};
    return omni_dn_list_add_all(&out->client_ca, &from->client_ca, NULL) == OTLS_OK && whole;
}

static void present_clear(omni_present *present)
{
    for (size_t i = 0; i < present->identity_count; i++)
        otls_identity_free(present->identities[i]);
    omni_free(present->identities);
    omni_index_release(&present->uses);
    omni_staple_free(present->staples);
    omni_dn_list_clear(&present->client_ca);
}

/* ---- callbacks ---- */

static bool callbacks_copy(omni_callbacks *out, const omni_callbacks *from)
{
    *out = *from;
    (void)omni_key_log_file_ref(out->key_log_file);
    if (from->psk_hint != NULL)
        out->psk_hint = omni_strdup(from->psk_hint);
    return out->psk_hint != NULL || from->psk_hint == NULL;
}

static void callbacks_clear(omni_callbacks *callbacks)
{
    omni_free(callbacks->psk_hint);
    omni_key_log_file_free(callbacks->key_log_file);
}

/* ---- all of them; sessions' stores are shared, session.c ---- */

void omni_settings_default(omni_settings *settings)
{
    offer_default(&settings->offer);
    verdict_default(&settings->verdict);
}

otls_status omni_settings_copy(omni_settings *out, const omni_settings *from, otls_error *err)
{
    bool whole = offer_copy(&out->offer, &from->offer);

    /* each is copied, whatever became of the others: what is not the copy's must not be freed */
    whole = verdict_copy(&out->verdict, &from->verdict) && whole;
    whole = present_copy(&out->present, &from->present) && whole;
    whole = callbacks_copy(&out->callbacks, &from->callbacks) && whole;
    out->sessions = from->sessions;
    omni_session_settings_share(&out->sessions);
    if (whole)
        return OTLS_OK;
    omni_settings_clear(out);
    return omni_fail_nomem(err);
}

void omni_settings_clear(omni_settings *settings)
{
    offer_clear(&settings->offer);
    verdict_clear(&settings->verdict);
    present_clear(&settings->present);
    callbacks_clear(&settings->callbacks);
    omni_session_settings_clear(&settings->sessions);
    *settings = (omni_settings){0};
}

/* ---- the hash ---- */

#define TAG "omnitls session policy 1"

typedef struct hasher {
    const otls_backend *backend;
    omni_buffer bytes;
    otls_error error;
    otls_status status;
} hasher;

static void add(hasher *h, const void *data, size_t size)
{
    if (h->status == OTLS_OK && size != 0 && !omni_buffer_append(&h->bytes, data, size))
        h->status = omni_fail_nomem(&h->error);
}

static void add_number(hasher *h, uint64_t value)
{
    uint8_t out[8];

    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = (uint8_t)(value >> (56 - 8 * i));
    add(h, out, sizeof(out));
}

/* Of anything long its digest. */
static void add_digest(hasher *h, otls_slice of)
{
    uint8_t digest[32];

    if (h->status == OTLS_OK)
        h->status = omni_digest(h->backend, OTLS_HASH_SHA256, of, digest, &h->error);
    add(h, digest, sizeof(digest));
}

/* Anchors are kept sorted; CRLs in the order of their issuers. */
static void add_trust(hasher *h, const otls_trust *trust)
{
    add_number(h, trust != NULL ? trust->anchor_count : 0);
    for (size_t i = 0; trust != NULL && i < trust->anchor_count; i++) {
        add_digest(h, trust->anchors[i].der);
        add_number(h, trust->anchors[i].trusted_for);
    }
    add_number(h, trust != NULL ? trust->crl_count : 0);
    for (size_t i = 0; trust != NULL && i < trust->crl_count; i++)
        add_digest(h, trust->crls[i]->der);
}

/* Servers: sessions survive a new certificate. Clients: another identity is another user. */
static void add_identity(hasher *h, const omni_present *present)
{
    add_number(h, present->identity_count);
    for (size_t i = 0; i < present->identity_count; i++)
        add_digest(h, present->identities[i]->chain[0]->x509.der);
}

/* What the hash below knows of, beside the numbers: whoever adds a field sees this fail. */
typedef struct known_verdict {
#define OMNI_X(type, name) type name;
    OMNI_VERDICT_NUMBERS(OMNI_X)
#undef OMNI_X
    void *trust, *pins;
    size_t pin_count;
    void *policies;
    size_t policies_size;
    void (*verify_certificate)(void);
    void *verify_certificate_user;
    void (*verify)(void);
    void *verify_user;
} known_verdict;
_Static_assert(sizeof(known_verdict) == sizeof(omni_verdict_settings),
               "a setting that decides about peers is not in the hash that binds sessions");

/* Whole: the numbers from the list that the struct is made of, then what is behind its pointers. */
static void add_verdict(hasher *h, const omni_verdict_settings *verdict, bool server)
{
    const bool verifies = !server || verdict->verify_mode != OTLS_VERIFY_MODE_NONE;

#define OMNI_X(type, name) add_number(h, (uint64_t)verdict->name);
    OMNI_VERDICT_NUMBERS(OMNI_X)
#undef OMNI_X
    add_number(h, verdict->verify != NULL);
    add_number(h, verdict->verify_certificate != NULL);
    add_number(h, verdict->pin_count);
    add(h, verdict->pins, verdict->pin_count * OMNI_PIN_SIZE);
    add_number(h, verdict->policies_size);
    add(h, verdict->policies, verdict->policies_size);
    add_trust(h, verifies ? verdict->trust : NULL);
}

static void add_all(hasher *h, const omni_settings *settings, bool server)
{
    add(h, TAG, sizeof(TAG));
    add_number(h, server);
    add_verdict(h, &settings->verdict, server);
    if (!server) {
        add_identity(h, &settings->present);
        return;
    }
    add_number(h, settings->sessions.id_context_size);
    add(h, settings->sessions.id_context, settings->sessions.id_context_size);
}

otls_status omni_settings_hash(const omni_settings *settings, const otls_backend *backend,
                               bool server, uint8_t out[OMNI_BINDING_SIZE], otls_error *err)
{
    hasher h = {.backend = backend, .status = OTLS_OK, .error = OTLS_ERROR_INIT};

    add_all(&h, settings, server);
    if (h.status == OTLS_OK)
        h.status = omni_digest(h.backend, OTLS_HASH_SHA256,
                               (otls_slice){omni_buffer_front(&h.bytes), omni_buffer_size(&h.bytes)},
                               out, &h.error);
    omni_buffer_release(&h.bytes);
    if (h.status != OTLS_OK)
        omni_error_give(err, &h.error);
    return h.status;
}
