/* SPDX-License-Identifier: MIT */
/**
 * @file context.h
 * A context inside: settings as the application made them, and, once sealed, one native context for
 * each side and identity. Core picks among the native contexts per connection, so engines never
 * switch contexts or choose certificates.
 */
#ifndef OTLS_CORE_CONTEXT_H
#define OTLS_CORE_CONTEXT_H

#include "calls.h"
#include "context_ocsp.h"
#include "context_session.h"
#include "context_verify.h"
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
    otls_verify_settings verify;
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
    otls_staple *staples; /* server: responses that were set; a reference */
    otls_ocsp_callback ocsp_callback;
    void *ocsp_user;
    otls_calls calls; /* the application's callbacks, and what goes with them */
    otls_session_settings sessions;
} otls_settings;

/** One engine context and the policy it was made from. */
typedef struct otls_native {
    otls_policy policy;
    const otls_identity *identity; /* NULL = none */
    otls_slice chain[OTLS_IDENTITY_CHAIN_MAX];
    const otls_suite **suites; /* owned; NULL = the context's: without identity, what needs none */
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
    uint8_t policy_hash[2][OTLS_BINDING_SIZE]; /* client, server; where resumption is on */
    otls_session_counts counts;
    otls_user_data user; /* not copied */
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
/** Client authorities that no version could send? E_UNSUPPORTED (client_ca.c). */
otls_status otls_client_ca_check(const otls_context *context, otls_error *err);
/** Does the suite authenticate with a pre-shared key (TLS 1.2)? */
bool otls_suite_is_psk(const otls_suite *suite);
int64_t otls_context_now(const otls_context *context);

#endif
