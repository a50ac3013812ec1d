/* SPDX-License-Identifier: MIT */
/*
 * The smallest backend that shakes hands: the mandatory slots, TLS 1.2 and 1.3, client and server,
 * over OpenSSL 3. Put your engine's calls in the place of OpenSSL's, in the order of the numbers,
 * and then grow it: docs/writing-a-backend.md. What it leaves out, `supports` says no to.
 */
#include <omnitls/backend.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#define NAME "template" /* and the file's: template.so */

/* Core allocates these two, zeroed. Keys are opaque to core: here they are OpenSSL's own. */
struct otls_backend_context {
    const otls_policy *policy; /* lives as long as we do */
    SSL_CTX *ctx;
};
struct otls_backend_connection {
    SSL *ssl;
    otls_core *core;
    const otls_policy *policy;
    bool judged, refused; /* core's verdict on the peer: given, and was no */
    int received, sent;   /* the alert that the peer ended with, and ours in the place of OpenSSL's; -1 */
    uint8_t alpn[256];    /* server: the name that core chose, and its length before it */
};

static otls_status fail(otls_error *err, otls_status status, int32_t code, const char *text)
{
    (void)otls_backend_fail(err, status, code, NAME, (int64_t)ERR_peek_error(), "%s", text);
    ERR_clear_error();
    return status;
}

/* ---- 1. random bytes, digests, keys: core's verifier and identities rest on them ---- */
static otls_status random_bytes(void *out, size_t size, otls_error *err)
{
    return RAND_bytes(out, (int)size) == 1 ? OTLS_OK : fail(err, OTLS_E_INTERNAL, 0, "no bytes");
}
static otls_status digest(otls_hash hash, const void *data, size_t size, uint8_t *out, otls_error *err)
{
    const EVP_MD *md = hash == OTLS_HASH_SHA1 ? EVP_sha1() : hash == OTLS_HASH_SHA256 ? EVP_sha256()
                       : hash == OTLS_HASH_SHA384 ? EVP_sha384() : EVP_sha512();
    return EVP_Digest(data, size, out, NULL, md, NULL) == 1 ? OTLS_OK
                                                            : fail(err, OTLS_E_INTERNAL, 0, "no digest");
}

static otls_status private_key_import(otls_native_key **out, const otls_key_source *source,
                                      otls_error *err)
{
    const unsigned char *at = source->data.data;
    if (source->encoding >= OTLS_KEY_ENCRYPTED_PKCS8)
        return fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED, "no encrypted keys here");
    *out = (otls_native_key *)d2i_AutoPrivateKey(NULL, &at, (long)source->data.size);
    return *out ? OTLS_OK : fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "no private key");
}

static otls_status private_key_public(const otls_native_key *key, uint8_t *out, size_t capacity,
                                      size_t *length, otls_error *err)
{
    const int size = i2d_PUBKEY((const EVP_PKEY *)key, NULL);
    *length = size > 0 && (size_t)size <= capacity ? (size_t)i2d_PUBKEY((const EVP_PKEY *)key, &out) : 0;
    return *length > 0 ? OTLS_OK : fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, "no room for the public key");
}

static otls_status public_key_import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    *out = (otls_native_public_key *)d2i_PUBKEY(NULL, &spki.data, (long)spki.size);
    return *out ? OTLS_OK : fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_KEY_UNSUPPORTED, "no such key");
}
static void private_key_free(otls_native_key *key) { EVP_PKEY_free((EVP_PKEY *)key); }
static void public_key_free(otls_native_public_key *key) { EVP_PKEY_free((EVP_PKEY *)key); }
static const EVP_MD *md_of(unsigned hash)
{
    static const char *const names[] = {NULL, "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"};
    return hash > 0 && hash < 6 ? EVP_get_digestbyname(names[hash]) : NULL; /* Ed25519: none */
}
static EVP_MD_CTX *prepare(EVP_PKEY *key, const otls_signature_algorithm *algorithm, bool checking)
{
    static const int types[] = {0, EVP_PKEY_RSA, EVP_PKEY_RSA, EVP_PKEY_EC, EVP_PKEY_ED25519};
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx = NULL;
    if (md != NULL && algorithm->kind < 5 && EVP_PKEY_get_base_id(key) == types[algorithm->kind] &&
        (checking ? EVP_DigestVerifyInit : EVP_DigestSignInit)(md, &ctx, md_of(algorithm->hash),
                                                               NULL, key) == 1 &&
        (algorithm->kind != OTLS_SIG_RSA_PSS ||
         (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
          EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, algorithm->salt_length) == 1 &&
          EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md_of(algorithm->mgf_hash)) == 1)))
        return md;
    EVP_MD_CTX_free(md);
    return NULL;
}

