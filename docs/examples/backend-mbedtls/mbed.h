/* SPDX-License-Identifier: MIT */
/**
 * @file mbed.h
 * Private to the mbed TLS backend: its state blocks and what its files share. It needs omnitls'
 * installed headers and mbed TLS' own.
 */
#ifndef MBED_H
#define MBED_H

#include "release.h"

#include <stdlib.h>

#define MBED_NAME "mbedtls"
#define MBED_COUNT(array) (sizeof(array) / sizeof((array)[0]))
/** One more certificate than core accepts by default and all that it takes at once. */
#define MBED_CHAIN_MAX 33u
#define MBED_HEAD 3u /* bytes of a length before each certificate in a row */

#pragma GCC visibility push(hidden)

/** A private key. Immutable after import; mbed TLS locks what it changes in one. */
struct otls_native_key {
    mbedtls_pk_context pk;
    uint8_t *spki; /* its public half */
    size_t spki_size;
    struct mbed_signer *signer; /* keys that are held elsewhere, else NULL */
};

struct otls_native_public_key {
    mbedtls_pk_context pk;
};

/** Everything that mbed TLS keeps pointers to, beside the configuration. */
struct otls_backend_context {
    const otls_policy *policy; /* lives as long as we do */
    mbedtls_ssl_config conf;
    mbedtls_x509_crt chain;
    mbedtls_x509_crt *ca_names; /* made up, a subject each */
    int *suites;
    void *signatures; /* digests, or schemes: as the release has them */
    void *groups;     /* its own numbers, or IANA's */
};

/** What the exporter and `secret` need; filled when the keys are derived. */
typedef struct mbed_secrets {
    bool known;
    uint8_t master[48]; /* below TLS 1.3 */
    uint8_t randoms[64];
    mbedtls_tls_prf_types prf;
} mbed_secrets;

/** A server's view of a ClientHello, as its records come in. */
typedef struct mbed_hello {
    uint8_t head[5]; /* of the record at hand */
    size_t head_size, left;
    uint8_t *data; /* the message */
    size_t size;
    unsigned records;
} mbed_hello;

/** What a session says beyond mbed TLS' own serialisation. */
typedef struct mbed_session {
    bool extended; /* RFC 7627 */
    uint16_t version;
    uint16_t suite;
    uint8_t *chain; /* a server's: its client's as it was sent, lengths and all; NULL: none */
    size_t chain_size;
} mbed_session;

struct otls_backend_connection {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config conf; /* a copy of the context's, with this connection's callbacks: not freed */
    otls_core *core;
    const otls_backend_context *context;
    const char **alpn; /* NULL-terminated, names behind the pointers */
    int *suites;       /* server: those that fit the client's hello */
    mbed_hello hello;
    mbed_secrets secrets;
    mbed_session resumed; /* what was resumed, or offered; a new one's chain */
    int alert_sent;       /* -1: none; -2: one that cannot be read any more */
    uint8_t refuse_alert;
    bool broken;   /* core's write failed */
    bool split;    /* the ClientHello is in several records, which mbed TLS cannot read */
    bool starved;  /* core had no bytes */
    bool judging;  /* core's verdict on the peer is to be asked for (again) */
    bool refused;  /* and was no */
    bool closed;   /* the peer's close_notify came */
    bool closing;  /* ours is going out */
    bool ticket;   /* client: a new ticket came */
    bool offered_extended; /* server: the ClientHello has RFC 7627's extension */
    bool has_hello;        /* the ServerHello was seen */
    bool noted;            /* and what it means: */
    bool reused;
    bool extended;           /* RFC 7627 */
    bool psk;                /* external */
    uint16_t identity;       /* which of the pre-shared keys that were offered, TLS 1.3 */
    const otls_suite *suite; /* the policy's */
    uint16_t group;
    uint16_t signature; /* the peer's */
};

/* error.c */

