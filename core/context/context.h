/* SPDX-License-Identifier: MIT */
/**
 * @file context/context.h
 * A context inside: settings as the application made them, and, once sealed, one native context for
 * each side and identity. Core picks among the native contexts per connection, so engines never
 * switch contexts or choose certificates.
 */
#ifndef OMNI_CONTEXT_CONTEXT_H
#define OMNI_CONTEXT_CONTEXT_H

#include "context/acceleration.h"
#include "context/settings.h"
#include "engine/engine.h"
#include "identity/identity.h"
#include "platform/platform.h"
#include <omnitls/context.h>
#include <stdatomic.h>

/** One engine context and the policy it was made from. */
typedef struct omni_native {
    atomic_uint references;
    bool asked; /* for, lately; under its context's lock */
    otls_policy policy;
    const otls_identity *identity; /* NULL = none */
    otls_slice chain[OMNI_IDENTITY_CHAIN_MAX];
    const otls_context *owner; /* whose settings it borrows: this context, or the one it is a connection's of */
    const otls_suite **suites; /* owned; NULL = the context's: without identity, what needs none */
    omni_accelerated_key accelerated;
    otls_backend_context *engine;
} omni_native;

/** At sealing so many are made, so that an engine's refusal is told there; the others when they are
 *  first asked for. */
#define OMNI_NATIVES_AT_ONCE 32u
/** So many of a context's are kept. */
#define OMNI_NATIVES_KEPT 512u
/** No server. */
#define OMNI_NO_SERVER SIZE_MAX

/** A server's natives: one for each identity, in the identities' order, or one without. */
typedef struct omni_server_natives {
    _Atomic(omni_native *) *list; /* NULL: not made yet, or no longer kept */
    size_t count;
    uint32_t *kept; /* those that are there, where not all can be; NULL: all can */
    size_t kept_count, next;
    uint64_t seed;    /* certificates may be other people's choice */
    omni_index names; /* their dNSNames, small letters */
    uint32_t *kinds;  /* the first of each kind of key */
    size_t kind_count;
} omni_server_natives;

struct otls_context {
    atomic_uint references;
    atomic_bool sealed;
    omni_lock sealing; /* held while sealing, and while natives are looked for or put in their place */
    const otls_backend *backend;
    otls_role role;
    omni_settings settings;
    /* after sealing: what is really in force, filtered by what the engine has */
    uint16_t lowest, highest;
    const otls_suite *suites[OMNI_SUITE_MAX];
    size_t suite_count;
    uint16_t groups[OMNI_GROUP_MAX];
    size_t group_count;
    uint16_t signatures[OMNI_SIGNATURE_MAX];
    size_t signature_count;
    uint8_t policy_hash[2][OMNI_BINDING_SIZE]; /* client, server; where resumption is on */
    omni_session_counts counts;
    omni_user_data user; /* not copied */
    otls_context *base;  /* a connection's own context: the sealed one it is a copy of, whose natives
                            it uses where its settings make no difference to the engine */
    omni_native *client;
    omni_server_natives servers;
};

/** Fails with E_SEALED once the context is in use. */
otls_status omni_context_unsealed(const otls_context *context, otls_error *err);
/** May `what` be demanded of chains (NULL: nothing is)? E_USAGE where none is verified (context/verify.c). */
otls_status omni_context_may_demand(const otls_context *context, const char *what, otls_error *err);
/** The other way round: is nothing demanded that nobody would be held to without verification? */
otls_status omni_context_demands_nothing(const otls_context *context, otls_error *err);
bool omni_context_allows_suite(const otls_context *context, uint16_t id);
bool omni_context_allows_group(const otls_context *context, uint16_t id);
/** What the context presents: as strong as what it asks for, and, once versions, suites and groups are
 *  known, of use in any handshake? E_CREDENTIAL naming it. */
otls_status omni_context_check_own(const otls_context *context, otls_error *err);
otls_status omni_context_check_useful(const otls_context *context, otls_error *err);
/** The version range that the settings leave; E_CONFIG when none. */
otls_status omni_context_range(const otls_context *context, uint16_t *lowest, uint16_t *highest,
                               otls_error *err);
/** What is counted for the sessions of a connection's own context is counted for all. */
static inline omni_session_counts *omni_context_counts(otls_context *context)
{
    return context->base != NULL ? &context->base->counts : &context->counts;
}
/** An unsealed copy for one connection of `shared`, which must be sealed (connection/own.c). */
otls_status omni_context_own(otls_context **out, const otls_context *from, otls_context *shared,
                             otls_error *err);
/** A reference to the native of the identity at `index` of a sealed context, made if it is not there.
 *  Any thread. */
otls_status omni_context_server(otls_context *context, size_t index, const omni_native **out,
                                otls_error *err);
/** NULL is fine for both. A native borrows from its context, which must outlive it. */
const omni_native *omni_native_ref(const omni_native *native);
void omni_native_free(const omni_native *native);
/** Under which hash a certificate with that name, or with "*" for its first label, stands. */
uint64_t omni_server_name_hash(const omni_server_natives *servers, const char *dns);
uint64_t omni_server_wildcard_hash(const omni_server_natives *servers, const char *dns);
/** Free the native contexts; only when nobody can be using them. */
void omni_context_unseal(otls_context *context);
/** Client authorities that no version could send? E_UNSUPPORTED (context/client_ca.c). */
otls_status omni_client_ca_check(const otls_context *context, otls_error *err);
/** These authorities and no others; after a failure those of before. */
otls_status omni_client_ca_set(otls_context *context, const otls_certificate *const *certificates,
                               size_t count, otls_error *err);
/** This identity and no other, NULL = none; after a failure those of before (context/identities.c). */
otls_status omni_context_set_identity(otls_context *context, otls_identity *identity,
                                      otls_error *err);
/** By the context's clock, within what a certificate can say (omni_time_of_calendar). */
int64_t omni_context_now(const otls_context *context);

#endif