/* Nothing but a good signature of this very key and kind is OTLS_OK. */
static otls_status verify(const otls_native_public_key *key, const otls_signature_algorithm *algorithm,
                          otls_slice data, otls_slice made, otls_error *err)
{
    EVP_MD_CTX *md = prepare((EVP_PKEY *)(uintptr_t)key, algorithm, true);
    const bool good = md != NULL && EVP_DigestVerify(md, made.data, made.size, data.data, data.size) == 1;
    EVP_MD_CTX_free(md);
    return good ? OTLS_OK : fail(err, OTLS_E_VERIFY, 0, "the signature is not good");
}

static otls_status sign(const otls_native_key *key, const otls_signature_algorithm *algorithm,
                        otls_slice data, uint8_t *out, size_t capacity, size_t *length, otls_error *err)
{
    EVP_MD_CTX *md = prepare((EVP_PKEY *)(uintptr_t)key, algorithm, false);
    *length = capacity;
    const int rc = md == NULL ? 0 : EVP_DigestSign(md, out, length, data.data, data.size);
    EVP_MD_CTX_free(md);
    return rc == 1 ? OTLS_OK : fail(err, OTLS_E_UNSUPPORTED, 0, "the key signs no such thing");
}

static const otls_crypto_ops crypto_ops = {
    .size = sizeof(otls_crypto_ops), .random = random_bytes, .digest = digest, .verify = verify, .sign = sign,
    .private_key_import = private_key_import, .private_key_free = private_key_free,
    .private_key_public = private_key_public, .public_key_import = public_key_import,
    .public_key_free = public_key_free,
};

/* ---- 2. what the engine has, and a context from a policy ---- */
static bool has_suite(const otls_suite *suite)
{
    return suite->cipher <= OTLS_CIPHER_CHACHA20_POLY1305 &&
           (suite->kx == OTLS_KX_ANY || suite->kx == OTLS_KX_ECDHE);
}
static const char *scheme_name(uint16_t id)
{
    return id == 0x0403 ? "ecdsa_secp256r1_sha256" : id == 0x0804 ? "rsa_pss_rsae_sha256"
           : id == 0x0401 ? "rsa_pkcs1_sha256" : id == 0x0807 ? "ed25519" : NULL;
}
static bool has_group(uint16_t id) { return id == 0x001d || id == 0x0017; }
static bool has_signature(uint16_t id) { return scheme_name(id) != NULL; }

/* Nothing is in a policy's lists that we said we lack. */
static bool set_lists(SSL_CTX *ctx, const otls_policy *policy)
{
    char older[512] = "", tls13[512] = "", groups[64] = "", signatures[256] = "";
#define ADD(list, name) (void)snprintf(list + strlen(list), sizeof(list) - strlen(list), ":%s", name)
    for (size_t i = 0; i < policy->suite_count; i++)
        if (policy->suites[i]->min_version == OTLS_TLS1_3)
            ADD(tls13, policy->suites[i]->name);
        else
            ADD(older, policy->suites[i]->name);
    for (size_t i = 0; i < policy->group_count; i++)
        ADD(groups, policy->groups[i] == 0x001d ? "X25519" : "P-256");
    for (size_t i = 0; i < policy->signature_count; i++)
        ADD(signatures, scheme_name(policy->signatures[i]));
    return SSL_CTX_set_ciphersuites(ctx, tls13[0] != '\0' ? tls13 + 1 : "") == 1 &&
           (older[0] == '\0' || SSL_CTX_set_cipher_list(ctx, older + 1) == 1) &&
           SSL_CTX_set1_groups_list(ctx, groups + 1) == 1 &&
           SSL_CTX_set1_sigalgs_list(ctx, signatures + 1) == 1;
}

