/* SPDX-License-Identifier: MIT */
/**
 * @file accelerator.h
 * For authors of backends and accelerators: another library's cipher and RSA for an engine that is
 * slow at them. Applications ask for one by otls_context_set_acceleration and do not need this header.
 *
 * An accelerator is a module of its own with one table. It decides nothing, reads no file, prints
 * nothing and knows no TLS: keys and bytes go in, bytes come out. Who uses it is answerable for nonces
 * and for the order of records.
 *
 * ABI: as backend.h. The first 16 bytes are frozen; tables only grow at the end. Core checks that every
 * slot below is filled when it loads the module. `start` is called once per process under a lock; what
 * it makes changes no more afterwards. Keys are wiped when they are freed.
 */
#ifndef OMNITLS_ACCELERATOR_H
#define OMNITLS_ACCELERATOR_H

#include <omnitls/backend.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OTLS_ACCELERATOR_MAGIC 0x4f544143u /* "OTAC" */
#define OTLS_ACCELERATOR_ABI_MAJOR 1u
#define OTLS_ACCELERATOR_ABI_MINOR 0u

/** Bytes of a nonce and of a tag; TLS has no others with AES-GCM (RFC 5288, RFC 8446 5.2). */
#define OTLS_GCM_NONCE 12
#define OTLS_GCM_TAG 16

/** AES-GCM under one key, in one direction. One thread at a time. */
typedef struct otls_gcm_key otls_gcm_key;
/** An RSA private key. Immutable, any thread. */
typedef struct otls_rsa_key otls_rsa_key;

/** The only symbol that a module exports is one `const otls_accelerator`. */
struct otls_accelerator {
    /* frozen for ever */
    uint32_t magic;     /* OTLS_ACCELERATOR_MAGIC */
    uint32_t abi_major; /* OTLS_ACCELERATOR_ABI_MAJOR */
    uint32_t abi_minor; /* OTLS_ACCELERATOR_ABI_MINOR */
    uint32_t size;      /* sizeof(otls_accelerator) */
    /* since 1.0 */
    const char *name;          /* "libcrypto"; the module's file is accelerator-<name> */
    const char *description;   /* one line */
    const char *built_version; /* of the headers: "3.0.16" */
    otls_status (*start)(otls_error *err);
    const char *(*version)(void); /* of the running library: "3.0.16" */
    /** A key of 16 or 32 bytes, to seal with or to open with. OTLS_E_UNSUPPORTED: of another length;
     *  OTLS_E_NOMEM, OTLS_E_INTERNAL. `*out` is NULL unless OTLS_OK. */
    otls_status (*gcm_new)(otls_gcm_key **out, const uint8_t *key, size_t size, bool seal);
    /** NULL is fine. */
    void (*gcm_free)(otls_gcm_key *key);
    /** Encrypt `size` bytes, which may be none, to `out`, which may be `in`; writes the tag. `head` is
     *  authenticated with them. OTLS_E_NOMEM, OTLS_E_INTERNAL: `out` is not to be used. */
    otls_status (*gcm_seal)(otls_gcm_key *key, const uint8_t nonce[OTLS_GCM_NONCE], otls_slice head,
                            const uint8_t *in, size_t size, uint8_t *out,
                            uint8_t tag[OTLS_GCM_TAG]);
    /** The reverse. OTLS_E_VERIFY: not authentic; whatever fails, `out` has been wiped. */
    otls_status (*gcm_open)(otls_gcm_key *key, const uint8_t nonce[OTLS_GCM_NONCE], otls_slice head,
                            const uint8_t *in, size_t size, uint8_t *out,
                            const uint8_t tag[OTLS_GCM_TAG]);
    /** From PrivateKeyInfo or RSAPrivateKey, DER. OTLS_E_UNSUPPORTED: a key of another kind, or beyond
     *  what the library takes; OTLS_E_NOMEM. `*out` is NULL unless OTLS_OK. */
    otls_status (*rsa_new)(otls_rsa_key **out, otls_slice der, otls_error *err);
    /** NULL is fine. */
    void (*rsa_free)(otls_rsa_key *key);
    /** Sign a digest, as otls_sign_callback: PKCS #1 v1.5 or PSS, hash NONE with 36 bytes in TLS 1.0 and
     *  1.1. A signature that a fault has spoilt does not leave: it would tell the key. OTLS_E_UNSUPPORTED,
     *  OTLS_E_USAGE (no room), OTLS_E_NOMEM, OTLS_E_INTERNAL. */
    otls_status (*rsa_sign)(const otls_rsa_key *key, const otls_signature_algorithm *algorithm,
                            otls_slice digest, uint8_t *out, size_t capacity, size_t *length);
};

/* The head is frozen: an array of -1 when it is not, in every C and C++. */
typedef char otls_accelerator_head_check[offsetof(otls_accelerator, name) == 16 ? 1 : -1];

/** The build names the symbol: otls_accelerator_module in a loadable module,
 *  otls_accelerator_<name> when linked in. */
#ifndef OTLS_ACCELERATOR_SYMBOL
#define OTLS_ACCELERATOR_SYMBOL otls_accelerator_module
#endif

#ifdef __cplusplus
}
#endif

#endif
