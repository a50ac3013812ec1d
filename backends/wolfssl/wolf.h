/* SPDX-License-Identifier: MIT */
/**
 * @file wolf.h
 * What the files of the wolfSSL backend share. Not installed.
 *
 * wolfSSL's own options must come first: they decide the layout of its public structures.
 */
#ifndef WOLF_H
#define WOLF_H

#define WOLFSSL_OPTIONS_IGNORE_SYS
#include <wolfssl/options.h>

#include <wolfssl/ssl.h>

#include <wolfssl/error-ssl.h>
#include <wolfssl/version.h>
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/ed25519.h>
#include <wolfssl/wolfcrypt/ed448.h>
#include <wolfssl/wolfcrypt/random.h>
#include <wolfssl/wolfcrypt/rsa.h>

#include "../kit/kit.h"

#include <omnitls/backend.h>

#if LIBWOLFSSL_VERSION_HEX < 0x05005000
#error "omnitls needs wolfSSL 5.5 or later"
#endif

/*
 * What depends on the version and has no macro of its own in wolfSSL; 5.5.4 and 5.7.2 are known.
 * CA_NAMES_13: servers send the names of client authorities in TLS 1.3 too.
 * hkdf_size: the type of the lengths that wc_Tls13_HKDF_Extract takes.
 */
#if LIBWOLFSSL_VERSION_HEX >= 0x05007002
#define WOLF_CA_NAMES_13 1
typedef word32 wolf_hkdf_size;
#else
#define WOLF_CA_NAMES_13 0
typedef int wolf_hkdf_size;
#endif

/* Is what comes beside a certificate to be had: an OCSP response asked for, its record opened? */
#if defined(ATOMIC_USER) && defined(HAVE_CERTIFICATE_STATUS_REQUEST)
#define WOLF_SHOWS_STAPLES 1
#else
#define WOLF_SHOWS_STAPLES 0
#endif

/* Since 5.8.4 a client judges responses of TLS 1.3, too, by authorities that it has not, and asks. */
#if WOLF_SHOWS_STAPLES && LIBWOLFSSL_VERSION_HEX >= 0x05008004 && !defined(NO_WOLFSSL_SERVER)
#define WOLF_ASKS_OF_STAPLES 1
#else
#define WOLF_ASKS_OF_STAPLES 0
#endif

/* What depends on how the library was built, which its options.h says. */
#if defined(HAVE_SECRET_CALLBACK) && defined(OPENSSL_EXTRA)
#define WOLF_KEY_LOG 1
#else
#define WOLF_KEY_LOG 0
#endif
#if defined(WOLFSSL_HAVE_MLKEM) && defined(WOLFSSL_PQC_HYBRIDS) && defined(HAVE_CURVE25519)
#define WOLF_MLKEM 1
#else
#define WOLF_MLKEM 0
#endif

/* What another library can compute in wolfSSL's place: ciphers by WOLF_CRYPTO_CB, signatures by
 * HAVE_PK_CALLBACKS. Without threads there is nothing that could tell connections apart. */
#if defined(WOLF_CRYPTO_CB) && defined(HAVE_AESGCM) && !defined(SINGLE_THREADED)
#define WOLF_ACCELERATION 1
#else
#define WOLF_ACCELERATION 0
#endif

#define WOLF_NAME "wolfssl"
#define WOLF_KEY_MAX 16384u /* no encoded key is longer */
#define WOLF_SPKI_MAX 2048u

/* ---- threads (thread.c) -------------------------------------------------------------------- */

/** Once per process. */
bool wolf_threads_start(void);
/** Before anything that computes on a curve: this thread's cache is freed when it ends. */
void wolf_thread_mark(void);

/* ---- keys ---------------------------------------------------------------------------------- */

enum wolf_key_type { WOLF_RSA = 1, WOLF_EC, WOLF_ED25519, WOLF_ED448 };

/** A decoded wolfCrypt key, private or public; used by one thread and thrown away. */
struct wolf_key {
    int type; /* 0 = empty */
    union {
        RsaKey rsa;
        ecc_key ec;
        ed25519_key ed25519;
        ed448_key ed448;
    } u;
};

/**
 * Immutable. wolfCrypt objects cache values while they are used, so what threads share is the
 * encoding, and every operation decodes its own object.
 */
