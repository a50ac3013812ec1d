/* SPDX-License-Identifier: MIT */
/**
 * @file backend.h
 * For authors of backends: the plug-in ABI. Applications do not need it.
 *
 * A backend is translation. It maps a complete policy from core onto the engine's calls, and the
 * engine's results onto our status. It decides nothing, reads no file, no environment variable and
 * no socket, keeps no global mutable state, and prints nothing. Everything it needs from core comes
 * through `otls_core` (one per connection), so a module links with its engine and libc only.
 *
 * ABI: the first 16 bytes of otls_backend_module are frozen. All tables and structs carry their size
 * and only grow at the end, or into what was padding (`since 1.1` says since which minor); within a
 * major nothing moves, tests/abi/baseline.txt holds it. A slot beyond a table's size is absent. The
 * side that reads a struct which the other has made looks at its size before it reads a field that
 * is younger than 1.0: OTLS_BACKEND_HAS. What core hands out to be filled is zeroed. Core checks
 * mandatory slots once, when the module is registered. State blocks are allocated by core, zeroed, aligned for any type, in
 * one block with core's own object; init is called once, fini exactly once after a successful init.
 * A failing init cleans up after itself.
 *
 * Errors: a slot that fails fills `err` completely (otls_backend_fail below); `err` is never NULL.
 * Core, since ABI 1.1, sets its size, which is core's and may be another than here, and nothing
 * else, so that the hot path does not touch it.
 */
#ifndef OMNITLS_BACKEND_H
#define OMNITLS_BACKEND_H

#include <omnitls/certificate.h>
#include <omnitls/context.h>
#include <omnitls/engine.h>
#include <omnitls/session.h>
#include <omnitls/verify.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OTLS_BACKEND_MAGIC 0x4f544c53u /* "OTLS" */
#define OTLS_BACKEND_ABI_MAJOR 1u
#define OTLS_BACKEND_ABI_MINOR 1u

/** Does a struct or table that the other side has made reach as far as `field`? */
#define OTLS_BACKEND_HAS(pointer, field)                                                           \
    ((pointer)->size >=                                                                            \
     (size_t)((const char *)(&(pointer)->field + 1) - (const char *)(pointer)))

/** Borrowed bytes. */
typedef struct otls_slice {
    const uint8_t *data;
    size_t size;
} otls_slice;

/* ---- versions ------------------------------------------------------------------------------ */

/**
 * Whether `a` is the older version. Numbers of datagram versions count downwards and are worth the
 * stream version that they are made from (0xfeff TLS 1.1, 0xfefd TLS 1.2, 0xfefc TLS 1.3), so
 * versions are compared by this and with OTLS_TLS1_... always.
 */
static inline bool otls_version_before(uint16_t a, uint16_t b)
{
    const int first = a >= 0xfe00 ? (a == 0xfeff ? 0x0302 : 0x0400 - (a & 0xff)) : a;
    const int second = b >= 0xfe00 ? (b == 0xfeff ? 0x0302 : 0x0400 - (b & 0xff)) : b;

    return first < second;
}

/* ---- cipher suites, as core describes them ------------------------------------------------- */

typedef enum otls_kx {
    OTLS_KX_ANY = 0, /* TLS 1.3 */
    OTLS_KX_ECDHE,
    OTLS_KX_DHE,
    OTLS_KX_RSA,
    OTLS_KX_PSK,
    OTLS_KX_ECDHE_PSK,
    OTLS_KX_DHE_PSK,
    OTLS_KX_RSA_PSK
} otls_kx;

typedef enum otls_auth {
    OTLS_AUTH_ANY = 0, /* TLS 1.3 */
    OTLS_AUTH_ECDSA,   /* Ed25519 and Ed448 too */
    OTLS_AUTH_RSA,
    OTLS_AUTH_PSK,
    OTLS_AUTH_DSS
} otls_auth;

typedef enum otls_cipher {
    OTLS_CIPHER_AES_128_GCM = 1,
    OTLS_CIPHER_AES_256_GCM,
    OTLS_CIPHER_CHACHA20_POLY1305,
    OTLS_CIPHER_AES_128_CCM,
    OTLS_CIPHER_AES_256_CCM,
    OTLS_CIPHER_AES_128_CCM_8,
    OTLS_CIPHER_AES_256_CCM_8,
    OTLS_CIPHER_AES_128_CBC,
    OTLS_CIPHER_AES_256_CBC,
    OTLS_CIPHER_CAMELLIA_128_GCM,
    OTLS_CIPHER_CAMELLIA_256_GCM,
    OTLS_CIPHER_CAMELLIA_128_CBC,
    OTLS_CIPHER_CAMELLIA_256_CBC,
    OTLS_CIPHER_ARIA_128_GCM,
    OTLS_CIPHER_ARIA_256_GCM,
    OTLS_CIPHER_3DES_CBC
} otls_cipher;

