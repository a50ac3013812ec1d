/* SPDX-License-Identifier: MIT */
/**
 * @file session.h
 * A session inside: what an engine serialised, and all that decides whether it may be resumed.
 * Immutable once made, so it is shared between threads by reference counting alone.
 */
#ifndef OTLS_CORE_SESSION_H
#define OTLS_CORE_SESSION_H

#include "engine.h"
#include "verify.h"
#include <omnitls/session.h>
#include <stdatomic.h>

#define OTLS_SESSION_FORMAT 1
/** No envelope is larger; a usual one has 2 to 6 KiB. */
#define OTLS_SESSION_BYTES_MAX ((size_t)256 * 1024)
#define OTLS_SESSION_ID_MAX 32
#define OTLS_SESSION_HOST_MAX 255
/** RFC 8446 4.6.1: nothing lives longer than seven days after the handshake that authenticated. */
#define OTLS_SESSION_WEEK 604800
#define OTLS_BINDING_SIZE 32

typedef enum otls_session_kind {
    OTLS_SESSION_CLIENT = 1,
    OTLS_SESSION_SERVER = 2 /* an entry of a server's external cache */
} otls_session_kind;

struct otls_session {
    atomic_uint references;
    otls_user_data user;
    const otls_backend *backend;
    uint8_t kind;
    bool has_ticket;
    uint16_t version, suite, port;
    int64_t created, authenticated, expires;
    uint32_t timeout, lifetime_hint, max_early_data, verify_flags;
    uint8_t policy[OTLS_BINDING_SIZE];
    char host[OTLS_SESSION_HOST_MAX + 1];
    uint8_t alpn[255], alpn_size;
    uint8_t id[OTLS_SESSION_ID_MAX], id_size;
    uint8_t *blob;
    size_t blob_size;
    const otls_certificate *peer[OTLS_VERIFY_CHAIN_MAX];     /* as sent; references */
    const otls_certificate *verified[OTLS_VERIFY_CHAIN_MAX]; /* leaf to anchor; references */
    size_t peer_count, verified_count;
};

/** An empty one with one reference. NULL: no memory. */
otls_session *otls_session_new(const otls_backend *backend, otls_session_kind kind);
bool otls_session_set_blob(otls_session *session, otls_slice blob);

/* session_envelope.c */
/** The envelope in one block of otls_malloc. */
otls_status otls_session_encode(const otls_session *session, uint8_t **out, size_t *size,
                                otls_error *err);
/** Everything is checked; nothing is believed before the checksum fits. `backend` NULL: any. */
otls_status otls_session_decode(otls_session **out, const otls_backend *backend,
                                otls_session_kind kind, otls_slice data, otls_error *err);

#endif