/** A failure without a connection; `native` 0: not the engine's. */
otls_status mbed_fail(otls_error *err, otls_status status, int32_t code, int native,
                      const char *text);
otls_status mbed_fail_nomem(otls_error *err);
/** E_NOMEM when the number is some module's "out of memory", else `otherwise`. */
otls_status mbed_category(int native, otls_status otherwise);
/** A connection ends: report it, and send the alert that mbed TLS did not send. */
otls_status mbed_fail_connection(otls_backend_connection *conn, int native, otls_error *err);

/* names.c: IANA's numbers in mbed TLS', suites in core's words */

mbedtls_md_type_t mbed_hash(otls_hash hash);
mbedtls_md_type_t mbed_sig_hash(unsigned hash);    /* otls_sig_hash */
uint8_t mbed_sig_hash_of(mbedtls_md_type_t md);    /* back */
mbedtls_ecp_group_id mbed_group(uint16_t group);   /* MBEDTLS_ECP_DP_NONE: not there */
uint16_t mbed_group_iana(mbedtls_ecp_group_id id); /* 0: none */
bool mbed_has_suite(const otls_suite *suite);
bool mbed_has_group(uint16_t group);
/** The policy's suite of this number, NULL: it has none. */
const otls_suite *mbed_suite(const otls_policy *policy, int id);
bool mbed_uses_psk(const otls_suite *suite);
bool mbed_uses_ecdhe(const otls_suite *suite);

/* crypto.c, decrypt.c, private_key.c, public_key.c, signer.c */

/** mbed TLS' f_rng: the operating system's, so that nothing is shared by threads or after fork. */
int mbed_rng(void *unused, unsigned char *out, size_t size);
void mbed_wipe(void *data, size_t size);
otls_status mbed_private_key_import(otls_native_key **out, const otls_key_source *source,
                                    otls_error *err);
void mbed_private_key_free(otls_native_key *key);
otls_status mbed_private_key_public(const otls_native_key *key, uint8_t *out, size_t capacity,
                                    size_t *length, otls_error *err);
/** Write key->spki from key->pk; 0 or mbed TLS' number. */
int mbed_keep_public(otls_native_key *key);
otls_status mbed_public_key_import(otls_native_public_key **out, otls_slice spki, otls_error *err);
void mbed_public_key_free(otls_native_public_key *key);
otls_status mbed_verify(const otls_native_public_key *key,
                        const otls_signature_algorithm *algorithm, otls_slice data,
                        otls_slice signature, otls_error *err);
otls_status mbed_sign(const otls_native_key *key, const otls_signature_algorithm *algorithm,
                      otls_slice data, uint8_t *out, size_t capacity, size_t *length,
                      otls_error *err);
otls_status mbed_pbkdf2(otls_sig_hash hash, otls_slice password, otls_slice salt, uint32_t rounds,
                        uint8_t *out, size_t size, otls_error *err);
otls_status mbed_decrypt_cbc(otls_cbc_cipher cipher, otls_slice key, const uint8_t *iv,
                             otls_slice data, uint8_t *out, otls_error *err);
otls_status mbed_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err);
void mbed_signer_free(struct mbed_signer *signer);

/* handshake.c, peer.c, watch.c */

otls_status mbed_handshake(otls_backend_connection *conn, otls_error *err);
/** Is the next step one in which the peer's Certificate is read? */
bool mbed_reads_certificate(const otls_backend_connection *conn);
/** Did the step from `state` bring a chain, or the lack of one, that core must judge? */
bool mbed_must_judge(const otls_backend_connection *conn, int state);
/** OTLS_OK, OTLS_WANT_ASYNC, or the failure of the connection. */
otls_status mbed_judge(otls_backend_connection *conn, otls_error *err);
/** mbed TLS gives up on the peer's Certificate: the alert that core wants instead of `alert`. */
uint8_t mbed_judge_late(otls_backend_connection *conn, uint8_t alert);
/** Client: hand core the names in a CertificateRequest that has just been read. */
void mbed_tell_ca_names(otls_backend_connection *conn);
/** A ServerHello or ServerKeyExchange that comes or goes in plain text, with its header. */
void mbed_watch(otls_backend_connection *conn, otls_slice message);
/** Note what the step from `state` has brought. */
void mbed_observe(otls_backend_connection *conn, int state);