typedef enum otls_mac {
    OTLS_MAC_AEAD = 0,
    OTLS_MAC_SHA1,
    OTLS_MAC_SHA256,
    OTLS_MAC_SHA384
} otls_mac;

typedef struct otls_suite {
    uint16_t id;          /* IANA */
    uint16_t min_version; /* 0x0304 for TLS 1.3 suites, 0x0303 or 0x0301 otherwise */
    uint8_t kx, auth, cipher, mac;
    uint16_t strength_bits;  /* as OpenSSL counts: 3DES 112 */
    uint16_t algorithm_bits; /* 3DES 168 */
    uint8_t prf;             /* otls_hash of the PRF or HKDF */
    const char *name;        /* OpenSSL's */
    const char *iana;        /* IANA's */
} otls_suite;

/* ---- keys and signatures ------------------------------------------------------------------- */

/* what is signed, and by whom: omnitls/key.h */

/** How the bytes of a private key are encoded. */
typedef enum otls_key_encoding {
    OTLS_KEY_PKCS8 = 1,       /* PrivateKeyInfo, DER */
    OTLS_KEY_PKCS1,           /* RSAPrivateKey, DER */
    OTLS_KEY_SEC1,            /* ECPrivateKey, DER */
    OTLS_KEY_ENCRYPTED_PKCS8, /* EncryptedPrivateKeyInfo, DER; password present */
    OTLS_KEY_LEGACY_PEM       /* a whole PEM block with DEK-Info; password present */
} otls_key_encoding;

typedef struct otls_key_source {
    uint32_t encoding; /* otls_key_encoding */
    otls_slice data;
    otls_slice password; /* data NULL = none given */
} otls_key_source;

typedef struct otls_native_key otls_native_key;               /* a private key, the backend's */
typedef struct otls_native_public_key otls_native_public_key; /* a public key, the backend's */

typedef struct otls_accelerator otls_accelerator; /* omnitls/accelerator.h */
struct otls_rsa_key;

/** What encrypted keys are encrypted with. */
typedef enum otls_cbc_cipher {
    OTLS_CBC_AES = 1, /* key of 16, 24 or 32 bytes */
    OTLS_CBC_3DES,    /* of 24 */
    OTLS_CBC_RC2      /* of 5 or 16; as many effective bits */
} otls_cbc_cipher;

/**
 * Mandatory table. All objects it makes are immutable and used from any thread at once. Called when:
 * random and digest at any time after start, also inside connections; the private keys' when an
 * identity or key is loaded, and freed with its last reference; the public keys' and verify for each
 * signature of a chain, offline and from inside verify_peer; sign by tools and tests.
 */
