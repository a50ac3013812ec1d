/* SPDX-License-Identifier: MIT */
/**
 * @file context.h
 * A context inside: settings as the application made them, and, once sealed, one native context for
 * each side and identity. Core picks among the native contexts per connection, so engines never
 * switch contexts or choose certificates.
 */
#ifndef OTLS_CORE_CONTEXT_H
#define OTLS_CORE_CONTEXT_H

#include "engine.h"
#include "identity.h"
#include "suites.h"
#include <omnitls/context.h>
#include <pthread.h>
#include <stdatomic.h>

#define OTLS_IDENTITY_MAX 32
#define OTLS_ALPN_WIRE_MAX 65535

/** What the application set. Copied as a whole by otls_context_copy, references taken anew. */
typedef struct otls_settings {
    uint16_t lowest, highest; /* 0 = open */
    const otls_suite *suites[OTLS_SUITE_MAX]; /* TLS 1.3 first */
    size_t suite_count;
    uint16_t groups[OTLS_GROUP_MAX];
    size_t group_count;
    uint16_t signatures[OTLS_SIGNATURE_MAX];
    size_t signature_count;
    otls_trust *trust;
    otls_identity *identities[OTLS_IDENTITY_MAX];
    size_t identity_count;
    uint8_t *alpn; /* wire form */
    size_t alpn_size;
    otls_verify_mode verify_mode;
    int verify_depth;
    int security_level;
    bool no_verify, no_name_check; /* insecure.h */
    bool alpn_optional;
    int64_t (*now)(void *user);
    void *now_user;
    otls_key_log_callback key_log;
    void *key_log_user;
} otls_settings;

/** One engine context and the policy it was made from. */
typedef struct otls_native {
    otls_policy policy;
    const otls_identity *identity; /* NULL = none */
    otls_slice chain[OTLS_IDENTITY_CHAIN_MAX];
    otls_backend_context *engine;
} otls_native;

struct otls_context {
    atomic_uint references;
    atomic_bool sealed;
    pthread_mutex_t sealing; /* held only while sealing */
    const otls_backend *backend;
    otls_role role;
    otls_settings settings;
    /* after sealing: what is really in force, filtered by what the engine has */
    uint16_t lowest, highest;
    const otls_suite *suites[OTLS_SUITE_MAX];
    size_t suite_count;
    uint16_t groups[OTLS_GROUP_MAX];
    size_t group_count;
    uint16_t signatures[OTLS_SIGNATURE_MAX];
    size_t signature_count;
    otls_native *client;
    otls_native *servers[OTLS_IDENTITY_MAX];
    size_t server_count;
};

/** Fails with E_SEALED once the context is in use. */
otls_status otls_context_unsealed(const otls_context *context, otls_error *err);
bool otls_context_allows_suite(const otls_context *context, uint16_t id);
bool otls_context_allows_group(const otls_context *context, uint16_t id);
/** The version range that the settings leave; E_CONFIG when none. */
otls_status otls_context_range(const otls_context *context, uint16_t *lowest, uint16_t *highest,
                               otls_error *err);
/** Free the native contexts; only when nobody can be using them. */
void otls_context_unseal(otls_context *context);
int64_t otls_context_now(const otls_context *context);

#endif
