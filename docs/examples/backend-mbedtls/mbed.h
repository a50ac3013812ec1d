/* SPDX-License-Identifier: MIT */
/**
 * @file mbed.h
 * Private to the mbed TLS backend: its state blocks and what its files share. It needs omnitls'
 * installed headers and mbed TLS 2.28's, of which ssl_internal.h and pk_internal.h are two.
 */
#ifndef MBED_H
#define MBED_H

#include <omnitls/backend.h>

#include <mbedtls/config.h>
#include <mbedtls/error.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pem.h>
#include <mbedtls/platform.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_internal.h>
#include <mbedtls/version.h>

#include <stdbool.h>
#include <stdlib.h>

#if MBEDTLS_VERSION_NUMBER < 0x021c0000 || MBEDTLS_VERSION_NUMBER >= 0x021d0000
#error "this backend knows the inside of mbed TLS 2.28 and of no other"
#endif

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
    int *hashes;
    mbedtls_ecp_group_id *groups;
};

/** What the exporter, the key log and `secret` need; filled when the keys are derived. */
typedef struct mbed_secrets {
    bool known;
    uint8_t master[48];
    uint8_t randoms[64];
    mbedtls_tls_prf_types prf;
} mbed_secrets;

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
    bool reused;   /* what was negotiated, noted while mbed TLS knows it: */
    bool extended; /* RFC 7627 */
    bool psk;
    uint16_t group;
    uint16_t signature;
};

/* error.c */

/** One row of the table of errors: mbed TLS' number, what we say of it, the alert that fits. */
typedef struct mbed_cause {
    int native;
    otls_status status;
    int32_t code;
    uint8_t alert;
} mbed_cause;
/** A failure without a connection; `native` 0: not the engine's. */
otls_status mbed_fail(otls_error *err, otls_status status, int32_t code, int native,
                      const char *text);
otls_status mbed_fail_nomem(otls_error *err);
/** E_NOMEM when the number is some module's "out of memory", else `otherwise`. */
otls_status mbed_category(int native, otls_status otherwise);
/** A connection ends: report it, and send the alert that mbed TLS did not send. */
otls_status mbed_fail_connection(otls_backend_connection *conn, int native, otls_error *err);

/* names.c: IANA's numbers in mbed TLS' */

mbedtls_md_type_t mbed_hash(otls_hash hash);
mbedtls_md_type_t mbed_sig_hash(unsigned hash);    /* otls_sig_hash */
uint8_t mbed_sig_hash_of(mbedtls_md_type_t md);    /* back */
mbedtls_ecp_group_id mbed_group(uint16_t group);   /* MBEDTLS_ECP_DP_NONE: not there */
uint16_t mbed_group_iana(mbedtls_ecp_group_id id); /* 0: none */
bool mbed_has_suite(const otls_suite *suite);
bool mbed_has_group(uint16_t group);
bool mbed_has_signature(uint16_t scheme);

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

/* handshake.c, peer.c */

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

/* connection.c */

/** Send a fatal alert of ours, and tell core. */
void mbed_alert(otls_backend_connection *conn, uint8_t alert);

/* session.c, ticket.c, psk.c, hello.c */

otls_status mbed_session_setup(otls_backend_connection *conn, const otls_connection_setup *setup,
                               otls_error *err);
void mbed_session_clear(mbed_session *session);
/** Client: tell core of the session that this handshake made, if it made one. */
void mbed_session_notice(otls_backend_connection *conn);
/** The session and what we add. NULL: no memory, or mbed TLS cannot. The caller wipes and frees. */
uint8_t *mbed_session_pack(const otls_backend_connection *conn, const mbedtls_ssl_session *session,
                           size_t *size);
/** Into fresh structures; false leaves both empty. */
bool mbed_session_unpack(otls_slice blob, mbedtls_ssl_session *session, mbed_session *ours);
/** Do version, suite and RFC 7627 fit the session in conn->resumed? */
bool mbed_session_fits(const otls_backend_connection *conn);
void mbed_ticket_setup(otls_backend_connection *conn);
otls_status mbed_psk_setup(otls_backend_connection *conn, otls_error *err);
/** Client: the server's ServerKeyExchange has come in; 0, or mbed TLS' number. */
int mbed_psk_hint(otls_backend_connection *conn);
/** Server: the ClientHello has come in, make our list of suites fit its order and groups. */
void mbed_fit_suites(otls_backend_connection *conn, const uint8_t *record, size_t size);

/* info.c */

/** For mbedtls_ssl_conf_export_keys_ext_cb. */
int mbed_keys_derived(void *user, const unsigned char *master, const unsigned char *block,
                      size_t mac_size, size_t key_size, size_t iv_size,
                      const unsigned char client_random[32], const unsigned char server_random[32],
                      mbedtls_tls_prf_types prf);
/** Note what is forgotten when the handshake ends; `state` is where the last step began. */
void mbed_observe(otls_backend_connection *conn, int state);
uint16_t mbed_version(const otls_backend_connection *conn);
void mbed_info(const otls_backend_connection *conn, otls_connection_info *out);
otls_status mbed_export_keying(otls_backend_connection *conn, const char *label, otls_slice context,
                               uint8_t *out, size_t size, otls_error *err);
otls_status mbed_secret(otls_backend_connection *conn, int which, uint8_t *out, size_t capacity,
                        size_t *length, otls_error *err);
void mbed_peer_chain(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user);
const char *mbed_state_name(const otls_backend_connection *conn);

/* features.c */

otls_support mbed_supports(otls_feature feature, const char **why);

extern const otls_crypto_ops mbed_crypto_ops;
extern const otls_context_ops mbed_context_ops;
extern const otls_connection_ops mbed_connection_ops;

#pragma GCC visibility pop

#endif