typedef struct otls_crypto_ops {
    uint32_t size;
    /** Mandatory. Cryptographic random bytes. */
    otls_status (*random)(void *out, size_t size, otls_error *err);
    /** Mandatory. `out` gets 20, 32, 48 or 64 bytes. */
    otls_status (*digest)(otls_hash hash, const void *data, size_t size, uint8_t *out, otls_error *err);
    /**
     * Mandatory. E_CREDENTIAL with code WRONG_PASSWORD, BAD_DER or KEY_UNSUPPORTED on failure. A
     * wrong password never succeeds: what was decrypted must parse as a key.
     */
    otls_status (*private_key_import)(otls_native_key **out, const otls_key_source *source,
                                      otls_error *err);
    /** Mandatory. */
    void (*private_key_free)(otls_native_key *key);
    /** Mandatory. The key's SubjectPublicKeyInfo as DER, derived from the private key itself. */
    otls_status (*private_key_public)(const otls_native_key *key, uint8_t *out, size_t capacity,
                                      size_t *length, otls_error *err);
    /** Mandatory. From SubjectPublicKeyInfo DER. E_UNSUPPORTED when the engine lacks the algorithm.
     */
    otls_status (*public_key_import)(otls_native_public_key **out, otls_slice spki,
                                     otls_error *err);
    /** Mandatory. */
    void (*public_key_free)(otls_native_public_key *key);
    /**
     * Mandatory. OTLS_OK: the signature over `data` is good. OTLS_E_VERIFY: it is not (also when
     * key and algorithm do not fit together). OTLS_E_UNSUPPORTED: cannot be checked here.
     */
    otls_status (*verify)(const otls_native_public_key *key,
                          const otls_signature_algorithm *algorithm, otls_slice data,
                          otls_slice signature, otls_error *err);
    /** Mandatory. Sign with a private key (used by tests and tools; TLS signs inside the engine).
     */
    otls_status (*sign)(const otls_native_key *key, const otls_signature_algorithm *algorithm,
                        otls_slice data, uint8_t *out, size_t capacity, size_t *length,
                        otls_error *err);
    /**
     * Optional (SIGN_CALLBACK). A key that signs by callback; `spki` is its public half. The
     * callback gets what key.h promises, whatever the engine hands out: the bare digest for RSA and
     * ECDSA, the message for EdDSA.
     */
    otls_status (*private_key_from_callback)(otls_native_key **out, otls_slice spki,
                                             otls_sign_callback sign, void *user, otls_error *err);
    /** No longer called: core reads PKCS #12 itself, with the slots below. NULL in new backends. */
    otls_status (*pkcs12_open)(otls_slice pfx, otls_slice password, otls_native_key **key,
                               void (*emit)(void *user, otls_slice der), void *user,
                               otls_error *err);
    /**
     * Optional (PKCS12, encrypted keys), both or none. PBKDF2 with HMAC (RFC 8018 section 5.2);
     * `size` is at most 64. E_UNSUPPORTED: not with this hash.
     */
    otls_status (*pbkdf2)(otls_sig_hash hash, otls_slice password, otls_slice salt, uint32_t rounds,
                          uint8_t *out, size_t size, otls_error *err);
    /**
     * Decrypt whole blocks in CBC mode; the padding stays. The key has the size that the cipher
     * wants, `iv` that of a block, `out` is as long as `data`. E_UNSUPPORTED: no such cipher.
     */
    otls_status (*decrypt_cbc)(otls_cbc_cipher cipher, otls_slice key, const uint8_t *iv,
                               otls_slice data, uint8_t *out, otls_error *err);
    /** Optional. RFC 7914; `n` is a power of two, `size` at most 64. */
    otls_status (*scrypt)(otls_slice password, otls_slice salt, uint64_t n, uint32_t r, uint32_t p,
                          uint8_t *out, size_t size, otls_error *err);
    /** Optional, since 1.1 (ACCELERATION). Have `accelerator` make a key of its own from the encoding
     *  of this one. E_UNSUPPORTED: this is no RSA key, or signs by callback. */
    otls_status (*private_key_accelerate)(const otls_native_key *key,
                                          const otls_accelerator *accelerator,
                                          struct otls_rsa_key **out, otls_error *err);
} otls_crypto_ops;

/* ---- contexts ------------------------------------------------------------------------------ */

/** Does a server ask its client for a certificate? */
typedef enum otls_request_peer {
    OTLS_REQUEST_NONE = 0,
    OTLS_REQUEST_OPTIONAL = 1, /* go on without one */
    OTLS_REQUEST_REQUIRED = 2
} otls_request_peer;

/**
 * Everything one native context must hold, decided by core: one side, at most one identity.
 * Immutable, and alive as long as the native context. Lists are in preference order.
 *
 * Core guarantees, so that a backend need not look again: every suite, group and scheme is one that
 * has_suite, has_group and has_signature have answered for; no list is empty; both ends of the range
 * of versions have a suite, and each suite has a version in the range; an identity has a key.
 */
