/* SPDX-License-Identifier: MIT */
/* What a context presents: identities are added, replaced when they are renewed, and removed. */
#include "base/base.h"
#include "context/context.h"
#include "x509/x509.h"

#include <string.h>

static otls_status may_present(const otls_context *context, const otls_identity *identity,
                               otls_error *err)
{
    const unsigned before = omni_backend_unanswered(context->backend);

    OMNI_TRY(omni_context_unsealed(context, err));
    if (identity == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_IDENTITY, "no identity given");
    if (identity->backend != context->backend)
        return omni_fail(err, OTLS_E_WRONG_BACKEND, OTLS_CODE_NONE,
                         "the identity is %s's, the context %s's",
                         otls_backend_name(identity->backend),
                         otls_backend_name(context->backend));
    if (omni_public_key_usable(context->backend, &identity->chain[0]->x509))
        return OTLS_OK;
    if (omni_backend_unanswered(context->backend) != before)
        return omni_fail_nomem(err);
    return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED,
                     "%s cannot use a key of this kind (%s) in a handshake",
                     otls_backend_name(context->backend),
                     otls_certificate_key_type(identity->chain[0]));
}

/* Equal for two of which one takes the other's place, see same_use. */
static uint64_t use_of(const otls_identity *identity)
{
    const omni_x509 *leaf = &identity->chain[0]->x509;
    const uint64_t kind[2] = {(uint64_t)leaf->key_type, leaf->key_group};
    const uint64_t hash = omni_hash_bytes(OMNI_HASH_START, kind, sizeof(kind));

    if (leaf->subject_alt_name_count != 0)
        return omni_hash_bytes(hash, leaf->subject_alt_names.data, leaf->subject_alt_names.size);
    return hash ^ omni_dn_hash(leaf->subject);
}

size_t omni_present_find(const omni_present *present, const otls_identity *identity)
{
    omni_index_cursor cursor = omni_index_look(&present->uses, use_of(identity));
    uint32_t at;

    while ((at = omni_index_next(&present->uses, &cursor)) != OMNI_INDEX_END)
        if (present->identities[at] == identity)
            return at;
    return present->identity_count;
}

/* After places have changed. There is room for all. */
static void index_again(omni_present *present)
{
    omni_index_empty(&present->uses);
    for (size_t i = 0; i < present->identity_count; i++)
        (void)omni_index_add(&present->uses, use_of(present->identities[i]), (uint32_t)i);
}

/* One more behind the others. */
static otls_status append(omni_present *present, otls_identity *identity, otls_error *err)
{
    if (present->identity_count == present->identity_capacity) {
        const size_t capacity = present->identity_capacity != 0 ? 2 * present->identity_capacity : 2;
        otls_identity **grown =
            omni_realloc(present->identities, capacity * sizeof(present->identities[0]));

        if (grown == NULL)
            return omni_fail_nomem(err);
        present->identities = grown;
        present->identity_capacity = capacity;
    }
    if (!omni_index_add(&present->uses, use_of(identity), (uint32_t)present->identity_count))
        return omni_fail_nomem(err);
    present->identities[present->identity_count++] = otls_identity_ref(identity);
    return OTLS_OK;
}

static otls_status find_own(const otls_context *context, const otls_identity *identity, size_t *at,
                            otls_error *err)
{
    const omni_present *present = &context->settings.present;

    *at = identity != NULL ? omni_present_find(present, identity) : present->identity_count;
    if (*at < present->identity_count)
        return OTLS_OK;
    return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NO_IDENTITY,
                     "the context does not have the identity%s%.80s",
                     identity != NULL ? " of " : "",
                     identity != NULL ? otls_certificate_subject(identity->chain[0]) : "");
}

/* Would no client ever be shown the second, because the first serves it as well? */
static bool same_use(const otls_identity *first, const otls_identity *second)
{
    const omni_x509 *a = &first->chain[0]->x509, *b = &second->chain[0]->x509;

    if (a->key_type != b->key_type || a->key_group != b->key_group)
        return false;
    if (a->subject_alt_name_count != 0 || b->subject_alt_name_count != 0)
        return omni_slice_equal(a->subject_alt_names, b->subject_alt_names);
    return omni_dn_equal(a->subject, b->subject);
}