static bool set_identity(SSL_CTX *ctx, const otls_policy *policy)
{
    bool good = true;
    for (size_t i = 0; good && i < policy->chain_count; i++) {
        const unsigned char *at = policy->chain[i].data;
        X509 *own = d2i_X509(NULL, &at, (long)policy->chain[i].size);
        good = (i == 0 ? SSL_CTX_use_certificate(ctx, own) : SSL_CTX_add1_chain_cert(ctx, own)) == 1;
        X509_free(own);
    }
    return good && (policy->chain_count == 0 ||
                    SSL_CTX_use_PrivateKey(ctx, (EVP_PKEY *)(uintptr_t)policy->key) == 1);
}

/* In place of the engine's own verification: the chain goes to core as sent, core's alert to the peer. */
static int on_verify(X509_STORE_CTX *store, void *user)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    otls_backend_connection *conn = SSL_get_app_data(ssl);
    STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(store);
    unsigned char *der[33] = {NULL}; /* one more than core ever accepts */
    otls_slice chain[33];
    uint8_t alert = OTLS_ALERT_BAD_CERTIFICATE;
    int count = 0;
    for (; count < sk_X509_num(sent) && count < 33; count++) {
        const int size = i2d_X509(sk_X509_value(sent, count), &der[count]);
        chain[count] = (otls_slice){der[count], size > 0 ? (size_t)size : 0};
    }
    conn->judged = true;
    conn->refused =
        conn->core->ops->verify_peer(conn->core, chain, (size_t)count, NULL, &alert) != OTLS_OK;
    while (count > 0)
        OPENSSL_free(der[--count]);
    X509_STORE_CTX_set_error(store, alert == 48   ? X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
                                    : alert == 45 ? X509_V_ERR_CERT_HAS_EXPIRED
                                    : alert == 43 ? X509_V_ERR_INVALID_PURPOSE
                                                  : X509_V_ERR_CERT_REJECTED); /* its alert */
    return !conn->refused;
}

static void on_event(const SSL *ssl, int where, int value)
{
    otls_backend_connection *conn = SSL_get_app_data(ssl);
    const bool received = (where & SSL_CB_READ) != 0, fatal = value >> 8 == 2;
    const int alert = !received && conn->sent >= 0 ? conn->sent : value & 0xff;
    if ((where & SSL_CB_ALERT) != 0)
        conn->core->ops->alert(conn->core, received, fatal, (uint8_t)alert);
    /* in the middle of a handshake close_notify is an alert like others */
    if ((where & SSL_CB_ALERT) != 0 && received && (fatal || (SSL_in_init(ssl) && alert == 0)))
        conn->received = alert;
}

/* A Certificate is shown to core before it is decoded, whose reasons are the same on every engine. */
static void on_message(int out, int version, int type, const void *data, size_t size, SSL *ssl, void *user)
{
    const otls_backend_connection *conn = SSL_get_app_data(ssl);
    const otls_slice body = {(const uint8_t *)data + 4, size - 4};
    if (out == 0 && type == SSL3_RT_HANDSHAKE && size > 4 && body.data[-4] == SSL3_MT_CERTIFICATE)
        conn->core->ops->certificate_message(conn->core, (uint16_t)SSL_version(ssl), body, body.size);
}

static int on_alpn(SSL *ssl, const unsigned char **name, unsigned char *size, const unsigned char *theirs,
                   unsigned theirs_size, void *user)
{
    otls_backend_connection *conn = SSL_get_app_data(ssl);
    *name = conn->alpn + 1;
    *size = conn->alpn[0];
    return conn->alpn[0] != 0 ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

static otls_status context_init(otls_backend_context *context, const otls_policy *policy, otls_error *err)
{
    SSL_CTX *ctx = SSL_CTX_new(policy->server ? TLS_server_method() : TLS_client_method());
    const int ask = !policy->server || policy->request_peer != 0 ? SSL_VERIFY_PEER : 0;
    const int must = policy->request_peer == 2 ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    if (ctx == NULL || !SSL_CTX_set_min_proto_version(ctx, policy->min_version) ||
        !SSL_CTX_set_max_proto_version(ctx, policy->max_version) || !set_lists(ctx, policy) ||
        !set_identity(ctx, policy)) {
        SSL_CTX_free(ctx); /* a failing init cleans up after itself */
        return fail(err, OTLS_E_CONFIG, 0, "OpenSSL did not take the policy");
    }
    SSL_CTX_set_security_level(ctx, 0); /* levels are core's */
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                 (policy->client_order ? 0 : SSL_OP_CIPHER_SERVER_PREFERENCE));
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_num_tickets(ctx, 0);
    SSL_CTX_set_verify(ctx, ask | must, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, on_verify, NULL);
    SSL_CTX_set_info_callback(ctx, on_event);
    SSL_CTX_set_msg_callback(ctx, on_message);
    SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
    *context = (otls_backend_context){.policy = policy, .ctx = ctx};
    return OTLS_OK;
}