typedef struct otls_policy {
    uint32_t size;
    uint8_t server;       /* 1 = server side */
    uint8_t request_peer; /* server: otls_request_peer */
    uint8_t no_tickets;   /* 1 = neither send nor ask for session tickets (TLS 1.2 and 1.3) */
    uint8_t ticket_count; /* server, TLS 1.3: how many tickets after the handshake */
    uint8_t client_order; /* server: 1 = the client's suite order wins; 0 = ours */
    uint8_t post_handshake_auth; /* client: offer it; server: may ask */
    uint8_t key_log;             /* 1 = call core's key_log */
    uint8_t resumption;          /* 1 = sessions are wanted (new_session upcall, server cache) */
    uint16_t min_version, max_version; /* contiguous, both set */
    const otls_suite *const *suites;   /* TLS 1.3 and 1.2 together, never empty */
    size_t suite_count;
    const uint16_t *groups; /* IANA, never empty */
    size_t group_count;
    const uint16_t *signatures; /* IANA SignatureScheme, never empty */
    size_t signature_count;
    const otls_slice *chain; /* DER, leaf first; count 0 = no identity */
    size_t chain_count;
    const otls_native_key *key;
    const otls_slice *client_ca_names; /* server: DER Names to send in CertificateRequest */
    size_t client_ca_count;
    otls_slice session_id_context; /* server: at most 32 bytes */
    uint32_t session_lifetime;     /* seconds */
    uint32_t max_early_data;       /* bytes; 0 = none */
    uint8_t psk_12, psk_13;        /* 1 = core's psk upcalls answer */
    otls_slice psk_hint;           /* server, TLS 1.2 identity hint; may be empty */
    uint8_t ask_ocsp;              /* client: send status_request */
    uint8_t security_level; /* 0..5; core enforces it on certificates, the engine on DH/keys */
    uint8_t renegotiation;  /* 1 = TLS 1.2 renegotiation is allowed */
    uint8_t staple;         /* server: 1 = core's staple upcall may have a response */
    otls_slice dh_p, dh_g;  /* server, DHE below TLS 1.3: the group for clients that name none,
                               big-endian; core chooses it. Empty: no DHE with them */
    uint16_t min_dh_bits;   /* since 1.1: the smallest finite-field group that may be used */
    /**
     * Since 1.1. Server with early data: does this ClientHello come for the first time (RFC
     * 8446 8.2)? Asked once a handshake, on any thread, before early data is accepted, of a hello
     * whose binder is right and whose ticket age is within ten seconds of the truth (8.3).
     * `digest`: 32 bytes, others for each ClientHello, which nobody can change without the binder's
     * being wrong. `issued`: when the ticket was, in seconds since 1970; 0: the engine has seen to
     * it that no earlier context made it. false: reject the early data and go on.
     */
    bool (*early_once)(void *user, const uint8_t *digest, int64_t issued);
    void *early_user;
    /** Since 1.1. Another library's AES-GCM for these connections' records, as the application asked;
     *  NULL = none. An engine that cannot take it goes on without. `key` signs by it already. */
    const otls_accelerator *accelerator;
} otls_policy;

typedef struct otls_backend_context otls_backend_context; /* completed by each backend */

/**
 * Mandatory table. A native context is used by many threads at once after init. Called when: has_...
 * at any time after start, each question once in a while, and before a policy is made; init when a
 * context is sealed, once for each side and identity; fini with the context's last connection.
 */
typedef struct otls_context_ops {
    uint32_t size;
    uint32_t state_size; /* sizeof(struct otls_backend_context) */
    /**
     * Mandatory. Build the engine's context from the policy. What the engine cannot honour is
     * OTLS_E_UNSUPPORTED, never dropped.
     */
    otls_status (*init)(otls_backend_context *context, const otls_policy *policy, otls_error *err);
    /** Mandatory. */
    void (*fini)(otls_backend_context *context);
    /** Mandatory. Does the running engine have this suite / group? Used to tell policy from
     * reality. */
    bool (*has_suite)(const otls_suite *suite);
    bool (*has_group)(uint16_t group);
    bool (*has_signature)(uint16_t scheme);
} otls_context_ops;

/* ---- connections --------------------------------------------------------------------------- */

/** A session as the engine serialises it, with what core needs for its envelope. */
typedef struct otls_native_session {
    uint32_t size;
    otls_slice blob;
    uint16_t version;
    uint32_t lifetime;       /* seconds, the ticket's hint; 0 = unknown */
    uint32_t max_early_data; /* bytes */
    otls_slice id;           /* session id, may be empty */
    uint8_t has_ticket;
} otls_native_session;

/** No Certificate message is larger (OTLS_CHAIN_BYTES_MAX, framing, extensions); engines that can
 *  be told a limit are told this one. */
#define OTLS_CERTIFICATE_MESSAGE_MAX (256u * 1024u)

/** What a ticket begins with (RFC 5077 section 4): the name of the key it is sealed with. */
#define OTLS_TICKET_NAME_SIZE 16
/** Names that an engine may give the tickets of one key; see ticket_key_offered. */
#define OTLS_TICKET_KEY_NAMES 4

/** Keys for stateless tickets; core rotates them. */
typedef struct otls_ticket_key {
    uint8_t name[16];
    uint8_t aes[32];
    uint8_t hmac[32];
} otls_ticket_key;

/** A session as the engine's own object, never changed once core has it. */
typedef struct otls_native_session_object otls_native_session_object;

typedef struct otls_core otls_core;

/**
 * What a backend may ask of core, always from inside one of its own slots, on that thread: in the
 * connection's slots, but for ticket_key_offered and a client's psk_client, which may be asked in its
 * init as well. Whatever is lent lives until the slot returns.
 */
