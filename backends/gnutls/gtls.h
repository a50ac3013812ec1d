/* SPDX-License-Identifier: MIT */
/**
 * @file gtls.h
 * Private to the GnuTLS backend: its state blocks and the functions its files share. Every symbol
 * that crosses a file begins with gtls_ and is hidden; the module table is all that is exported.
 */
#ifndef GTLS_H
#define GTLS_H

#include "../kit/kit.h"
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <omnitls/backend.h>
#include <stdatomic.h>
#include <stdlib.h>

#if GNUTLS_VERSION_NUMBER < 0x030700
#error "GnuTLS 3.7 or newer is needed"
#endif

#define GTLS_NAME "gnutls"
/** A call of ours goes round at most this often for records that bring the caller nothing. */
#define GTLS_ROUNDS 256
/** Groups with ML-KEM (draft-ietf-tls-ecdhe-mlkem) have numbers from here on. */
#define GTLS_FIRST_HYBRID 0x11ebu
/** So many warnings in a row end a connection, as with OpenSSL and wolfSSL. */
#define GTLS_WARNINGS 5
/** GnuTLS 3.7's limits: MAX_ALPN_PROTOCOLS and ALPN_MAX_PROTOCOL_NAME. */
#define GTLS_ALPN_COUNT 8
#define GTLS_ALPN_SIZE 32
/** More of a peer's certificates are not shown to core: it accepts one fewer. */
#define GTLS_SHOWN_MAX (OTLS_CHAIN_CERTIFICATES_MAX + 1)
/** No longer chain is presented, or given to GnuTLS' own verifier. */
#define GTLS_CHAIN_MAX 32

#pragma GCC visibility push(hidden)

/** A private key: GnuTLS' own, or one that signs elsewhere. Immutable after import. */
struct otls_native_key {
    gnutls_privkey_t key;
    gnutls_x509_privkey_t x509; /* NULL for a callback key */
    gnutls_pubkey_t public_key;
    otls_sign_callback sign; /* callback keys */
    void *user;
    int pk; /* gnutls_pk_algorithm_t */
    unsigned bits;
};

struct otls_native_public_key {
    gnutls_pubkey_t key;
    int pk;
    unsigned spki_size;
    uint8_t spki[]; /* RSA-PSS with odd salts needs a handle of its own */
};

struct otls_backend_context {
    const otls_policy *policy; /* lives as long as we do */
    gnutls_priority_t priority;
    gnutls_priority_t older, tls13; /* server with both: for the version that was negotiated */
    gnutls_priority_t again;        /* server with renegotiation and tickets */
    _Atomic(gnutls_priority_t) *alone; /* server, TLS 1.3: with one group of the policy; made on demand */
    gnutls_certificate_credentials_t certificate;
    gnutls_psk_client_credentials_t psk_client;
    gnutls_psk_server_credentials_t psk_server;
    gnutls_dh_params_t dh; /* server, NULL = none */
    gnutls_pcert_st *chain;
    unsigned chain_count;
    gnutls_anti_replay_t anti_replay; /* server with early data */
};

/** During a renegotiation, when GnuTLS would mistake one for the other: the records it may see. */
typedef enum gtls_records { GTLS_ANY_RECORD = 0, GTLS_DATA_RECORDS, GTLS_OTHER_RECORDS } gtls_records;

/** A sealed TLS 1.3 alert without padding: level, description, type, and the largest tag. */
#define GTLS_SEALED_ALERT (3u + 16u)

/** Where GnuTLS stands in the peer's records; kept once conn->framed says so. */
typedef struct gtls_framing {
    uint8_t head[5 + GTLS_SEALED_ALERT]; /* a record that may be an alert is read as a whole */
    uint8_t have, given; /* bytes of it: here, and with GnuTLS */
    uint8_t wanted;      /* gtls_records */
    bool held_back;      /* one of another kind was there during this call */
    size_t left;         /* bytes of the body still to come */
} gtls_framing;

enum { GTLS_FINISHED_MAX = 64 };
enum { GTLS_ALERT = 21 }; /* the type of a record */

struct otls_backend_connection {
    gnutls_session_t session;
    otls_core *core;
    const otls_backend_context *context;
    uint32_t ticket_lifetime;
    bool starved; /* core had no bytes during this call */
    bool fed;     /* core had some */
    bool broken;
    bool async;   /* core's verify_peer wants to be asked again */
    bool refused; /* core's verify_peer said no */
    bool shows_none; /* renegotiation: an empty Certificate, whomever GnuTLS remembers */
    bool established;
    bool watched;     /* core wants every message */
    bool framed; /* GnuTLS gets the peer's records one by one */
    bool rehandshaking;
    bool reauthenticating;
    bool data_waiting; /* data came in the middle of one of these */
    bool closed;       /* close_notify did */
    bool ended;        /* ours went */
    bool deaf;         /* what has come is for the reads, which know what to do with it */
    gtls_framing framing;
    bool ticket_arrived, ticket_named;
    uint8_t ticket_name[32];
    gnutls_priority_t alone; /* server: of the context's; NULL = none in particular */
    bool tickets;    /* server: there is a key to seal tickets with */
    bool may_resume; /* client: a session was taken */
    size_t early_size;
    otls_slice alpn; /* client: what is offered, core's */
    uint8_t refuse_alert;
    uint8_t warnings; /* in a row */
    uint8_t finished[2][GTLS_FINISHED_MAX]; /* verify_data: ours, the peer's */
    uint8_t finished_size[2];
};