static void context_fini(otls_backend_context *context) { SSL_CTX_free(context->ctx); }
static const otls_context_ops context_ops = {
    .size = sizeof(otls_context_ops), .state_size = sizeof(otls_backend_context), .init = context_init,
    .fini = context_fini, .has_suite = has_suite, .has_group = has_group, .has_signature = has_signature,
};

/* ---- 3. connections: every byte goes through core ---- */
static BIO_METHOD *transport; /* made by start, never changed */

static int transport_read(BIO *bio, char *out, int size)
{
    otls_backend_connection *conn = BIO_get_data(bio);
    size_t count = 0;
    BIO_clear_retry_flags(bio);
    if (conn->core->ops->read(conn->core, out, (size_t)size, &count) == OTLS_OK)
        return (int)count;
    BIO_set_retry_read(bio);
    return -1;
}

/* A fatal alert in plain text before core was asked: is it about the certificates? Then it is core's. */
static int transport_write(BIO *bio, const char *data, int size)
{
    otls_backend_connection *conn = BIO_get_data(bio);
    uint8_t alert;
    if (size == 7 && data[0] == SSL3_RT_ALERT && data[5] == SSL3_AL_FATAL && !conn->judged &&
        conn->core->ops->certificate_refused(conn->core, &alert) == OTLS_E_VERIFY) {
        const char record[] = {data[0], data[1], data[2], data[3], data[4], data[5], (char)alert};
        conn->sent = alert;
        conn->refused = true;
        return conn->core->ops->write(conn->core, record, sizeof(record)) == OTLS_OK ? size : -1;
    }
    return conn->core->ops->write(conn->core, data, (size_t)size) == OTLS_OK ? size : -1;
}

static long transport_ctrl(BIO *bio, int what, long n, void *p) { return what == BIO_CTRL_FLUSH; }
static otls_status connection_init(otls_backend_connection *conn, otls_backend_context *context,
                                   const otls_connection_setup *setup, otls_error *err)
{
    BIO *bio = BIO_new(transport);
    const otls_slice alpn = setup->alpn;
    *conn = (otls_backend_connection){.ssl = SSL_new(context->ctx), .core = setup->core,
                                      .policy = context->policy, .received = -1, .sent = -1};
    if (context->policy->server && alpn.size > 0)
        memcpy(conn->alpn, alpn.data, alpn.size); /* one name */
    if (bio == NULL || conn->ssl == NULL ||
        (!context->policy->server && SSL_set_alpn_protos(conn->ssl, alpn.data, (unsigned)alpn.size) != 0) ||
        (setup->server_name != NULL && SSL_set_tlsext_host_name(conn->ssl, setup->server_name) != 1)) {
        BIO_free(bio);
        SSL_free(conn->ssl);
        return fail(err, OTLS_E_NOMEM, 0, "");
    }
    BIO_set_data(bio, conn);
    BIO_set_init(bio, 1);
    SSL_set_bio(conn->ssl, bio, bio);
    SSL_set_app_data(conn->ssl, conn);
    (context->policy->server ? SSL_set_accept_state : SSL_set_connect_state)(conn->ssl);
    return OTLS_OK;
}

/* What a call of the engine came to. The sentence is core's: the text stays empty. */
static otls_status result(otls_backend_connection *conn, int rc, otls_error *err)
{
    const int why = rc > 0 ? SSL_ERROR_NONE : SSL_get_error(conn->ssl, rc);
    if (why == SSL_ERROR_NONE || why == SSL_ERROR_WANT_READ ||
        (why == SSL_ERROR_ZERO_RETURN && conn->received < 0))
        return why == SSL_ERROR_NONE ? OTLS_OK : why == SSL_ERROR_WANT_READ ? OTLS_WANT_READ : OTLS_CLOSED;
    const bool missing = ERR_GET_REASON(ERR_peek_error()) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE;
    (void)fail(err, conn->received >= 0 ? OTLS_E_ALERT : conn->refused || missing ? OTLS_E_VERIFY
               : OTLS_E_PROTOCOL, missing ? OTLS_CODE_PEER_CERTIFICATE_MISSING : 0, "");
    err->alert = conn->received >= 0 ? conn->received : conn->sent;
    err->alert_received = conn->received >= 0;
    return err->status;
}