typedef struct otls_core_ops {
    uint32_t size;
    /**
     * Bytes from the peer. OTLS_OK with *count in 1..capacity; OTLS_WANT_READ: nothing now, or
     * nothing ever again: make the engine stop and return WANT_READ. The end of the stream and a
     * broken transport are core's to judge and never reach the engine, which would send alerts,
     * forget sessions or refuse to write, each in its own way.
     */
    otls_status (*read)(otls_core *core, void *out, size_t capacity, size_t *count);
    /** Bytes to the peer: all taken (OTLS_OK), or the connection is broken (OTLS_E_IO, E_NOMEM).
     *  Never would-block. */
    otls_status (*write)(otls_core *core, const void *data, size_t size);
    /**
     * The peer's certificates as DER, leaf first, exactly as sent; count 0 when it sent none though
     * asked. `staple`: the OCSP response that came along, or NULL. OTLS_OK: go on. OTLS_E_VERIFY:
     * fail the handshake and send *alert. OTLS_WANT_ASYNC (only where ASYNC_VERIFY is supported):
     * suspend; called again later ("partly" supported = clients only). Call it in every full
     * handshake in which the peer was to present a certificate, on both sides, before anything of
     * the application's is sent or believed.
     */
    otls_status (*verify_peer)(otls_core *core, const otls_slice *chain, size_t count,
                               const otls_slice *staple, uint8_t *alert);
    /**
     * A Certificate message of `size` bytes is in and not yet decoded; `body` is what there is of
     * it, without the handshake header (all of it, or less when it is larger than the engine
     * takes). Core keeps a copy until verify_peer, in case that certificate_refused comes instead.
     */
    void (*certificate_message)(otls_core *core, uint16_t version, otls_slice body, size_t size);
    /**
     * The engine ends the handshake for the peer's certificates without having asked verify_peer:
     * its decoder or a limit came first. Core judges the message itself, so that the reason is the
     * same on every engine. Or, in TLS 1.3, it keeps to itself the OCSP response that came along: core
     * reads that in the message, too. OTLS_E_VERIFY: refused, *alert is to be sent, if it still can be.
     * OTLS_OK: core knows no reason; the engine's own failure stands.
     */
    otls_status (*certificate_refused)(otls_core *core, uint8_t *alert);
    /** An alert went out or came in: each one once, when it passes, close_notify too. */
    void (*alert)(otls_core *core, bool received, bool fatal, uint8_t description);
    /** One NSS key log line without newline: as the secrets come up, when the policy has key_log. */
    void (*key_log)(otls_core *core, const char *line);
    /** A session can be resumed from now on (client: any number of times per connection). */
    void (*new_session)(otls_core *core, const otls_native_session *session);
    /**
     * Server, tickets. name NULL: the key to seal with. Else: the key of that name, OTLS_E_USAGE if
     * it is gone (make a full handshake); *renew = the ticket should be issued again.
     */
    otls_status (*ticket_key)(otls_core *core, const uint8_t *name, otls_ticket_key *out,
                              bool *renew);
    /** Server, TLS 1.2 session ids (and TLS 1.3 stateful tickets where the engine has them): store
     *  at the end of a full handshake, fetch when a ClientHello names an id, remove when the engine
     *  finds that one is no good. Only when the policy has resumption. */
    void (*cache_store)(otls_core *core, otls_slice id, otls_slice blob);
    otls_status (*cache_fetch)(otls_core *core, otls_slice id, otls_slice *blob); /* borrowed */
    void (*cache_remove)(otls_core *core, otls_slice id);
    /** Client PSK: identity and key for the server's hint (NULL: none). Server: key of an identity.
     */
    otls_status (*psk_client)(otls_core *core, const char *hint, char *identity,
                              size_t identity_capacity, uint8_t *key, size_t key_capacity,
                              size_t *key_length);
    otls_status (*psk_server)(otls_core *core, const uint8_t *identity, size_t identity_size,
                              uint8_t *key, size_t key_capacity, size_t *key_length);
    /** Client: the names in the server's certificate request, as DER; when that was read, before our
     *  certificate is sent. Not called for a request without names. */
    void (*client_ca_names)(otls_core *core, const otls_slice *names, size_t count);
    /** Server, when the client asked and the policy has staple: the OCSP response to staple for the identity in use; size 0 = none. Borrowed. */
    otls_status (*staple)(otls_core *core, otls_slice *response);
    /**
     * Server, for an engine that takes one ticket key per connection instead of asking for them by
     * name: the key that a ticket in the ClientHello is sealed with, else the one to seal with.
     * OTLS_E_USAGE: no tickets. Only in init. `names` is the engine's rule: it writes what tickets
     * under a key begin with, if the engine opens them now, and answers how many it wrote, at most
     * OTLS_TICKET_KEY_NAMES; it is called during this call only.
     */
    otls_status (*ticket_key_offered)(otls_core *core,
                                      size_t (*names)(void *user, const otls_ticket_key *key,
                                                      uint8_t out[][OTLS_TICKET_NAME_SIZE]),
                                      void *user, otls_ticket_key *out);
    /**
     * Client. As new_session, from an engine whose table has session_free and session_encode: core
     * takes `object` over, whatever becomes of it, and asks for its bytes only when they are to
     * leave the process; `session->blob` is empty. `object` must be nobody else's: it outlives
     * connection and context, and later connections, of any thread, are handed it at once.
     */
    void (*new_session_object)(otls_core *core, const otls_native_session *session,
                               otls_native_session_object *object);
    /**
     * Below TLS 1.3, after the first handshake: a renegotiation has begun, or it is `over` and what
     * info answers is new. Meanwhile write answers WANT_READ and takes nothing. Over without having
     * begun is nothing.
     */
    void (*rehandshake)(otls_core *core, bool over);
    /**
     * Since 1.1, NULL when nobody listens, which stays so from init on. One whole handshake message
     * in plain text with its header (RFC 8446 4), exactly as it is hashed: what is sent in the order
     * in which it leaves, what comes before the engine acts on it. Each one once, after the handshake
     * too. Alerts go through alert, ChangeCipherSpec is core's to tell.
     */
    void (*message)(otls_core *core, bool sent, otls_slice message);
} otls_core_ops;

