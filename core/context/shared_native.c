/* SPDX-License-Identifier: MIT */
/* Natives that a connection's own context takes from the shared one instead of making them again.
 */
#include "context/natives.h"

#include "base/base.h"

#include <string.h>

static bool same_bytes(const void *a, size_t a_count, const void *b, size_t b_count, size_t size)
{
    return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * size) == 0);
}

static bool same_slices(const otls_slice *a, size_t a_count, const otls_slice *b, size_t b_count)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++)
        if (!omni_slice_equal(a[i], b[i]))
            return false;
    return true;
}

/* Field by field: padding has no value. The key is the identity's, or stands for it (acceleration.c). */
static bool same_numbers(const otls_policy *a, const otls_policy *b)
{
    return a->size == b->size && a->server == b->server && a->request_peer == b->request_peer &&
           a->no_tickets == b->no_tickets && a->ticket_count == b->ticket_count &&
           a->client_order == b->client_order && a->post_handshake_auth == b->post_handshake_auth &&
           a->key_log == b->key_log && a->resumption == b->resumption &&
           a->min_version == b->min_version && a->max_version == b->max_version &&
           a->accelerator == b->accelerator && a->session_lifetime == b->session_lifetime &&
           a->max_early_data == b->max_early_data && a->psk_12 == b->psk_12 &&
           a->psk_13 == b->psk_13 && a->ask_ocsp == b->ask_ocsp &&
           a->security_level == b->security_level && a->renegotiation == b->renegotiation &&
           a->staple == b->staple && a->min_dh_bits == b->min_dh_bits &&
           a->early_user == b->early_user;
}

/* Pointers of 8 bytes: a field more, and it must be compared here, or two policies are taken for
 * one. */
_Static_assert(sizeof(void *) != 8 || sizeof(otls_policy) == 224,
               "a new field of otls_policy belongs into same_policy()");

static bool same_policy(const otls_policy *a, const otls_policy *b)
{
    return same_numbers(a, b) &&
           same_bytes(a->suites, a->suite_count, b->suites, b->suite_count, sizeof(*a->suites)) &&
           same_bytes(a->groups, a->group_count, b->groups, b->group_count, sizeof(*a->groups)) &&
           same_bytes(a->signatures, a->signature_count, b->signatures, b->signature_count,
                      sizeof(*a->signatures)) &&
           same_slices(a->chain, a->chain_count, b->chain, b->chain_count) &&
           same_slices(a->client_ca_names, a->client_ca_count, b->client_ca_names,
                       b->client_ca_count) &&
           (!a->server || omni_slice_equal(a->session_id_context, b->session_id_context)) &&
           omni_slice_equal(a->psk_hint, b->psk_hint) && omni_slice_equal(a->dh_p, b->dh_p) &&
           omni_slice_equal(a->dh_g, b->dh_g);
}

/* Could the engine not tell the difference? */
static bool stands_for(const omni_native *native, const omni_native *wanted)
{
    return native != NULL && native->identity == wanted->identity &&
           same_policy(&native->policy, &wanted->policy);
}

omni_native *omni_native_shared(const otls_context *context, const omni_native *wanted)
{
    otls_context *const base = context->base;
    const omni_native *native = NULL;
    size_t at = 0;

    if (base == NULL)
        return NULL;
    if (!wanted->policy.server) {
        native = omni_native_ref(base->client);
    } else {
        if (wanted->identity != NULL)
            at = omni_present_find(&base->settings.present, wanted->identity);
        if (at >= base->servers.count || omni_context_server(base, at, &native, NULL) != OTLS_OK)
            return NULL;
    }
    if (stands_for(native, wanted))
        return (omni_native *)(uintptr_t)native;
    omni_native_free(native);
    return NULL;
}