struct otls_native_key {
    int type;
    otls_sign_callback sign; /* held elsewhere; then `der` is its SubjectPublicKeyInfo */
    void *user;
    size_t size;
    uint8_t der[]; /* PrivateKeyInfo, RSAPrivateKey or ECPrivateKey; wiped when freed */
};

struct otls_native_public_key {
    int type;
    size_t size;
    uint8_t der[]; /* SubjectPublicKeyInfo */
};

/** Parse a private key into `key`; returns 0 or wolfSSL's error. */
int wolf_private_open(struct wolf_key *key, const uint8_t *der, size_t size);
/** Parse a SubjectPublicKeyInfo into `key`; returns 0 or wolfSSL's error. */
int wolf_public_open(struct wolf_key *key, int type, const uint8_t *der, size_t size);
/** Compute the public half from the private one, whatever the encoding said; 0 or an error. */
int wolf_key_complete(struct wolf_key *key);
/** Free what wolfSSL holds; close also wipes, which public keys need not. */
void wolf_key_release(struct wolf_key *key);
void wolf_key_close(struct wolf_key *key);
/** Bytes of the DER element at `data`, header included; 0 = malformed or longer than `size`. */
size_t wolf_der_size(const uint8_t *data, size_t size, size_t *header);

otls_status wolf_private_import(otls_native_key **out, const otls_key_source *source,
                                otls_error *err);
void wolf_private_free(otls_native_key *key);
otls_status wolf_private_public(const otls_native_key *key, uint8_t *out, size_t capacity,
                                size_t *length, otls_error *err);
otls_status wolf_public_import(otls_native_public_key **out, otls_slice spki, otls_error *err);
void wolf_public_free(otls_native_public_key *key);
otls_status wolf_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err);
/** Make the context ask `key`'s callback. */
void wolf_signer_setup(WOLFSSL_CTX *ctx, const otls_native_key *key);
otls_status wolf_pbkdf2(otls_sig_hash hash, otls_slice password, otls_slice salt, uint32_t rounds,
                        uint8_t *out, size_t size, otls_error *err);
otls_status wolf_decrypt_cbc(otls_cbc_cipher cipher, otls_slice key, const uint8_t *iv,
                             otls_slice data, uint8_t *out, otls_error *err);
otls_status wolf_scrypt(otls_slice password, otls_slice salt, uint64_t n, uint32_t r, uint32_t p,
                        uint8_t *out, size_t size, otls_error *err);

/* ---- contexts and connections -------------------------------------------------------------- */

#define WOLF_PLACE 16 /* bytes of a key in core's cache */

struct otls_backend_context {
    WOLFSSL_CTX *ctx;
    const otls_policy *policy;
    const char *psk_suite; /* wolfSSL's name of the suite that TLS 1.3 PSKs use, NULL = none */
};

/** What the peer sends, and what opens it, until core has been asked about the peer. */
struct wolf_flight {
    uint8_t *data;
    size_t size, capacity;
    uint8_t key[32], iv[12]; /* servers, TLS 1.3: the client's in the handshake */
    bool keyed;
    bool torn; /* there was no memory for a part: nothing is kept any more */
};

struct wolf_accelerated;
struct wolf_early;
struct wolf_messages;

/** Where the engine stands in the peer's records. */
struct wolf_framing {
    uint8_t head[5];
    uint8_t have;  /* bytes of the header */
    bool hollow;   /* the record has no room for a content type: the engine must not see it */
    uint32_t skip; /* bytes of the body still to come */
    uint32_t records; /* that have begun */
    uint32_t judged;  /* of these so many, from the first, are known to be no alert that ends all */
};