struct otls_core {
    const otls_core_ops *ops;
};

/** What one connection needs beyond its context. Alive only during init. */
typedef struct otls_connection_setup {
    uint32_t size;
    otls_core *core;         /* alive as long as the connection */
    const char *server_name; /* client: the SNI host name to send, NULL = none */
    otls_slice alpn;         /* client: names in wire form. Server: the one chosen name in wire form
                                (length byte + name), empty = none */
    otls_slice session;      /* client: the blob to resume, empty = none */
    uint8_t ask_later;       /* server: do not ask for a certificate in this handshake, whatever
                                request_peer says; request_certificate will */
    uint8_t by_id;           /* server: the client asks for a session by an id that core's cache
                                has; engines that go by one thing alone leave tickets be */
    uint8_t early_data; /* server: the client sends early data behind its ClientHello; what is not
                           accepted must be read past (RFC 8446 4.2.10) */
    uint8_t no_curves;  /* server, below TLS 1.3: client and server share no curve, so no suite with
                           ECDHE may be taken, though others may (RFC 8422 5.1) */
    uint8_t old_ticket; /* server: the client comes to TLS 1.3 with a ticket of TLS 1.2, which resumes
                           nothing. In what was padding. */
    uint8_t only_group; /* server, TLS 1.3: `group` is the only one that may be taken */
    uint16_t group; /* server: what core chose for the key exchange: the first in the order of the
                       policy (client_order: of the client) that both have, in TLS 1.3 of those that
                       the client sent a share for, if any. Below TLS 1.3 of ECDHE alone, which most
                       engines come to themselves. 0 = none. In what was padding, like the last. */
    /** Client: the session to resume as new_session_object gave it, instead of `session`; NULL =
     *  none. Borrowed during init; to be read and not changed. */
    const otls_native_session_object *session_object;
} otls_connection_setup;

/** What was negotiated. Pointers are borrowed from the connection. */
typedef struct otls_connection_info {
    uint32_t size;
    uint16_t version;        /* 0x0303 ... */
    uint16_t suite;          /* IANA */
    uint16_t group;          /* IANA; 0 = none */
    uint16_t peer_signature; /* IANA SignatureScheme; 0 = unknown or none */
    uint8_t resumed;
    uint8_t early_data; /* otls_early_data */
    uint8_t psk;        /* authenticated by an external PSK */
    /* since 1.1, below TLS 1.3: RFC 7627 was negotiated; 0 = not, or unknown */
    uint8_t extended_master_secret;
    otls_slice alpn;    /* the chosen name without its length byte; empty = none */
    uint16_t own_signature; /* what our side signed with, as peer_signature */
} otls_connection_info;

typedef struct otls_backend_connection otls_backend_connection; /* completed by each backend */

/** Secrets and values for introspection; see the `secret` slot. */
typedef enum otls_secret {
    OTLS_SECRET_CLIENT_RANDOM = 1, /* 32 bytes */
    OTLS_SECRET_SERVER_RANDOM = 2, /* 32 bytes */
    OTLS_SECRET_MASTER = 3,        /* 48 bytes, TLS 1.2 and below */
    OTLS_SECRET_TLS_UNIQUE = 4,    /* the first Finished of the last handshake, TLS 1.2 and below */
    OTLS_SECRET_FINISHED = 5,      /* verify_data of our side's Finished, of the last handshake */
    OTLS_SECRET_PEER_FINISHED = 6  /* the same of the peer's */
} otls_secret;

