/* SPDX-License-Identifier: MIT */
/**
 * @file kit.h
 * What two or three backends share; plain C over backend.h, without an engine. Each module links
 * its own copy, a library with its engines linked in holds one. Not installed: a backend outside of
 * this tree may copy the files.
 */
#ifndef OTLS_BACKEND_KIT_H
#define OTLS_BACKEND_KIT_H

#include <omnitls/backend.h>
#include <stdarg.h>

#pragma GCC visibility push(hidden)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/** Does core's table reach as far as the upcall, and has it one? */
#define KIT_HAS(table, slot)                                                                       \
    ((table)->size >= offsetof(__typeof__(*(table)), slot) + sizeof((table)->slot) &&              \
     (table)->slot != NULL)

/* ---- fail.c: reports ---- */

/** otls_backend_fail with the arguments of another function. */
OTLS_PRINTF(6, 0) otls_status kit_fail_list(otls_error *err, otls_status status,
                                                                int32_t code, const char *backend,
                                                                int64_t native, const char *format,
                                                                va_list args);
/** A report with the engine's own words, which may be NULL, beside ours. */
otls_status kit_fail_native(otls_error *err, otls_status status, int32_t code, const char *backend,
                            int64_t native, const char *reason, const char *text);
/** Copy `value` to a slot's out-parameters; E_USAGE with LIMIT when there is no room. */
otls_status kit_give(otls_slice value, uint8_t *out, size_t capacity, size_t *length,
                     const char *backend, otls_error *err);

/**
 * One row of a backend's table of errors: the engine's number, what we say of it when the
 * connection fails for it, and the alert that fits; 0: the one that the engine sends or names. The
 * sentence for a person is core's, so reports leave their text empty.
 */
typedef struct kit_cause {
    int native;
    otls_status status;
    int32_t code;
    uint8_t alert;
} kit_cause;
/** The row of `native`, else `other`. */
const kit_cause *kit_cause_of(const kit_cause *rows, size_t count, int native,
                              const kit_cause *other);

/* ---- text.c: strings ---- */

/** Wipe memory in a way that the compiler keeps. */
void kit_wipe(void *data, size_t size);
/** `text` with a NUL behind it; false when it does not fit, or has a NUL in it. */
bool kit_copy_text(char *out, size_t capacity, otls_slice text);

/** Names with colons between them. Begin with zeros; `failed` once there was no memory. */
typedef struct kit_list {
    char *text;
    size_t size, capacity;
    bool failed;
} kit_list;
void kit_list_add(kit_list *list, const char *name);
void kit_list_free(kit_list *list);

/* ---- chain.c: certificates in a row ---- */

/** What stands before each certificate's DER: its length. */
#define KIT_CHAIN_HEAD 3u
/** Write the head for a DER of `size` bytes; answers where that begins. */
uint8_t *kit_chain_head(uint8_t *at, size_t size);
/** Emit the certificates of a row; ends where it makes no sense. */
void kit_chain_each(otls_slice row, void (*emit)(void *user, otls_slice der), void *user);

/* ---- hash.c ---- */

/** The otls_sig_hash of an otls_hash; NONE when there is no such digest. */
uint8_t kit_sig_hash(otls_hash hash);
/**
 * The digest in a DigestInfo (RFC 8017 section 9.2) and its otls_sig_hash, for engines that hand
 * sign callbacks the whole of it. 36 bytes, TLS 1.0's MD5 and SHA-1, are given back as they are
 * with hash NONE; anything else is data NULL.
 */
otls_slice kit_digest_of(otls_slice info, uint8_t *hash);

/* ---- psk.c ---- */

/** Ask core for a pre-shared key; its length, 0 = none. `hint` may be NULL or empty. */
size_t kit_psk_client(otls_core *core, const char *hint, char *identity, size_t identity_capacity,
                      uint8_t *key, size_t capacity);
size_t kit_psk_server(otls_core *core, otls_slice identity, uint8_t *key, size_t capacity);

#pragma GCC visibility pop

#endif