/* The one whose place a new identity takes; identity_count when it takes none. */
static size_t place(const otls_context *context, const otls_identity *identity)
{
    const omni_present *present = &context->settings.present;
    omni_index_cursor cursor;
    size_t first = present->identity_count;
    uint32_t at;

    if (context->role == OTLS_CLIENT) /* has one to present */
        return 0;
    cursor = omni_index_look(&present->uses, use_of(identity));
    while ((at = omni_index_next(&present->uses, &cursor)) != OMNI_INDEX_END)
        if (at < first && same_use(present->identities[at], identity))
            first = at;
    return first;
}

/* `with` in the place of another one, whose OCSP responses go with it. */
static otls_status put(omni_present *present, size_t at, otls_identity *with, otls_error *err)
{
    otls_identity *before = present->identities[at];
    const bool moves = use_of(before) != use_of(with);

    if (before == with)
        return OTLS_OK;
    OMNI_TRY(omni_staple_forget(&present->staples, before, err));
    present->identities[at] = otls_identity_ref(with);
    otls_identity_free(before);
    if (moves)
        index_again(present);
    return OTLS_OK;
}

otls_status otls_context_add_identity(otls_context *context, otls_identity *identity,
                                      otls_error *err)
{
    omni_present *present = &context->settings.present;
    size_t at;

    OMNI_TRY(may_present(context, identity, err));
    if (omni_present_find(present, identity) < present->identity_count)
        return OTLS_OK;
    at = place(context, identity);
    if (at < present->identity_count)
        return put(present, at, identity, err);
    if (present->identity_count == OMNI_IDENTITY_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "more than %d identities",
                         OMNI_IDENTITY_MAX);
    return append(present, identity, err);
}

otls_status otls_context_replace_identity(otls_context *context, const otls_identity *before,
                                          otls_identity *with, otls_error *err)
{
    omni_present *present = &context->settings.present;
    size_t at;

    OMNI_TRY(may_present(context, with, err));
    OMNI_TRY(find_own(context, before, &at, err));
    if (before != with && omni_present_find(present, with) < present->identity_count)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "the context has the identity that is to take the place already");
    return put(present, at, with, err);
}

otls_status otls_context_remove_identity(otls_context *context, const otls_identity *identity,
                                         otls_error *err)
{
    omni_present *present = &context->settings.present;
    size_t at;

    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(find_own(context, identity, &at, err));
    OMNI_TRY(omni_staple_forget(&present->staples, identity, err));
    otls_identity_free(present->identities[at]);
    present->identity_count--;
    memmove(&present->identities[at], &present->identities[at + 1],
            (present->identity_count - at) * sizeof(present->identities[0]));
    index_again(present);
    return OTLS_OK;
}

otls_status otls_context_clear_identities(otls_context *context, otls_error *err)
{
    omni_present *present = &context->settings.present;

    OMNI_TRY(omni_context_unsealed(context, err));
    for (size_t i = 0; i < present->identity_count; i++)
        OMNI_TRY(omni_staple_forget(&present->staples, present->identities[i], err));
    for (size_t i = 0; i < present->identity_count; i++)
        otls_identity_free(present->identities[i]);
    present->identity_count = 0;
    omni_index_empty(&present->uses);
    return OTLS_OK;
}

otls_status omni_context_set_identity(otls_context *context, otls_identity *identity,
                                      otls_error *err)
{
    if (identity != NULL)
        OMNI_TRY(may_present(context, identity, err));
    OMNI_TRY(otls_context_clear_identities(context, err));
    /* where one was there is room for one: only a context without any can fail here */
    return identity != NULL ? append(&context->settings.present, identity, err) : OTLS_OK;
}

size_t otls_context_identity_count(const otls_context *context)
{
    return context->settings.present.identity_count;
}

otls_identity *otls_context_identity(const otls_context *context, size_t index)
{
    const omni_present *present = &context->settings.present;

    return index < present->identity_count ? present->identities[index] : NULL;
}