/**
 * Mandatory table. One thread at a time per connection.
 *
 * Results of handshake, read, write, shutdown, key_update: OTLS_OK, OTLS_WANT_READ (of the last three: nothing is done
 * before the rest of a message of the peer's has come), OTLS_CLOSED (read only: the peer's close_notify),
 * OTLS_WANT_ASYNC (handshake only), or a failure. Core knows from its own read and write what the transport did; a
 * failure caused by it may be reported as anything. When the engine fails, the backend makes it send the fitting fatal alert (through core's write) if it
 * has not done so, and reports alerts, sent or received, through core's alert upcall. Failure
 * categories: E_ALERT for a received fatal alert, E_VERIFY when core's verify_peer refused,
 * E_PROTOCOL otherwise, with code NO_SHARED_SUITE / _VERSION / _GROUP / PEER_CERTIFICATE_MISSING
 * where the engine tells. The code and the alert are the backend's to find, the sentence is core's: leave
 * `text` empty, unless there is more to say than they do. The engine's own words go into native_text.
 */
typedef struct otls_connection_ops {
    uint32_t size;
    uint32_t state_size; /* sizeof(struct otls_backend_connection) */
    /** Mandatory. Called when the handshake begins: of a server, when core has read the ClientHello. */
    otls_status (*init)(otls_backend_connection *conn, otls_backend_context *context,
                        const otls_connection_setup *setup, otls_error *err);
    /** Mandatory. Writes nothing to the peer. */
    void (*fini)(otls_backend_connection *conn);
    /** Mandatory. Called until it answers OTLS_OK or fails: again after WANT_READ when there are bytes
     *  (or may be), after WANT_ASYNC when the application asks. Never after either end. */
    otls_status (*handshake)(otls_backend_connection *conn, otls_error *err);
    /** Mandatory. Only after the handshake; capacity > 0; *count > 0 when OTLS_OK. */
    otls_status (*read)(otls_backend_connection *conn, void *out, size_t capacity, size_t *count,
                        otls_error *err);
    /** Mandatory. Only after the handshake; size in 1..16384: one record, taken whole. */
    otls_status (*write)(otls_backend_connection *conn, const void *data, size_t size,
                         otls_error *err);
    /** Mandatory. Decrypted bytes that read returns without asking core: called before core tells an
     *  application to wait, so an engine that reads ahead must count what it holds, or read no more
     *  than the record at hand. */
    size_t (*pending)(const otls_backend_connection *conn);
    /** Mandatory. Send close_notify; called until it answers otherwise than WANT_READ. Reading must stay possible. */
    otls_status (*shutdown)(otls_backend_connection *conn, otls_error *err);
    /** Mandatory. Called once, when the handshake has ended well, before anything of the application's
     *  moves. `out` is zeroed: leave what is not known. */
    void (*info)(const otls_backend_connection *conn, otls_connection_info *out);
    /** Optional (EXPORTER). RFC 5705 / RFC 8446 7.5; context.data NULL = no context (TLS 1.2
     * cares). */
    otls_status (*export_keying)(otls_backend_connection *conn, const char *label,
                                 otls_slice context, uint8_t *out, size_t size, otls_error *err);
    /** Optional. Introspection; OTLS_E_UNSUPPORTED for what is not there. */
    otls_status (*secret)(otls_backend_connection *conn, int which, uint8_t *out, size_t capacity,
                          size_t *length, otls_error *err);
    /** Optional (KEY_UPDATE). TLS 1.3 only (core checks). */
    otls_status (*key_update)(otls_backend_connection *conn, bool request_peer, otls_error *err);
    /** Optional (POST_HANDSHAKE_AUTH). Server: ask; the answer arrives during later reads, through
     *  verify_peer. */
    otls_status (*request_certificate)(otls_backend_connection *conn, otls_error *err);
    /** Optional (RENEGOTIATION). TLS 1.2 only (core checks). Runs on the following reads. */
    otls_status (*renegotiate)(otls_backend_connection *conn, otls_error *err);
    /** Optional (EARLY_DATA). Client, before the handshake. */
    otls_status (*write_early)(otls_backend_connection *conn, const void *data, size_t size,
                               size_t *count, otls_error *err);
    /** Optional (EARLY_DATA). Server, before and during the handshake. OTLS_CLOSED: no more early
     *  data, go on with handshake. */
    otls_status (*read_early)(otls_backend_connection *conn, void *out, size_t capacity,
                              size_t *count, otls_error *err);
    /** Optional. Release buffers of an idle connection. */
    void (*idle)(otls_backend_connection *conn);
    /** Optional. Servers, called when a resumed handshake or a renegotiation has ended: the client's chain
     *  as it was sent in the full one, to be judged again, or to be the same as before. Emit DER, leaf first; nothing: there was none. */
    void (*peer_chain)(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                       void *user);
    /** Optional. The engine's own name of the handshake state; static storage. */
    const char *(*state_name)(const otls_backend_connection *conn);
    /** Optional, with session_encode: end an object of new_session_object. Any thread. */
    void (*session_free)(otls_native_session_object *object);
    /** Optional, with session_free: the bytes that new_session would have told; `emit` is called
     *  once. Any thread, and several at once. */
    otls_status (*session_encode)(const otls_native_session_object *object,
                                  void (*emit)(void *user, otls_slice blob), void *user,
                                  otls_error *err);
} otls_connection_ops;