static otls_status handshake(otls_backend_connection *conn, otls_error *err)
{
    otls_status status = result(conn, SSL_do_handshake(conn->ssl), err);
    uint8_t alert;
    /* asked for a certificate, none came: OpenSSL does not call on_verify */
    if (status == OTLS_OK && conn->policy->server && conn->policy->request_peer != 0 && !conn->judged &&
        conn->core->ops->verify_peer(conn->core, NULL, 0, NULL, &alert) != OTLS_OK)
        return fail(err, OTLS_E_VERIFY, 0, "");
    return status;
}

static otls_status read_some(otls_backend_connection *conn, void *out, size_t room, size_t *count,
                             otls_error *err)
{
    return result(conn, SSL_read_ex(conn->ssl, out, room, count), err);
}
static otls_status write_record(otls_backend_connection *conn, const void *data, size_t size,
                                otls_error *err)
{
    return result(conn, SSL_write_ex(conn->ssl, data, size, &size), err);
}
static size_t pending(const otls_backend_connection *conn) { return (size_t)SSL_pending(conn->ssl); }
static void connection_fini(otls_backend_connection *conn) { SSL_free(conn->ssl); }
static otls_status close_notify(otls_backend_connection *conn, otls_error *err)
{
    const int rc = SSL_shutdown(conn->ssl); /* 0: sent, and the peer's is still to come */
    return rc < 0 ? result(conn, rc, err) : OTLS_OK;
}
static void info(const otls_backend_connection *conn, otls_connection_info *out)
{
    out->version = (uint16_t)SSL_version(conn->ssl);
    out->suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(conn->ssl));
    out->group = SSL_get_negotiated_group(conn->ssl) == NID_X25519 ? 0x001d : 0x0017;
    unsigned size;
    SSL_get0_alpn_selected(conn->ssl, &out->alpn.data, &size);
    out->alpn.size = size;
}

static const otls_connection_ops connection_ops = {
    .size = sizeof(otls_connection_ops), .state_size = sizeof(otls_backend_connection),
    .init = connection_init, .fini = connection_fini, .handshake = handshake, .read = read_some,
    .write = write_record, .pending = pending, .shutdown = close_notify, .info = info,
};

/* ---- 4. the module ---- */
static otls_status start(otls_error *err)
{
    transport = BIO_meth_new(BIO_TYPE_SOURCE_SINK, NAME);
    return transport != NULL && BIO_meth_set_read(transport, transport_read) == 1 &&
                   BIO_meth_set_write(transport, transport_write) == 1 &&
                   BIO_meth_set_ctrl(transport, transport_ctrl) == 1
               ? OTLS_OK : fail(err, OTLS_E_NOMEM, 0, "no transport");
}

static const char *version(void) { return OpenSSL_version(OPENSSL_VERSION_STRING); }
static uint32_t version_number(void)
{
    return OPENSSL_version_major() << 24 | OPENSSL_version_minor() << 16 | OPENSSL_version_patch() << 8;
}
static otls_support supports(otls_feature feature, const char **why)
{
    const bool yes = feature == OTLS_FEATURE_TLS1_2 || feature == OTLS_FEATURE_TLS1_3 ||
                     feature == OTLS_FEATURE_ED25519 || feature == OTLS_FEATURE_INFO_CALLBACK;
    *why = yes ? "supported" : "the template leaves it out";
    return yes ? OTLS_YES : OTLS_NO;
}

OTLS_BACKEND_EXPORT const otls_backend_module OTLS_BACKEND_SYMBOL = {
    .magic = OTLS_BACKEND_MAGIC, .abi_major = OTLS_BACKEND_ABI_MAJOR,
    .abi_minor = OTLS_BACKEND_ABI_MINOR, .size = sizeof(otls_backend_module), .name = NAME,
    .description = "The template over OpenSSL", .built_version = OPENSSL_VERSION_STR,
    .start = start, .version = version, .version_number = version_number, .supports = supports,
    .crypto = &crypto_ops, .context = &context_ops, .connection = &connection_ops,
};
