/* SPDX-License-Identifier: MIT */
/**
 * @file context/context.h
 * A context inside: settings as the application made them, and, once sealed, one native context for
 * each side and identity. Core picks among the native contexts per connection, so engines never
 * switch contexts or choose certificates.
 */
#ifndef OMNI_CONTEXT_CONTEXT_H
#define OMNI_CONTEXT_CONTEXT_H

#include "algorithms/suites.h"
#include "context/callbacks.h"
#include "context/ocsp.h"
#include "context/session.h"
#include "context/verify.h"
#include "engine/engine.h"
#include "identity/identity.h"
#include <omnitls/context.h>
#include <pthread.h>
#include <stdatomic.h>

#define OMNI_IDENTITY_MAX 32
#define OMNI_ALPN_WIRE_MAX 65535

/** What the application set. Copied as a whole by otls_context_copy, references taken anew. */
typedef struct omni_settings {
    uint16_t lowest, highest; /* 0 = open */
    const otls_suite *suites[OMNI_SUITE_MAX]; /* TLS 1.3 first */
    size_t suite_count;
    uint16_t groups[OMNI_GROUP_MAX];
    size_t group_count;
    uint16_t signatures[OMNI_SIGNATURE_MAX];
    size_t signature_count;
    otls_trust *trust;
    otls_identity *identities[OMNI_IDENTITY_MAX];
    size_t identity_count;
    uint8_t *alpn; /* wire form */
    size_t alpn_size;
    otls_verify_mode verify_mode;
    int verify_depth;
    int security_level;
    omni_verify_settings verify;
    uint32_t options;   /* OTLS_OPTION_... */
    uint8_t *dh_params; /* DHParameter DER, checked; NULL = none */
    size_t dh_params_size;
    bool no_verify, no_name_check; /* insecure.h */
    bool alpn_optional;
    int64_t (*now)(void *user);
    void *now_user;
    otls_key_log_callback key_log;
    void *key_log_user;
    uint8_t ocsp; /* client: otls_ocsp_mode */
    omni_staple *staples; /* server: responses that were set; a reference */
    otls_ocsp_callback ocsp_callback;
    void *ocsp_user;
    omni_callbacks calls; /* the application's callbacks, and what goes with them */
    omni_session_settings sessions;
} omni_settings;

/** One engine context and the policy it was made from. */
typedef struct omni_native {
    otls_policy policy;
    const otls_identity *identity; /* NULL = none */
    otls_slice chain[OMNI_IDENTITY_CHAIN_MAX];
    const otls_suite **suites; /* owned; NULL = the context's: without identity, what needs none */
    otls_backend_context *engine;
} omni_native;

struct otls_context {
    atomic_uint references;
    atomic_bool sealed;
    pthread_mutex_t sealing; /* held only while sealing */
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
    omni_native *client;
    omni_native *servers[OMNI_IDENTITY_MAX];
    size_t server_count;
};

/** Fails with E_SEALED once the context is in use. */
otls_status omni_context_unsealed(const otls_context *context, otls_error *err);
bool omni_context_allows_suite(const otls_context *context, uint16_t id);
bool omni_context_allows_group(const otls_context *context, uint16_t id);
/** The version range that the settings leave; E_CONFIG when none. */
otls_status omni_context_range(const otls_context *context, uint16_t *lowest, uint16_t *highest,
                               otls_error *err);
/** Free the native contexts; only when nobody can be using them. */
void omni_context_unseal(otls_context *context);
/** Client authorities that no version could send? E_UNSUPPORTED (context/client_ca.c). */
otls_status omni_client_ca_check(const otls_context *context, otls_error *err);
/** Does the suite authenticate with a pre-shared key (TLS 1.2)? */
bool omni_suite_is_psk(const otls_suite *suite);
int64_t omni_context_now(const otls_context *context);

#endif
