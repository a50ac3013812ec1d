/* SPDX-License-Identifier: MIT */
/**
 * @file ossl.h
 * What the files of the OpenSSL backend share. OpenSSL 1.1.1 and 3.x.
 *
 * The error queue belongs to the thread, not to us: the hot path never touches it. Whether a call
 * merely wants more input is known from `io`, what core's own read answered; the queue is looked at
 * only after a true failure, and then left empty.
 */
#ifndef OTLS_BACKEND_OSSL_H
#define OTLS_BACKEND_OSSL_H

#include "../kit/kit.h"

#include <errno.h>
#include <omnitls/backend.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdbool.h>

#define OSSL_NAME "openssl"
#define OSSL_AT_LEAST_3 (OPENSSL_VERSION_NUMBER >= 0x30000000L)

#if OPENSSL_VERSION_NUMBER < 0x10101000L || defined(LIBRESSL_VERSION_NUMBER)
#error "OpenSSL 1.1.1 or later is needed"
#endif

#pragma GCC visibility push(hidden)

/** More of a peer's certificates are not shown to core: it accepts one fewer. */
#define OSSL_SHOWN_MAX (OTLS_CHAIN_CERTIFICATES_MAX + 1)
/** OpenSSL's own verifier is given no more. */
#define OSSL_CHAIN_MAX 33

struct otls_backend_context {
    SSL_CTX *ctx;
    BIO_METHOD *bio; /* ours: read and write of core */
    const otls_policy *policy;
    /* OpenSSL's own word on what the security level permits; unset where it is not asked */
    int (*is_secure)(const SSL *ssl, const SSL_CTX *ctx, int operation, int bits, int nid, void *other,
                     void *ex);
};

struct otls_backend_connection {
    SSL *ssl;
    otls_core *core;
    const otls_policy *policy;
    otls_status io;             /* what core's read or write answered last */
    int16_t alert_in;           /* fatal alert received; -1 = none */
    int16_t alert_out;          /* fatal alert sent; -1 = none */
    const SSL_SESSION *offered; /* client: to compare only */
    uint8_t verify_alert;       /* with `refused`: the alert core wants */
    bool refused;               /* core refused the peer's certificates */
    bool verified;              /* core was asked about the peer's certificates */
    bool deferred;              /* ... will be asked once the OCSP response is here */
    bool suspended;             /* core's answer is pending */
    bool ask_later;             /* server: no request in the handshake */
    bool asking;                /* server: a post-handshake request is out */
    bool replaced;              /* the alert record was rewritten to carry verify_alert */
    bool closed;                /* the peer's close_notify came */
    bool psk;                   /* an external PSK was used */
    bool established;           /* the first handshake is over */
    bool watched;               /* core wants every message */
    bool memory_short;          /* malloc failed within this call */
    bool deaf;                  /* nothing is to be read during this call */
    bool no_ticket;             /* server: the client's chain does not fit into one */
    uint8_t alpn_size;
    uint8_t alpn[255]; /* server: the one name to choose */
};

/** Private and public keys are an EVP_PKEY; a key signing by callback hangs on `signer`. */
struct otls_native_key {
    EVP_PKEY *pkey;
    struct ossl_signer *signer; /* NULL unless private_key_from_callback made it */
};

struct otls_native_public_key {
    EVP_PKEY *pkey;
};

/* error.c */

/** Report the newest entry of the error queue as `status`, and empty the queue. */
OTLS_PRINTF(4, 5) otls_status ossl_fail(otls_error *err, otls_status status,
                                                            int32_t code, const char *format, ...);
/** Why did the SSL call fail? WANT_READ, CLOSED or a complete report. Empties the queue. */
otls_status ossl_fail_connection(otls_backend_connection *conn, otls_error *err);
/** error_table.c: what we say of a reason of libssl. */
const kit_cause *ossl_cause(int reason);
/** The newest entry says that an algorithm is missing, not that the input is wrong. */
bool ossl_error_is_unsupported(void);

/* names.c */

/** What this OpenSSL has; slots of the context table. */
bool ossl_has_suite(const otls_suite *suite);
bool ossl_has_group(uint16_t group);
bool ossl_has_signature(uint16_t scheme);
/** As ossl_has_suite; leaves the lists of `ctx` in disorder. */
bool ossl_ctx_has_suite(SSL_CTX *ctx, const otls_suite *suite);

/** OpenSSL's names; NULL when unknown. */
const char *ossl_group_name(uint16_t group);
const char *ossl_signature_name(uint16_t scheme);
/** The IANA group of an OpenSSL NID; 0 when unknown. */
uint16_t ossl_group_of_nid(int nid);
/** The IANA SignatureScheme of key type, hash; 0 when unknown. */
uint16_t ossl_signature_of_nids(int type, int hash, bool pss_key);

/* verify.c */

/** For SSL_CTX_set_cert_verify_callback. */
int ossl_verify_callback(X509_STORE_CTX *store, void *unused);
/** For SSL_CTX_set_msg_callback: the peer's Certificate message, before OpenSSL decodes it, and every
 *  message when core asks. */
void ossl_message_callback(int written, int version, int type, const void *data, size_t size,
                           SSL *ssl, void *unused);
/** OpenSSL has failed: if it is for the peer's certificates, what core says of them is the answer.
 */
void ossl_ask_late(otls_backend_connection *conn);
/** For SSL_CTX_set_tlsext_status_cb, both sides. */
int ossl_status_callback(SSL *ssl, void *unused);
/** Server: tell core that the peer sent no certificate though asked. */
otls_status ossl_verify_none(otls_backend_connection *conn);

/* session.c */