/* ---- the engine's own verifier (OTLS_VERIFIER_ENGINE), optional ---------------------------- */

typedef enum otls_engine_crl_check {
    OTLS_CRL_CHECK_NONE = 0,
    OTLS_CRL_CHECK_LEAF = 1,
    OTLS_CRL_CHECK_CHAIN = 2
} otls_engine_crl_check;

typedef struct otls_engine_verify_request {
    uint32_t size;
    const otls_slice *anchors; /* DER */
    size_t anchor_count;
    const otls_slice *crls; /* DER */
    size_t crl_count;
    const otls_slice *chain; /* DER, leaf first */
    size_t chain_count;
    int64_t time;
    int32_t depth;
    uint8_t server_purpose; /* 1.0's: 1 = the leaf must be good for servers, 0 = for clients */
    uint8_t partial_chain;
    uint8_t crl_check; /* otls_engine_crl_check */
    uint8_t purpose;   /* since 1.1: what the leaf must be good for, OTLS_PURPOSE_... */
} otls_engine_verify_request;

typedef struct otls_certificate_ops {
    uint32_t size;
    /** Optional. *flags gets OTLS_VERIFY_..., *depth the failing certificate's; 0 = good. Names are
     *  core's business. */
    otls_status (*verify_chain)(const otls_engine_verify_request *request, uint32_t *flags,
                                int32_t *depth, otls_error *err);
} otls_certificate_ops;

/* ---- the module ---------------------------------------------------------------------------- */

/** The only symbol a module exports is one `const otls_backend_module`. */
typedef struct otls_backend_module {
    /* frozen for ever */
    uint32_t magic;     /* OTLS_BACKEND_MAGIC */
    uint32_t abi_major; /* OTLS_BACKEND_ABI_MAJOR */
    uint32_t abi_minor; /* OTLS_BACKEND_ABI_MINOR */
    uint32_t size;      /* sizeof(otls_backend_module) */
    /* since 1.0 */
    const char *name;
    const char *description;
    const char *built_version;             /* of the engine's headers: "3.0.16" */
    /* Mandatory. Called once per process, before anything else, under a lock: the one place where
     * global state may be made, which nothing changes afterwards. */
    otls_status (*start)(otls_error *err);
    const char *(*version)(void);          /* of the running engine: "3.0.16"; mandatory */
    uint32_t (*version_number)(void);      /* 0xMMNNPP00; mandatory */
    otls_support (*supports)(otls_feature feature, const char **why); /* mandatory */
    const otls_crypto_ops *crypto;
    const otls_context_ops *context;
    const otls_connection_ops *connection;
    const otls_certificate_ops *certificate; /* optional */
    const void *dtls;                        /* reserved, NULL */
    const void *quic;                        /* reserved, NULL */
} otls_backend_module;

/* The head is frozen: an array of -1 when it is not, in every C and C++. */
typedef char otls_backend_head_check[offsetof(otls_backend_module, name) == 16 ? 1 : -1];

/** The build names the symbol: otls_module in a loadable module, otls_module_<name> when linked in.
 */
#ifndef OTLS_BACKEND_SYMBOL
#define OTLS_BACKEND_SYMBOL otls_module
#endif
/** Put before the module's definition. */
#define OTLS_BACKEND_EXPORT __attribute__((visibility("default")))

/** Fill `err` completely; returns `status`. `format` makes the sentence for a person. */
OTLS_PRINTF(6, 7) static inline otls_status
otls_backend_fail(otls_error *err, otls_status status, int32_t code, const char *backend,
                  int64_t native, const char *format, ...)
{
    /* what every version has; core's may be shorter than ours behind that, or older than its size */
    const size_t first = offsetof(otls_error, text) + sizeof(err->text);
    const size_t size = err->size < sizeof(*err) ? err->size : sizeof(*err);
    va_list args;
    memset(err, 0, size < first ? first : size);
    err->size = (uint32_t)(size < first ? first : size);
    err->status = status;
    err->code = code;
    err->verify_depth = -1;
    err->alert = -1;
    err->native = native;
    err->backend = backend;
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    return status;
}

#ifdef __cplusplus
}
#endif

#endif