/* connection.c */

/** Send a fatal alert of ours, and tell core. */
void mbed_alert(otls_backend_connection *conn, uint8_t alert);

/* session.c, ticket.c, psk.c, hello.c */

otls_status mbed_session_setup(otls_backend_connection *conn, const otls_connection_setup *setup,
                               otls_error *err);
/** A server's cache, as mbed TLS' callbacks want it. */
int mbed_cache_get(otls_backend_connection *conn, otls_slice id, mbedtls_ssl_session *session);
int mbed_cache_set(otls_backend_connection *conn, otls_slice id,
                   const mbedtls_ssl_session *session);
void mbed_session_clear(mbed_session *session);
/** Client: tell core of the session that this handshake made, if it made one. */
void mbed_session_notice(otls_backend_connection *conn);
/** The session and what we add. NULL: no memory, or mbed TLS cannot. The caller wipes and frees. */
uint8_t *mbed_session_pack(const otls_backend_connection *conn, const mbedtls_ssl_session *session,
                           size_t *size);
/** Into fresh structures; false leaves both empty. */
bool mbed_session_unpack(otls_slice blob, mbedtls_ssl_session *session, mbed_session *ours);
/** Server: do version and RFC 7627 of this handshake fit the session in conn->resumed? One with the
 *  extension and a client without it must not go on as if nothing was: it fits, and is ended later. */
bool mbed_session_fits(const otls_backend_connection *conn);
void mbed_ticket_setup(otls_backend_connection *conn);
void mbed_psk_drop(otls_backend_connection *conn);
otls_status mbed_psk_setup(otls_backend_connection *conn, otls_error *err);
/** Client: the server's ServerKeyExchange has come in; 0, or mbed TLS' number. */
int mbed_psk_hint(otls_backend_connection *conn);
/** Take what stands behind a length of `octets` bytes off the front of `rest`; false: there is less. */
bool mbed_take(otls_slice *rest, size_t octets, otls_slice *out);
/** Server: bytes of a ClientHello's records come in. With the last of them, make our list of suites fit
 *  its order and groups. false: no memory. */
bool mbed_see_hello(otls_backend_connection *conn, otls_slice bytes);
/** Server: a session is to be resumed with its suite; false: that is none of the list's. */
bool mbed_prefer_suite(otls_backend_connection *conn, int suite);

/* info.c */

/** The keys below TLS 1.3 are there. */
void mbed_keys_derived(otls_backend_connection *conn, const uint8_t master[48],
                       const uint8_t client_random[32], const uint8_t server_random[32],
                       mbedtls_tls_prf_types prf);
/** A line of RFC 9850's key log, if the policy has one. */
void mbed_log_secret(otls_backend_connection *conn, const char *label, otls_slice secret);
void mbed_info(const otls_backend_connection *conn, otls_connection_info *out);
otls_status mbed_export_keying(otls_backend_connection *conn, const char *label, otls_slice context,
                               uint8_t *out, size_t size, otls_error *err);
otls_status mbed_secret(otls_backend_connection *conn, int which, uint8_t *out, size_t capacity,
                        size_t *length, otls_error *err);
const char *mbed_state_name(const otls_backend_connection *conn);
void mbed_peer_chain(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user);

/* features.c */

otls_support mbed_supports(otls_feature feature, const char **why);

extern const otls_crypto_ops mbed_crypto_ops;
extern const otls_context_ops mbed_context_ops;
extern const otls_connection_ops mbed_connection_ops;

#pragma GCC visibility pop

#endif