/** Sessions, tickets and the server's cache as the policy wants them. */
otls_status ossl_session_setup(SSL_CTX *ctx, const otls_policy *policy, otls_error *err);
/** Client: tell core of the session in use. */
void ossl_session_renewed(otls_backend_connection *conn);

/* session_bytes.c */

/** A client's session as OpenSSL encodes it, without the peer's certificate; within `der`. */
otls_slice ossl_session_without_peer(unsigned char *der, size_t size);
/** A client's session as an object for core; NULL: no memory. */
otls_native_session_object *ossl_session_keep(SSL_SESSION *session);
/** For one connection. NULL: no memory. */
SSL_SESSION *ossl_session_copy(const otls_native_session_object *object);
/* slots of the connection table */
void ossl_session_free(otls_native_session_object *object);
otls_status ossl_session_encode(const otls_native_session_object *object,
                                void (*emit)(void *user, otls_slice blob), void *user,
                                otls_error *err);

/* session_chain.c */

/** Server: put the client's chain, but for its leaf, into the session; false when it has no room.
 */
bool ossl_session_keep_chain(otls_backend_connection *conn, SSL_SESSION *session);
bool ossl_session_chain_setup(SSL_CTX *ctx);
/** Server, resumed: hand out what ossl_session_keep_chain put there. */
void ossl_session_chain(const otls_backend_connection *conn,
                        void (*emit)(void *user, otls_slice der), void *user);

/* psk.c */

/** Pre-shared keys as the policy wants them. */
otls_status ossl_psk_setup(SSL_CTX *ctx, const otls_policy *policy, otls_error *err);

/* info.c: slots of the connection table */

void ossl_info(const otls_backend_connection *conn, otls_connection_info *out);
void ossl_peer_chain(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user);
const char *ossl_state_name(const otls_backend_connection *conn);
otls_status ossl_export_keying(otls_backend_connection *conn, const char *label, otls_slice context,
                               uint8_t *out, size_t size, otls_error *err);
otls_status ossl_secret(otls_backend_connection *conn, int which, uint8_t *out, size_t capacity,
                        size_t *length, otls_error *err);

/* signer.c, provider.c */

#if OSSL_AT_LEAST_3
#define OSSL_PROVIDER_NAME "omnitls"
#define OSSL_PARAM_SIGNER "omnitls-signer" /* the address of the struct ossl_signer */

struct ossl_signer {
    OSSL_LIB_CTX *library;
    OSSL_PROVIDER *provider;
    EVP_PKEY *public_key; /* OpenSSL's own, in the default library context */
    otls_sign_callback sign;
    void *user;
};

/** For OSSL_PROVIDER_add_builtin: keys that are made from OSSL_PARAM_SIGNER sign by its callback.
 */
int ossl_signer_provider(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
                         const OSSL_DISPATCH **out, void **provider);
#endif
otls_status ossl_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err);
void ossl_signer_free(struct ossl_signer *signer);
/** Borrowed. */
EVP_PKEY *ossl_signer_public(const struct ossl_signer *signer);

/* key.c, public_key.c */

otls_status ossl_private_key_import(otls_native_key **out, const otls_key_source *source,
                                    otls_error *err);
void ossl_private_key_free(otls_native_key *key);
otls_status ossl_private_key_public(const otls_native_key *key, uint8_t *out, size_t capacity,
                                    size_t *length, otls_error *err);
otls_status ossl_public_key_import(otls_native_public_key **out, otls_slice spki, otls_error *err);
void ossl_public_key_free(otls_native_public_key *key);
/** Takes `pkey`, also when it fails. */
otls_status ossl_key_wrap(otls_native_key **out, EVP_PKEY *pkey, otls_error *err);

/** NULL when it cannot be used; *malformed tells whether that is the key's own fault. */
EVP_PKEY *ossl_public_key(otls_slice spki, bool *malformed);

/* pkcs12.c */

otls_status ossl_pbkdf2(otls_sig_hash hash, otls_slice password, otls_slice salt, uint32_t rounds,
                        uint8_t *out, size_t size, otls_error *err);
otls_status ossl_decrypt_cbc(otls_cbc_cipher cipher, otls_slice key, const uint8_t *iv,
                             otls_slice data, uint8_t *out, otls_error *err);
otls_status ossl_scrypt(otls_slice password, otls_slice salt, uint64_t n, uint32_t r, uint32_t p,
                        uint8_t *out, size_t size, otls_error *err);

/* engine_verifier.c, context.c, connection.c, crypto.c */

/** OTLS_SIG_HASH_...; NULL for none. */
const EVP_MD *ossl_md(uint8_t hash);

extern const otls_certificate_ops ossl_certificate_ops;
extern const otls_context_ops ossl_context_ops;
extern const otls_connection_ops ossl_connection_ops;
extern const otls_crypto_ops ossl_crypto_ops;
BIO_METHOD *ossl_bio_method(void);
/** For SSL_CTX_set_info_callback: alerts. */
void ossl_info_callback(const SSL *ssl, int where, int value);

/** libssl clears errno before it reads and writes, an alert about what failed, too: what malloc has said by now is
 *  kept (see ossl_fail_connection). */
static inline void ossl_keep_memory_short(otls_backend_connection *conn)
{
    if (errno == ENOMEM && conn != NULL)
        conn->memory_short = true;
}

/** Whose callback it is. */
static inline otls_backend_connection *ossl_connection_of(const SSL *ssl)
{
    otls_backend_connection *conn = SSL_get_app_data(ssl);
    ossl_keep_memory_short(conn);
    return conn;
}

#pragma GCC visibility pop
#endif
