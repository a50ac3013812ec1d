/* SPDX-License-Identifier: MIT */
/**
 * @file context/settings.h
 * What the application set, by duty: what is offered, what decides about the peer, what we present,
 * whom to call, and sessions. Each group has its default, its copy, its end and, where a session
 * is bound to it, its hash in settings_life.c; a context's copy has references and memory of its own.
 */
#ifndef OMNI_CONTEXT_SETTINGS_H
#define OMNI_CONTEXT_SETTINGS_H

#include "algorithms/algorithms.h"
#include "context/ocsp.h"
#include "context/session.h"
#include "identity/identity.h"
#include "verify/verify.h"
#include "x509/x509.h"
#include <omnitls/accelerator.h>
#include <omnitls/callbacks.h>
#include <omnitls/client_auth.h>
#include <omnitls/client_hello.h>
#include <omnitls/context.h>
#include <omnitls/psk.h>

#define OMNI_IDENTITY_MAX 65536
#define OMNI_ALPN_WIRE_MAX 65535
/** A hello with names of so many bytes fits into a record, whatever else a client says in it. */
#define OMNI_ALPN_SHORT ((size_t)8 * 1024)
#define OMNI_PIN_SIZE 32

/** What may be negotiated, and how. */
typedef struct omni_offer {
    uint16_t lowest, highest; /* 0 = open */
    const otls_suite *suites[OMNI_SUITE_MAX]; /* TLS 1.3 first */
    size_t suite_count;
    uint16_t groups[OMNI_GROUP_MAX];
    size_t group_count;
    uint16_t signatures[OMNI_SIGNATURE_MAX];
    size_t signature_count;
    uint8_t *alpn; /* wire form */
    size_t alpn_size;
    bool alpn_optional;
    bool post_handshake_auth;
    uint32_t options;   /* OTLS_OPTION_... */
    uint8_t *dh_params; /* DHParameter DER, checked; NULL = none */
    size_t dh_params_size;
    const otls_accelerator *accelerator; /* who computes; nothing that is negotiated hangs on it */
} omni_offer;

/**
 * The numbers that decide about a peer: type, name. The struct below and the hash that binds a
 * session to them are both made from this list, so that none can be forgotten. Zero is the default
 * where nothing else is said.
 */
#define OMNI_VERDICT_NUMBERS(X)                                                                    \
    X(otls_verify_mode, verify_mode)                                                               \
    X(int, verify_depth)                                                                           \
    X(int, security_level)                                                                         \
    X(uint32_t, options)          /* OTLS_VERIFY_OPTION_..., those about names among them */        \
    X(int, purpose)               /* OTLS_PURPOSE_...; 0 = by the role */                           \
    X(int, verifier)              /* OTLS_VERIFIER_... */                                           \
    X(uint32_t, max_certificates) /* presented; 0 = the default */                                  \
    X(uint32_t, max_bytes)                                                                         \
    X(bool, no_verify)            /* omnitls/insecure.h */                                          \
    X(bool, no_name_check)                                                                         \
    X(uint8_t, ocsp)              /* client: otls_ocsp_mode */

/** What decides about the peer. All of it is in the hash that sessions are bound to. */
typedef struct omni_verdict_settings {
#define OMNI_X(type, name) type name;
    OMNI_VERDICT_NUMBERS(OMNI_X)
#undef OMNI_X
    otls_trust *trust; /* a reference */
    uint8_t *pins;     /* owned; SHA-256 each */
    size_t pin_count;
    uint8_t *policies; /* owned; OIDs, TLV after TLV */
    size_t policies_size;
    otls_verify_certificate_callback verify_certificate;
    void *verify_certificate_user;
    otls_verify_callback verify;
    void *verify_user;
} omni_verdict_settings;

/** What we show. */
typedef struct omni_present {
    otls_identity **identities; /* references */
    size_t identity_count, identity_capacity;
    omni_index uses;     /* where each stands, by what it serves (identities.c) */
    omni_staple *staples; /* server: responses that were set; a reference */
    otls_ocsp_callback ocsp_callback;
    void *ocsp_user;
    omni_dn_list client_ca; /* server: the authorities that it names */
} omni_present;

typedef struct omni_key_log_file omni_key_log_file; /* key_log_file.c; shared by copies */

/** Whom to call. Zero = nobody. */
typedef struct omni_callbacks {
    int64_t (*now)(void *user);
    void *now_user;
    otls_key_log_callback key_log;
    void *key_log_user;
    otls_connection_key_log_callback connection_key_log;
    void *connection_key_log_user;
    omni_key_log_file *key_log_file;
    otls_client_hello_callback client_hello;
    void *client_hello_user;
    otls_alpn_callback alpn;
    void *alpn_user;
    otls_info_callback info;
    void *info_user;
    otls_message_callback message;
    void *message_user;
    otls_log_callback log;
    void *log_user;
    otls_psk_client_callback psk_client;
    void *psk_client_user;
    otls_psk_server_callback psk_server;
    void *psk_server_user;
    char *psk_hint;
} omni_callbacks;

typedef struct omni_settings {
    omni_offer offer;
    omni_verdict_settings verdict;
    omni_present present;
    omni_callbacks callbacks;
    omni_session_settings sessions;
} omni_settings;

/** Into a zeroed block. */
void omni_settings_default(omni_settings *settings);
/** Into a zeroed block. On failure it is left empty. */
otls_status omni_settings_copy(omni_settings *out, const omni_settings *from, otls_error *err);
/** Give back what it holds; it is left empty. */
void omni_settings_clear(omni_settings *settings);
/**
 * What a session is bound to, for one side: whatever decides about its peer, and who we are. A
 * session must not carry a verdict into another policy.
 */
otls_status omni_settings_hash(const omni_settings *settings, const otls_backend *backend,
                               bool server, uint8_t out[OMNI_BINDING_SIZE], otls_error *err);
/** Put them into a request; `server`: which side verifies. */
void omni_verdict_settings_apply(const omni_verdict_settings *verdict, bool server,
                                 omni_verify_request *request);

/* context/identities.c */
/** Where it stands; identity_count when it is not there. */
size_t omni_present_find(const omni_present *present, const otls_identity *identity);

/* context/key_log_file.c */
otls_status omni_key_log_file_open(omni_key_log_file **out, const char *path, otls_error *err);
omni_key_log_file *omni_key_log_file_ref(omni_key_log_file *file);
void omni_key_log_file_free(omni_key_log_file *file);
void omni_key_log_file_write(omni_key_log_file *file, const char *line);

#endif
