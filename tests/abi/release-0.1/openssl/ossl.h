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
#define OSSL_CHAIN_MAX 33

struct otls_backend_context {
    SSL_CTX *ctx;
    BIO_METHOD *bio; /* ours: read and write of core */
    const otls_policy *policy;
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
__attribute__((format(printf, 4, 5))) otls_status ossl_fail(otls_error *err, otls_status status,
                                                            int32_t code, const char *format, ...);
/** Why did the SSL call fail? WANT_READ, CLOSED or a complete report. Empties the queue. */
otls_status ossl_fail_connection(struct otls_backend_connection *conn, otls_error *err);
/** The newest entry says that an algorithm is missing, not that the input is wrong. */
bool ossl_error_is_unsupported(void);

/* names.c */

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
/** For SSL_CTX_set_msg_callback: the peer's Certificate message, before OpenSSL decodes it. */
void ossl_message_callback(int written, int version, int type, const void *data, size_t size,
                           SSL *ssl, void *unused);
/** OpenSSL has failed: if it is for the peer's certificates, what core says of them is the answer. */
void ossl_ask_late(struct otls_backend_connection *conn);
/** For SSL_CTX_set_tlsext_status_cb, both sides. */
int ossl_status_callback(SSL *ssl, void *unused);
/** Server: tell core that the peer sent no certificate though asked. */
otls_status ossl_verify_none(struct otls_backend_connection *conn);

/* session.c */

/** Sessions, tickets and the server's cache as the policy wants them. */
otls_status ossl_session_setup(SSL_CTX *ctx, const otls_policy *policy, otls_error *err);
/** Client: tell core of the session in use. */
void ossl_session_renewed(struct otls_backend_connection *conn);

/* session_chain.c */
/** Server: put the client's chain, but for its leaf, into the session; false when it has no room. */
bool ossl_session_keep_chain(struct otls_backend_connection *conn, SSL_SESSION *session);
bool ossl_session_chain_setup(SSL_CTX *ctx);
/** Server, resumed: hand out what ossl_session_keep_chain put there. */
void ossl_session_chain(const struct otls_backend_connection *conn,
                        void (*emit)(void *user, otls_slice der), void *user);
/** Pre-shared keys as the policy wants them. */
otls_status ossl_psk_setup(SSL_CTX *ctx, const otls_policy *policy, otls_error *err);

/* introspect.c: slots of the connection table */

void ossl_info(const struct otls_backend_connection *conn, otls_connection_info *out);
void ossl_peer_chain(struct otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user);
const char *ossl_state_name(const struct otls_backend_connection *conn);
otls_status ossl_export_keying(struct otls_backend_connection *conn, const char *label,
                               otls_slice context, uint8_t *out, size_t size, otls_error *err);
otls_status ossl_secret(struct otls_backend_connection *conn, int which, uint8_t *out,
                        size_t capacity, size_t *length, otls_error *err);

/* signer.c */

otls_status ossl_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err);
void ossl_signer_free(struct ossl_signer *signer);
/** Borrowed. */
EVP_PKEY *ossl_signer_public(const struct ossl_signer *signer);

/* public.c */

/** NULL when it cannot be used; *malformed tells whether that is the key's own fault. */
EVP_PKEY *ossl_public_key(otls_slice spki, bool *malformed);

/* pkcs12.c */

otls_status ossl_pkcs12_open(otls_slice pfx, otls_slice password, otls_native_key **key,
                             void (*emit)(void *user, otls_slice der), void *user, otls_error *err);

/* chain.c, context.c, connection.c, crypto.c */

/** OTLS_SIG_HASH_...; NULL for none. */
const EVP_MD *ossl_md(uint8_t hash);

extern const otls_certificate_ops ossl_certificate_ops;
extern const otls_context_ops ossl_context_ops;
extern const otls_connection_ops ossl_connection_ops;
extern const otls_crypto_ops ossl_crypto_ops;
otls_status ossl_key_wrap(otls_native_key **out, EVP_PKEY *pkey, otls_error *err);
BIO_METHOD *ossl_bio_method(void);
/** For SSL_CTX_set_info_callback: alerts. */
void ossl_info_callback(const SSL *ssl, int where, int value);

static inline struct otls_backend_connection *ossl_connection(const SSL *ssl)
{
    return SSL_get_app_data(ssl);
}

#pragma GCC visibility pop
#endif