struct otls_backend_connection {
    /* What every record needs, in two cache lines: see otls_connection. */
    WOLFSSL *ssl;
    otls_core *core;
    const otls_backend_context *context;
    struct wolf_messages *messages; /* core wants every message; NULL = not so */
    struct wolf_accelerated *accelerated; /* another library seals and opens; NULL = not so */
    struct wolf_early *early;  /* server: early data is left out as it comes; NULL = not so */
    otls_status verdict;     /* what core answered */
    otls_status io;          /* what core's read or write answered last when it failed */
    bool server;
    bool done;            /* the handshake is over */
    bool cleared;         /* wolfSSL_shutdown has reset the engine's object */
    bool judged;          /* core has been asked about the peer */
    bool encrypted;       /* a record under keys has gone out */
    struct wolf_framing framing;
    /* and the rest */
    otls_slice alpn; /* server: the name to answer with, without its length; our copy */
    uint8_t head[2]; /* how what the peer sends begins */
    size_t head_size;
    bool missing;         /* the peer was asked for a certificate and sent none */
    bool psk_offered;     /* core gave a pre-shared key */
    bool session_offered; /* client: there was a session to resume */
    struct wolf_flight flight;
    bool kept;                 /* server: the client's certificates are where `place` says */
    uint16_t group;            /* server: the only one that is taken; 0 = none in particular */
    size_t judged_count;       /* certificates that core was shown */
    uint8_t place[WOLF_PLACE]; /* server: in core's cache; zero = there are none to keep */
    uint8_t next_nonce;        /* server: of the ticket that is sealed next */
    uint8_t *client_chain;     /* server: what the ticket opened last led to */
    size_t client_chain_size;
    uint8_t verdict_alert;   /* with which alert */
    int rx_seen, tx_seen;    /* alerts already reported: level << 8 | description, -1 = none */
    int rx_early;            /* the last received before the handshake's end, alike */
    int tx_override;         /* the alert that really went out instead of the engine's, -1 = none */
    uint16_t peer_signature; /* seen in the peer's messages; 0 = none */
    uint16_t own_signature;  /* ... and in ours */
    bool extended_master_secret; /* seen in the ServerHello */
    bool session_named;          /* a session id that is not empty stood there */
    otls_connection_info info;
    uint8_t *alpn_name; /* room for one name of these; NULL = there is no ALPN here */
    size_t alpn_room;
};

_Static_assert(offsetof(struct otls_backend_connection, alpn) <= 128,
               "what every record needs stands together");

/** The connection behind an engine object. */
static inline otls_backend_connection *wolf_connection_of(WOLFSSL *ssl)
{
    return wolfSSL_GetIOReadCtx(ssl);
}

/** error_table.c: what we say of a number. */
const kit_cause *wolf_cause(int native);
/** Such a number is about a certificate, as long as core has not been asked about the peer's. */
bool wolf_cause_is_certificate(int native);
/** Such a number may be, among other things: core is asked first. */
bool wolf_cause_may_be_certificate(int native);
/** Turn the engine's last result into ours: fills `err`, reports alerts, sends what is missing. */
otls_status wolf_failed(otls_backend_connection *conn, int native, otls_error *err);
/** `text` is about `native`; for calls without a connection. */
otls_status wolf_error(otls_error *err, otls_status status, int32_t code, int native,
                       const char *text);
/** Both sides have closed, and wolfSSL has forgotten the connection. */
otls_status wolf_unusable(otls_error *err);
/** Has the peer ended the connection with an alert? In TLS 1.3 the level does not tell (RFC 8446 6). */
bool wolf_alert_ends(const otls_backend_connection *conn, int *description);
/** The handshake ends: what came before it was a warning, whatever version it came to. */
void wolf_alerts_early(otls_backend_connection *conn);
/** Report alerts not yet reported. */
void wolf_alerts(otls_backend_connection *conn);
/** Send a fatal alert that the engine left out; best effort. */
void wolf_alert_send(otls_backend_connection *conn, uint8_t description);
/** The engine is about to send `data`: put core's alert in place of its own. */
void wolf_alert_replace(otls_backend_connection *conn, uint8_t alert, uint8_t *data, size_t size);

/* ---- records beside the engine's (record.c) ------------------------------------------------- */

#define WOLF_RECORD_HEAD 5u
#define WOLF_RECORD_TAG 16u

/** A record's bytes with its header, which is all that is looked at. */
static inline size_t wolf_record_size(const uint8_t *head)
{
    return WOLF_RECORD_HEAD + ((size_t)head[3] << 8 | head[4]);
}

/** AES-GCM, or CCM, with a nonce of 12 bytes and a tag of 16; `head` is authenticated, too. */
struct wolf_aead {
    bool ccm, short_tag; /* CCM_8: a tag of 8 */
    const uint8_t *key;
    word32 key_size;
    const uint8_t *nonce, *head;
    word32 head_size;
};
/** 0 or wolfSSL's error; `in` may be `out`. Sealing writes `tag`, opening checks it. */
int wolf_aead_seal(const struct wolf_aead *aead, const uint8_t *in, word32 size, uint8_t *out,
                   uint8_t *tag);
