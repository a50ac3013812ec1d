/* SPDX-License-Identifier: MIT */
/**
 * @file lying_engine.h
 * An engine that lies. It is a module like any other, known to core by omnitls/backend.h alone: it
 * passes every call on to a real engine and changes one answer. Without a lie it is as honest as
 * that engine, so that each lie differs from a success in one point.
 *
 * The module exports its control beside its tables; a test in the same process fills it in.
 */
#ifndef OTLS_TESTS_LYING_ENGINE_H
#define OTLS_TESTS_LYING_ENGINE_H

#include <omnitls/backend.h>

/** What is said instead of the truth; NULL = the truth. Statuses are the real engine's. */
typedef struct lying_hooks {
    void (*info)(otls_connection_info *info);
    otls_status (*handshake)(otls_status truth);
    otls_status (*read)(otls_status truth, size_t capacity, size_t *count);
    otls_status (*write)(otls_status truth);
    void (*wrote)(otls_core *core); /* behind a write; `core` is core's */
    otls_status (*shutdown)(otls_status truth);
    otls_status (*key_update)(otls_status truth);
    otls_status (*request)(void); /* in place of asking the client for a certificate */
    /** write_early and read_early; `size` is what was given, or the room. */
    otls_status (*early)(otls_status truth, size_t size, size_t *count);
    otls_status (*secret)(otls_status truth, size_t capacity, size_t *length);
    otls_status (*export_keying)(otls_status truth);
    /** In place of core's verify_peer; `core` is core's. */
    otls_status (*ask)(otls_core *core, const otls_slice *chain, size_t count,
                       const otls_slice *staple, uint8_t *alert);
    /** In place of the authorities that the server named. */
    void (*names)(otls_core *core);
    /** Before core gets the session. */
    void (*session)(otls_native_session *session);
    /** In place of the chain behind a resumed handshake. */
    void (*peer_chain)(void (*emit)(void *user, otls_slice der), void *user);
    otls_status (*key_public)(otls_status truth, size_t *length);
    otls_status (*check)(otls_status truth); /* of a signature */
    otls_status (*digest)(otls_status truth);
    /** What a connection is set up with. */
    void (*setup)(otls_connection_setup *setup);
    /** What was made, of contexts, of connections and of keys, private and public. */
    otls_status (*context_made)(otls_status truth);
    otls_status (*connection_made)(otls_status truth);
    otls_status (*key_made)(otls_status truth);
} lying_hooks;

typedef struct lying_control {
    const otls_backend_module *truth; /* set by lying_prepare */
    bool server;                      /* which side's connections lie */
    unsigned idle_calls;              /* of that side's connections */
    size_t dh_size;                   /* of the last policy's group, in octets */
    int alive;                        /* contexts and connections */
    int keys;                         /* private and public ones that were not freed */
    lying_hooks hooks;
} lying_control;

/** The name of the engine and of its module's file. */
#define LYING_ENGINE "lying"
/** The module's other symbols: the control, and what sets the truth before core looks for it. */
#define LYING_CONTROL "lying_control_block"
#define LYING_PREPARE "lying_prepare"
typedef void lying_prepare_function(const otls_backend_module *truth);

#endif