static inline otls_backend_connection *gtls_connection_of(gnutls_session_t session)
{
    return gnutls_session_get_ptr(session);
}

/* alpn.c */

/** Client: does this ServerHello or EncryptedExtensions choose what was offered? Else the error. */
int gtls_alpn_check(const otls_backend_connection *conn, unsigned type, otls_slice message);

/* error.c */

/** error_table.c: what we say of a code. */
const kit_cause *gtls_cause(int native);
/** GnuTLS' code as a report; sends the alert that fits and tells core. Returns the status. */
otls_status gtls_fail_connection(otls_backend_connection *conn, int code, otls_error *err);
/** A failure that has no connection. */
otls_status gtls_fail(otls_error *err, otls_status status, int32_t code, int native,
                      const char *what);
/** The category of a failure outside a connection: memory or the given one. */
otls_status gtls_category(int native, otls_status otherwise);
otls_status gtls_fail_nomem(otls_error *err);

/* names.c: IANA numbers against GnuTLS' names */

const char *gtls_kx_name(const otls_suite *suite);     /* NULL = GnuTLS has none, or TLS 1.3 */
const char *gtls_cipher_name(const otls_suite *suite); /* NULL = none */
const char *gtls_mac_name(const otls_suite *suite);
bool gtls_has_suite(const otls_suite *suite);
bool gtls_has_group(uint16_t group);
bool gtls_has_signature(uint16_t scheme);
const char *gtls_group_name(uint16_t group);
/** The n-th GnuTLS algorithm for a scheme (some have two); GNUTLS_SIGN_UNKNOWN ends the list. */
gnutls_sign_algorithm_t gtls_signature(uint16_t scheme, unsigned n);
uint16_t gtls_session_version(gnutls_session_t session); /* as on the wire, 0 = none */
uint16_t gtls_session_suite(gnutls_session_t session);
uint16_t gtls_session_group(gnutls_session_t session);
uint16_t gtls_signature_iana(gnutls_sign_algorithm_t algorithm);

/* product.c, priority.c */

/** AGAIN: OLDER for a server's renegotiations, without tickets. */
typedef enum gtls_part { GTLS_ALL, GTLS_OLDER, GTLS_TLS13, GTLS_AGAIN } gtls_part;
/** Mark the suites (policy->suite_count of them) that go into the priority for a part. */
void gtls_choose_suites(const otls_policy *policy, gtls_part part, bool *chosen);

otls_status gtls_priority(gnutls_priority_t *out, const otls_policy *policy, gtls_part part,
                          otls_error *err);
/** For gnutls_handshake_set_post_client_hello_function. */
int gtls_version_known(gnutls_session_t session);
/** TLS 1.3: what else the policy has is not taken. */
otls_status gtls_only_group(otls_backend_connection *conn, const otls_backend_context *context,
                            uint16_t group, otls_error *err);

/* crypto.c, key.c, signer.c, pkcs12.c */

gnutls_sign_algorithm_t gtls_sign_algorithm(const otls_signature_algorithm *algorithm, int pk);
otls_status gtls_key_wrap(otls_native_key **out, gnutls_x509_privkey_t x509, otls_error *err);
otls_status gtls_private_key_import(otls_native_key **out, const otls_key_source *source,
                                    otls_error *err);
void gtls_private_key_free(otls_native_key *key);
otls_status gtls_private_key_accelerate(const otls_native_key *key,
                                        const otls_accelerator *accelerator,
                                        struct otls_rsa_key **out, otls_error *err);
otls_status gtls_private_key_public(const otls_native_key *key, uint8_t *out, size_t capacity,
                                    size_t *length, otls_error *err);
otls_status gtls_public_key_import(otls_native_public_key **out, otls_slice spki, otls_error *err);
void gtls_public_key_free(otls_native_public_key *key);
/** SubjectPublicKeyInfo to a handle; *key is NULL when it fails. */
int gtls_spki_import(gnutls_pubkey_t *key, const gnutls_datum_t *der);
otls_status gtls_signer_new(otls_native_key **out, otls_slice spki, otls_sign_callback sign,
                            void *user, otls_error *err);
otls_status gtls_pbkdf2(otls_sig_hash hash, otls_slice password, otls_slice salt, uint32_t rounds,
                        uint8_t *out, size_t size, otls_error *err);
otls_status gtls_decrypt_cbc(otls_cbc_cipher cipher, otls_slice key, const uint8_t *iv,
                             otls_slice data, uint8_t *out, otls_error *err);
/** A NUL-terminated copy of a password, NULL when it cannot be one; wipe with gtls_password_free.
 */