int wolf_aead_open(const struct wolf_aead *aead, const uint8_t *in, word32 size, uint8_t *out,
                   const uint8_t *tag);

/**
 * The engine is about to get these bytes. False: they begin a TLS 1.3 record that has no room for a
 * content type behind its tag (RFC 8446 5.4). wolfSSL looks for the type before the record's start,
 * and reads outside its buffer.
 */
bool wolf_record_follow(otls_backend_connection *conn, const uint8_t *data, size_t size);
/**
 * Record number `sequence` of TLS 1.3 under the write keys in force: `head` is its header, `out`
 * has room for the tag behind. False: no TLS 1.3, a suite that is not known, or keys that are not
 * shown.
 */
bool wolf_record_seal(const otls_backend_connection *conn, word64 sequence, const uint8_t *head,
                      const uint8_t *plain, size_t size, uint8_t *out);
/** The same for the peer's: `sealed` with its tag becomes the shorter `out`. False also: not
 *  authentic. */
bool wolf_record_open(const otls_backend_connection *conn, word64 sequence, const uint8_t *head,
                      const uint8_t *sealed, size_t size, uint8_t *out);

/** Under keys that were kept; RFC 8446 5.2. */
bool wolf_record_open_with(WOLFSSL *ssl, const uint8_t *key, const uint8_t *iv, word64 sequence,
                           const uint8_t *head, const uint8_t *sealed, size_t size, uint8_t *out);
/** Bytes of a tag of the suite in use. */
size_t wolf_record_tag(WOLFSSL *ssl);
/** Of what was sealed in a TLS 1.3 record, without padding and type (RFC 8446 5.2, 5.4); 0 unless it is of the
 *  handshake. */
size_t wolf_record_handshake(const uint8_t *inner, size_t size);

/* ---- another library's AES-GCM and RSA (acceleration.c) --------------------------------------- */

/** Once per process. */
bool wolf_acceleration_start(void);
/** An empty context with or without the device, as the policy says; NULL: no memory, or no room. */
WOLFSSL_CTX *wolf_context_new(const otls_policy *policy);
/** False: no memory. */
bool wolf_accelerated_begin(otls_backend_connection *conn);
void wolf_accelerated_end(otls_backend_connection *conn);
/** wolfSSL's calls that pass records, for a connection with `accelerated`; their answers. */
int wolf_accelerated_shake(otls_backend_connection *conn);
int wolf_accelerated_read(otls_backend_connection *conn, void *out, int size);
int wolf_accelerated_write(otls_backend_connection *conn, const void *data, int size);
otls_status wolf_private_accelerate(const otls_native_key *key, const otls_accelerator *accelerator,
                                    struct otls_rsa_key **out, otls_error *err);

/* ---- every message for core (messages.c) ----------------------------------------------------- */

/** False: no memory. */
bool wolf_messages_begin(otls_backend_connection *conn);
void wolf_messages_end(otls_backend_connection *conn);
/** These bytes pass; only if `messages` is there. */
void wolf_messages_pass(otls_backend_connection *conn, bool sent, const void *data, size_t size);
/** Note the keys in force, before the engine replaces them. */
void wolf_messages_keys(otls_backend_connection *conn);
/** The engine has had what came: below TLS 1.3 it knows the peer's Finished now. */
void wolf_messages_taken(otls_backend_connection *conn);

/* ---- early data that nobody accepts (early.c) ------------------------------------------------ */

/** Server, before anything is read; false: no memory. */
bool wolf_early_begin(otls_backend_connection *conn);
/** As core's read, without early data; ends itself with the client's first record after it. */
otls_status wolf_early_read(otls_backend_connection *conn, void *out, size_t capacity,
                            size_t *count);
void wolf_early_end(otls_backend_connection *conn);

/* ---- certificates that the engine refuses itself (flight.c) -------------------------------- */

/** Servers: note the client's handshake keys before they are replaced. */
void wolf_flight_setup(WOLFSSL_CTX *ctx);
/** Keep what the peer sends during the handshake, in case that the engine gives up on it. */
void wolf_flight_keep(otls_backend_connection *conn, const void *data, size_t size);
void wolf_flight_drop(otls_backend_connection *conn);
/** Have core judge the Certificate message itself; fills `verdict`. False: there is none to show.
 */
