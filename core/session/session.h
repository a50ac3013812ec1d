/* SPDX-License-Identifier: MIT */
/**
 * @file session/session.h
 * A session inside: what an engine serialised, and all that decides whether it may be resumed.
 * Immutable once made, so it is shared between threads by reference counting alone.
 */
#ifndef OMNI_SESSION_SESSION_H
#define OMNI_SESSION_SESSION_H

#include "engine/engine.h"
#include "verify/verify.h"
#include <omnitls/session.h>
#include <stdatomic.h>

#define OMNI_SESSION_FORMAT 1
/** No envelope is larger; a usual one has 2 to 6 KiB. */
#define OMNI_SESSION_BYTES_MAX ((size_t)256 * 1024)
#define OMNI_SESSION_ID_MAX 32
#define OMNI_SESSION_HOST_MAX 255
/** RFC 8446 4.6.1: nothing lives longer than seven days after the handshake that authenticated. */
#define OMNI_SESSION_WEEK 604800
#define OMNI_BINDING_SIZE 32

typedef enum omni_session_kind {
    OMNI_SESSION_CLIENT = 1,
    OMNI_SESSION_SERVER = 2 /* an entry of a server's external cache */
} omni_session_kind;

struct otls_session {
    atomic_uint references;
    omni_user_data user;
    const otls_backend *backend;
    uint8_t kind;
    bool has_ticket;
    uint16_t version, suite, port;
    int64_t created, authenticated, expires;
    uint32_t timeout, lifetime_hint, max_early_data, verify_flags;
    uint8_t policy[OMNI_BINDING_SIZE];
    char host[OMNI_SESSION_HOST_MAX + 1];
    uint8_t alpn[255], alpn_size;
    uint8_t id[OMNI_SESSION_ID_MAX], id_size;
    uint8_t *blob;
    size_t blob_size;
    const otls_certificate *peer[OMNI_VERIFY_CHAIN_MAX];     /* as sent; references */
    const otls_certificate *verified[OMNI_VERIFY_CHAIN_MAX]; /* leaf to anchor; references */
    size_t peer_count, verified_count;
};

/** An empty one with one reference. NULL: no memory. */
otls_session *omni_session_new(const otls_backend *backend, omni_session_kind kind);
bool omni_session_set_blob(otls_session *session, otls_slice blob);

/* session/envelope.c */
/** The envelope in one block of omni_malloc. */
otls_status omni_session_encode(const otls_session *session, uint8_t **out, size_t *size,
                                otls_error *err);
/** Everything is checked; nothing is believed before the checksum fits. `backend` NULL: any. */
otls_status omni_session_decode(otls_session **out, const otls_backend *backend,
                                omni_session_kind kind, otls_slice data, otls_error *err);

#endif