char *gtls_password(otls_slice password);
void gtls_password_free(char *password);
static inline gnutls_datum_t gtls_datum(otls_slice slice)
{
    /* GnuTLS' datum has no const, but what it is given as input it only reads. */
    gnutls_datum_t datum = {.data = (unsigned char *)(uintptr_t)slice.data,
                            .size = (unsigned)slice.size};
    return datum;
}

/* verify.c: what GnuTLS calls during a handshake */

/** For gnutls_handshake_set_hook_function: messages that are looked at before GnuTLS does. */
int gtls_message_seen(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                      const gnutls_datum_t *message);
/** GnuTLS has failed: if it is for the peer's certificate, what core says of it is the answer. */
int gtls_ask_late(otls_backend_connection *conn, int native);
int gtls_verify_peer(gnutls_session_t session);
int gtls_present_certificate(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
                             const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                             gnutls_pcert_st **chain, unsigned *chain_count, gnutls_privkey_t *key);
int gtls_staple(gnutls_session_t session, void *user, gnutls_datum_t *response);
/** A copy in GnuTLS' memory, with a NUL behind it. */
int gtls_copy_out(gnutls_datum_t *out, const void *data, size_t size);
otls_status gtls_client_ca_names(gnutls_certificate_credentials_t credentials,
                                 const otls_policy *policy, otls_error *err);

/* psk.c, key_log.c */

otls_status gtls_psk_setup(otls_backend_context *context, otls_error *err);
/** Does a client have anything to offer? Otherwise it must not promise a key. */
bool gtls_psk_offered(otls_backend_connection *conn);
int gtls_key_log(gnutls_session_t session, const char *label, const gnutls_datum_t *secret);

/* ticket.c */

/** Server: give GnuTLS the key that fits the client's ticket, if core has keys. */
int gtls_ticket_key(otls_backend_connection *conn);

/* session.c: resumption, early data */

/** Server: seconds, as GnuTLS holds them. */
unsigned gtls_session_lifetime(const otls_policy *policy);

otls_status gtls_session_setup(otls_backend_connection *conn, const otls_connection_setup *setup,
                               otls_error *err);
/** Client: a NewSessionTicket, before and after it is parsed. */
void gtls_ticket_seen(otls_backend_connection *conn, unsigned when, const gnutls_datum_t *message);
/** Tell core of a session that can be resumed, if one came. */
void gtls_session_notice(otls_backend_connection *conn);
/** Server: a ClientHello in a renegotiation; 0 or GnuTLS' error. */
int gtls_hello_again(otls_backend_connection *conn, otls_slice hello);
/** Server, TLS 1.3: the tickets the policy wants. */
int gtls_session_send_tickets(otls_backend_connection *conn);
otls_status gtls_early_context(otls_backend_context *context, otls_error *err);
otls_status gtls_write_early(otls_backend_connection *conn, const void *data, size_t size,
                             size_t *count, otls_error *err);
otls_status gtls_read_early(otls_backend_connection *conn, void *out, size_t capacity,
                            size_t *count, otls_error *err);

/* framing.c */

/**
 * What GnuTLS reads by: core's read, but once the connection is `framed` a record of a kind that is
 * not wanted stays where it is (as if nothing had come), and TLS 1.3's user_canceled is taken out.
 */
ssize_t gtls_pull(gnutls_transport_ptr_t pointer, void *data, size_t size);

/* connection.c, post_handshake.c */

otls_status gtls_handshake(otls_backend_connection *conn, otls_error *err);
/** A warning has come: core hears of it. False: too many in a row. */
bool gtls_warning(otls_backend_connection *conn, uint8_t alert);
/** What a turn that ended with `native` counts of GTLS_ROUNDS. */
unsigned gtls_round(const otls_backend_connection *conn, int native);
/** Go on with what a read must do first: a renegotiation or an authentication under way. */
otls_status gtls_post_handshake(otls_backend_connection *conn, otls_error *err);
/** The peer, or core, wants a handshake: the reads perform it. */
void gtls_rehandshake_begin(otls_backend_connection *conn);
otls_status gtls_refuse_renegotiation(otls_backend_connection *conn, otls_error *err);
otls_status gtls_key_update(otls_backend_connection *conn, bool request_peer, otls_error *err);
otls_status gtls_request_certificate(otls_backend_connection *conn, otls_error *err);
otls_status gtls_renegotiate(otls_backend_connection *conn, otls_error *err);

/* info.c */

void gtls_info(const otls_backend_connection *conn, otls_connection_info *out);
otls_status gtls_export_keying(otls_backend_connection *conn, const char *label, otls_slice context,
                               uint8_t *out, size_t size, otls_error *err);
otls_status gtls_secret(otls_backend_connection *conn, int which, uint8_t *out, size_t capacity,
                        size_t *length, otls_error *err);
void gtls_peer_chain(otls_backend_connection *conn, void (*emit)(void *user, otls_slice der),
                     void *user);
const char *gtls_state_name(const otls_backend_connection *conn);

extern const otls_crypto_ops gtls_crypto_ops;
extern const otls_context_ops gtls_context_ops;
extern const otls_connection_ops gtls_connection_ops;
extern const otls_certificate_ops gtls_certificate_ops;

#pragma GCC visibility pop

#endif
