/* SPDX-License-Identifier: MIT */
/*
 * Which identities a server's client may be shown, without a look at each: by the names in their
 * certificates, and by the kind of key. Whoever asks compares; the index only leaves out what cannot fit.
 */
#include "base/base.h"
#include "context/natives.h"
#include "x509/x509.h"

#include <string.h>

uint64_t omni_server_name_hash(const omni_server_natives *servers, const char *dns)
{
    return omni_hash_name(servers->seed, dns, strlen(dns));
}

/* As "*.example.org" stands in the certificate, the only wildcard that is matched for identities. */
uint64_t omni_server_wildcard_hash(const omni_server_natives *servers, const char *dns)
{
    const char *const rest = strchr(dns, '.');
    const uint64_t hash = omni_hash_name(servers->seed, "*", 1);

    return rest != NULL ? omni_hash_name(hash, rest, strlen(rest)) : hash;
}

static otls_status make_seed(const otls_backend *backend, uint64_t *seed, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    const otls_status status = OMNI_ENGINE_GET(
        &inner, OMNI_MODULE(backend)->crypto->random((uint8_t *)seed, sizeof(*seed), &inner));

    if (status != OTLS_OK)
        omni_error_give(err, &inner);
    return status;
}

static bool add_names(omni_server_natives *servers, const omni_x509 *leaf, uint32_t at)
{
    omni_der names = omni_der_of(leaf->subject_alt_names);
    omni_tlv name;

    while (omni_der_next(&names, &name))
        if (name.tag == OMNI_DER_CONTEXT(OTLS_SAN_DNS) &&
            !omni_index_add(&servers->names,
                            omni_hash_name(servers->seed, name.value.data, name.value.size), at))
            return false;
    return true;
}

static bool add_kind(omni_server_natives *servers, const omni_present *present, uint32_t at)
{
    const omni_x509 *leaf = &present->identities[at]->chain[0]->x509;
    uint32_t *grown;

    for (size_t i = 0; i < servers->kind_count; i++) {
        const omni_x509 *first = &present->identities[servers->kinds[i]]->chain[0]->x509;

        if (first->key_type == leaf->key_type && first->key_group == leaf->key_group)
            return true;
    }
    grown = omni_realloc(servers->kinds, (servers->kind_count + 1) * sizeof(*grown));
    if (grown == NULL)
        return false;
    servers->kinds = grown;
    servers->kinds[servers->kind_count++] = at;
    return true;
}

otls_status omni_server_natives_index(otls_context *context, otls_error *err)
{
    const omni_present *present = &context->settings.present;
    omni_server_natives *servers = &context->servers;

    if (present->identity_count > 1) /* one is shown whatever the name */
        OMNI_TRY(make_seed(context->backend, &servers->seed, err));
    for (size_t i = 0; i < present->identity_count; i++)
        if (!add_names(servers, &present->identities[i]->chain[0]->x509, (uint32_t)i) ||
            !add_kind(servers, present, (uint32_t)i))
            return omni_fail_nomem(err);
    return OTLS_OK;
}
