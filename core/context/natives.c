/* SPDX-License-Identifier: MIT */
/*
 * Native contexts: the client's, and a server's, one for each identity. A server with many identities
 * makes most of them when a client first asks for one, and keeps the engine's part for a bounded number.
 */
#include "context/natives.h"

#include "base/base.h"

static void discard(omni_native *native)
{
    omni_accelerated_key_clear(&native->accelerated, native->owner->backend);
    omni_free(native->suites);
    omni_free(native);
}

const omni_native *omni_native_ref(const omni_native *native)
{
    omni_native *counted = (omni_native *)(uintptr_t)native;

    if (counted != NULL)
        omni_references_take(&counted->references);
    return native;
}

void omni_native_free(const omni_native *native)
{
    omni_native *counted = (omni_native *)(uintptr_t)native;

    if (counted == NULL || !omni_references_drop(&counted->references))
        return;
    OMNI_MODULE(counted->owner->backend)->context->fini(counted->engine);
    discard(counted);
}

/* A server without identity: only what needs none. */
static otls_status narrow_to_psk(omni_native *native, otls_error *err)
{
    otls_policy *policy = &native->policy;
    size_t count = 0;

    native->suites = omni_calloc(policy->suite_count, sizeof(*native->suites));
    if (native->suites == NULL)
        return omni_fail_nomem(err);
    for (size_t i = 0; i < policy->suite_count; i++) {
        const otls_suite *suite = policy->suites[i];

        if (suite->min_version == OTLS_TLS1_3 ? policy->psk_13 != 0
                                              : policy->psk_12 != 0 && omni_suite_is_psk(suite) &&
                                                    suite->kx != OTLS_KX_RSA_PSK)
            native->suites[count++] = suite;
    }
    policy->suites = native->suites;
    policy->suite_count = count;
    omni_narrow_to_suites(native->suites, count, &policy->min_version, &policy->max_version);
    if (count == 0 || otls_version_before(policy->max_version, policy->min_version))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_IDENTITY,
                         "a server context needs an identity, or suites for pre-shared keys");
    return OTLS_OK;
}

otls_status omni_native_make(omni_native **out, const otls_context *context,
                             const otls_identity *identity, bool server, otls_error *err)
{
    const otls_context_ops *engine = OMNI_MODULE(context->backend)->context;
    const size_t head = (sizeof(omni_native) + 15) & ~(size_t)15;
    omni_native *native = omni_calloc(1, head + engine->state_size);
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    if (native == NULL)
        return omni_fail_nomem(err);
    atomic_init(&native->references, 1);
    native->identity = identity;
    native->owner = context;
    omni_policy_fill(native, context, server);
    if (server && identity == NULL) {
        status = narrow_to_psk(native, err);
        if (status != OTLS_OK) {
            discard(native);
            return status;
        }
    }
    *out = omni_native_shared(context, native);
    if (*out != NULL) {
        discard(native);
        return OTLS_OK;
    }
    native->engine = (otls_backend_context *)((char *)native + head);
    status = omni_accelerate_key(&native->accelerated, &native->policy, context->backend, identity,
                                 &inner);
    if (status == OTLS_OK)
        status = OMNI_ENGINE_ASK(&inner, engine->init(native->engine, &native->policy, &inner));
    if (omni_engine_fell_short(status)) {
        engine->fini(native->engine);
        status = omni_fail_nomem(&inner);
    }
    if (status != OTLS_OK) {
        discard(native);
        omni_error_give(err, &inner);
        return status;
    }
    *out = native;
    return OTLS_OK;
}

/* ---- a server's ---- */

static omni_native *made(const omni_server_natives *servers, size_t index)
{
    return atomic_load_explicit(&servers->list[index], memory_order_acquire);
}

static bool all_are_kept(const omni_server_natives *servers)
{
    return servers->count <= OMNI_NATIVES_KEPT;
}

/* Where a further one is noted; for want of room that which nobody asked for the longest gives way. */
static uint32_t *place(omni_server_natives *servers)
{
    if (servers->kept_count < OMNI_NATIVES_KEPT)
        return &servers->kept[servers->kept_count++];
    for (;;) {
        uint32_t *const at = &servers->kept[servers->next];
        omni_native *const native = made(servers, *at);

        servers->next = (servers->next + 1) % OMNI_NATIVES_KEPT;
        if (!native->asked) {
            atomic_store_explicit(&servers->list[*at], NULL, memory_order_release);
            omni_native_free(native); /* connections keep what they use */
            return at;
        }
        native->asked = false; /* once more around */
    }
}

/* The lock is held. */
static void keep(omni_server_natives *servers, size_t index, omni_native *native)
{
    if (!all_are_kept(servers))
        *place(servers) = (uint32_t)index;
    atomic_store_explicit(&servers->list[index], native, memory_order_release);
}

static otls_status make_server(otls_context *context, size_t index, omni_native **out,
                               otls_error *err)
{
    const omni_present *present = &context->settings.present;

    return omni_native_make(
        out, context, present->identity_count != 0 ? present->identities[index] : NULL, true, err);
}

otls_status omni_context_server(otls_context *context, size_t index, const omni_native **out,
                                otls_error *err)
{
    omni_server_natives *servers = &context->servers;
    omni_native *native = all_are_kept(servers) ? made(servers, index) : NULL, *fresh = NULL;

    *out = omni_native_ref(native);
    if (native != NULL)
        return OTLS_OK;
    for (;;) {
        omni_lock_take(&context->sealing);
        native = made(servers, index);
        if (native == NULL && fresh != NULL) {
            keep(servers, index, fresh);
            native = fresh;
            fresh = NULL;
        }
        if (native != NULL) {
            native->asked = true;
            *out = omni_native_ref(native);
        }
        omni_lock_give(&context->sealing);
        if (native != NULL)
            break;
        OMNI_TRY(make_server(context, index, &fresh, err)); /* nobody waits for an engine */
    }
    omni_native_free(fresh); /* another thread was first */
    return OTLS_OK;
}

static bool make_lists(omni_server_natives *servers, size_t count)
{
    servers->list = omni_calloc(count, sizeof(servers->list[0]));
    if (servers->list == NULL)
        return false;
    servers->count = count;
    if (all_are_kept(servers))
        return true;
    servers->kept = omni_calloc(OMNI_NATIVES_KEPT, sizeof(servers->kept[0]));
    return servers->kept != NULL;
}

otls_status omni_server_natives_make(otls_context *context, size_t count, otls_error *err)
{
    omni_server_natives *servers = &context->servers;

    if (!make_lists(servers, count))
        return omni_fail_nomem(err);
    OMNI_TRY(omni_server_natives_index(context, err));
    for (size_t i = 0; i < count && i < OMNI_NATIVES_AT_ONCE; i++) {
        omni_native *native;

        OMNI_TRY(make_server(context, i, &native, err));
        keep(servers, i, native);
    }
    return OTLS_OK;
}

void omni_server_natives_clear(omni_server_natives *servers)
{
    for (size_t i = 0; i < servers->count; i++)
        omni_native_free(made(servers, i));
    omni_free((void *)servers->list);
    omni_free(servers->kept);
    omni_free(servers->kinds);
    omni_index_release(&servers->names);
    *servers = (omni_server_natives){0};
}