bool wolf_ask_message(otls_backend_connection *conn);
/** The engine refuses the peer's certificates without having asked: ask core. True: they are good to it. */
bool wolf_ask_late(otls_backend_connection *conn);

/* ---- names (names.c) ----------------------------------------------------------------------- */

/** Engine's name of a suite, NULL when the running engine lacks it. */
const char *wolf_suite_name(uint16_t id);
bool wolf_has_suite(const otls_suite *suite);
bool wolf_has_group(uint16_t group);
bool wolf_has_signature(uint16_t scheme);
/** The engine's name of a signature scheme for its list, NULL = none. */
const char *wolf_signature_name(uint16_t scheme);
/** The engine's name of a group for its list of curves, NULL = none. */
const char *wolf_group_name(uint16_t group);
uint16_t wolf_group_of(const char *curve_name);

/** Server: the callback that answers with the one name core chose. */
int wolf_alpn(WOLFSSL *ssl, const unsigned char **out, unsigned char *size,
              const unsigned char *offered, unsigned int offered_size, void *user);

/** Peer verification: hook core into the context. */
void wolf_verify_setup(WOLFSSL_CTX *ctx, const otls_policy *policy);
/** Server: from now on ask this client for a certificate (post-handshake authentication). */
void wolf_verify_connection(otls_backend_connection *conn);
/** Tell core that the peer sent no certificate though asked. */
otls_status wolf_verify_missing(otls_backend_connection *conn);

/** key_log.c: core hears of the secrets of TLS 1.3 as they come up, of others at the handshake's end. */
void wolf_watch_secrets(WOLFSSL_CTX *ctx, const otls_policy *policy);
void wolf_log_master(const otls_backend_connection *conn);

/** groups.c: a server takes this group, and no version above the policy's; false: no memory. */
bool wolf_set_group(otls_backend_connection *conn, const otls_connection_setup *setup);

/** context.c: no suite with ECDHE for this connection. */
otls_status wolf_leave_out_curves(WOLFSSL *ssl, const otls_policy *policy, otls_error *err);

/** Sessions, tickets, pre-shared keys: hook core into the context. */
otls_status wolf_session_setup(otls_backend_context *context, otls_error *err);
otls_status wolf_session_resume(otls_backend_connection *conn, otls_slice blob, otls_error *err);
otls_status wolf_ticket_setup(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err);
/** Server: the certificates of the client that the ticket belongs to. */
void wolf_ticket_chain(const otls_backend_connection *conn,
                       void (*emit)(void *user, otls_slice der), void *user);
/** Whatever a ticket has said does not count. */
void wolf_ticket_forget(otls_backend_connection *conn);
otls_status wolf_psk_setup(otls_backend_context *context, otls_error *err);

/* slots of the connection table, see backend.h */

void wolf_info(const otls_backend_connection *conn, otls_connection_info *out);
/** Once, at the end of the handshake: later wolfSSL_shutdown may reset the engine's object. */
uint16_t wolf_version(WOLFSSL *ssl);
void wolf_info_collect(otls_backend_connection *conn);
otls_status wolf_export(otls_backend_connection *conn, const char *label, otls_slice context,
                        uint8_t *out, size_t size, otls_error *err);
otls_status wolf_secret(otls_backend_connection *conn, int which, uint8_t *out, size_t capacity,
                        size_t *length, otls_error *err);
otls_status wolf_key_update(otls_backend_connection *conn, bool request_peer, otls_error *err);
otls_status wolf_request_certificate(otls_backend_connection *conn, otls_error *err);
void wolf_peer_chain(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user);
/** Below TLS 1.3: the master secret; 0 or 48, its size. */
size_t wolf_master(WOLFSSL *ssl, uint8_t out[48]);
const char *wolf_state_name(const otls_backend_connection *conn);
/** Note the peer's signature algorithm when it goes by; the second one once per context. */
void wolf_watch_signature(otls_backend_connection *conn);
void wolf_watch_pss(WOLFSSL_CTX *ctx);
/** Send handshake messages that the engine holds back. */
void wolf_flush(otls_backend_connection *conn);

extern const otls_crypto_ops wolf_crypto_ops;
extern const otls_context_ops wolf_context_ops;
extern const otls_connection_ops wolf_connection_ops;

#endif
