/* SPDX-License-Identifier: MIT */
/*
 * A policy becomes an SSL_CTX. Everything is set explicitly, also what is OpenSSL's default: an
 * openssl.cnf that the application has loaded must not change what core decided.
 */
#include "ossl.h"
#if OSSL_AT_LEAST_3
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#else
#include <openssl/dh.h>
#endif

static otls_status fail_nomem(otls_error *err)
{
    return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory for a context");
}

/* ---- suites, versions, groups, signatures -------------------------------------------------- */

/* The names of the suites of TLS 1.3, or of those below; empty when there are none. */
static const char *join_suites(kit_list *list, const otls_policy *policy, bool tls13)
{
    for (size_t i = 0; i < policy->suite_count; i++)
        if (!otls_version_before(policy->suites[i]->min_version, OTLS_TLS1_3) == tls13)
            kit_list_add(list, policy->suites[i]->name);
    return list->text != NULL ? list->text : "";
}

static otls_status set_suites(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    kit_list below = {.text = NULL};
    kit_list tls13 = {.text = NULL};
    const char *older = join_suites(&below, policy, false);
    const char *newer = join_suites(&tls13, policy, true);
    const bool room = !below.failed && !tls13.failed;
    /* A version without suites would fall back to OpenSSL's own list; it is not in the range. */
    const bool ok = room && SSL_CTX_set_ciphersuites(ctx, newer) == 1 &&
                    (older[0] == '\0' || SSL_CTX_set_cipher_list(ctx, older) == 1);
    kit_list_free(&below);
    kit_list_free(&tls13);
    if (!room)
        return fail_nomem(err);
    if (!ok)
        return ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT,
                         "OpenSSL does not take the cipher suites asked for");
    if (SSL_CTX_set_min_proto_version(ctx, policy->min_version) != 1 ||
        SSL_CTX_set_max_proto_version(ctx, policy->max_version) != 1)
        return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                         "OpenSSL was built without one of the TLS versions asked for");
    return OTLS_OK;
}

/* A list of OpenSSL's names for numbers, which names.c has, and what OpenSSL says to it. */
static otls_status set_names(SSL_CTX *ctx, const uint16_t *numbers, size_t count,
                             const char *(*name_of)(uint16_t), int (*set)(SSL_CTX *, const char *),
                             const char *what, otls_error *err)
{
    kit_list list = {.text = NULL};
    for (size_t i = 0; i < count; i++)
        kit_list_add(&list, name_of(numbers[i]));
    const bool room = !list.failed;
    const bool ok = room && set(ctx, list.text) == 1;
    kit_list_free(&list);
    if (!room)
        return fail_nomem(err);
    return ok ? OTLS_OK
              : ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                          "OpenSSL does not take the %s asked for", what);
}

/* The two are macros. */
static int set_group_list(SSL_CTX *ctx, const char *list)
{
    return (int)SSL_CTX_set1_groups_list(ctx, list);
}

static int set_signature_list(SSL_CTX *ctx, const char *list)
{
    return (int)SSL_CTX_set1_sigalgs_list(ctx, list);
}

static otls_status set_groups(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    const otls_status status = set_names(ctx, policy->groups, policy->group_count, ossl_group_name,
                                         set_group_list, "groups", err);
    return status != OTLS_OK
               ? status
               : set_names(ctx, policy->signatures, policy->signature_count, ossl_signature_name,
                           set_signature_list, "signature algorithms", err);
}

/* ---- identity and client CA names ---------------------------------------------------------- */

static otls_status fail_identity(otls_error *err)
{
    const unsigned long error = ERR_peek_last_error();
    const int reason = ERR_GET_REASON(error);
    int32_t code = OTLS_CODE_NONE;
    if ((ERR_GET_LIB(error) == ERR_LIB_X509 &&
         (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH)) ||
        (ERR_GET_LIB(error) == ERR_LIB_SSL && reason == SSL_R_PRIVATE_KEY_MISMATCH))
        code = OTLS_CODE_KEY_MISMATCH;
    else if (ERR_GET_LIB(error) == ERR_LIB_SSL &&
             (reason == SSL_R_EE_KEY_TOO_SMALL || reason == SSL_R_CA_KEY_TOO_SMALL ||
              reason == SSL_R_CA_MD_TOO_WEAK))
        code = OTLS_CODE_WEAK;
    return ossl_fail(err, OTLS_E_CREDENTIAL, code, "OpenSSL cannot use this certificate and key");
}

static X509 *parse_certificate(const otls_slice *der)
{
    const unsigned char *data = der->data;
    return der->size <= INT32_MAX ? d2i_X509(NULL, &data, (long)der->size) : NULL;
}

static otls_status set_identity(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    if (policy->chain_count == 0)
        return OTLS_OK;
    STACK_OF(X509) *rest = sk_X509_new_null();
    X509 *leaf = parse_certificate(&policy->chain[0]);
    bool ok = rest != NULL && leaf != NULL;
    for (size_t i = 1; ok && i < policy->chain_count; i++) {
        X509 *issuer = parse_certificate(&policy->chain[i]);
        ok = issuer != NULL && sk_X509_push(rest, issuer) > 0;
        if (!ok)
            X509_free(issuer);
    }
    ok = ok && SSL_CTX_use_cert_and_key(ctx, leaf, policy->key->pkey, rest, 1) == 1;
    const otls_status status = ok ? OTLS_OK : fail_identity(err);
    X509_free(leaf);
    sk_X509_pop_free(rest, X509_free);
    return status;
}

static otls_status set_ca_names(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    if (!policy->server || policy->client_ca_count == 0)
        return OTLS_OK;
    STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
    bool ok = names != NULL;
    for (size_t i = 0; ok && i < policy->client_ca_count; i++) {
        const unsigned char *data = policy->client_ca_names[i].data;
        X509_NAME *name = d2i_X509_NAME(NULL, &data, (long)policy->client_ca_names[i].size);
        ok = name != NULL && sk_X509_NAME_push(names, name) > 0;
        if (!ok)
            X509_NAME_free(name);
    }
    if (!ok) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_BAD_DER,
                         "the name of a client CA is malformed");
    }
    SSL_CTX_set0_CA_list(ctx, names);
    return OTLS_OK;
}

/* ---- callbacks and options ----------------------------------------------------------------- */

static int alpn_callback(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                         const unsigned char *in, unsigned in_size, void *unused)
{
    const otls_backend_connection *conn = ossl_connection_of(ssl);
    (void)in, (void)in_size, (void)unused; /* core has read the list and chosen */
    if (conn->alpn_size == 0)
        return SSL_TLSEXT_ERR_NOACK;
    *out = conn->alpn;
    *out_size = conn->alpn_size;
    return SSL_TLSEXT_ERR_OK;
}

static void key_log_callback(const SSL *ssl, const char *line)
{
    otls_core *core = ossl_connection_of(ssl)->core;
    core->ops->key_log(core, line);
}

/* Client: the server asks for a certificate; core wants to know whose it would like. */
static int request_callback(SSL *ssl, void *unused)
{
    enum { NAMES_MAX = 512 };
    otls_core *core = ossl_connection_of(ssl)->core;
    const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);
    const int total = names != NULL ? sk_X509_NAME_num(names) : 0;
    const size_t count = total > NAMES_MAX ? NAMES_MAX : (size_t)(total > 0 ? total : 0);
    otls_slice *slices = OPENSSL_zalloc((count + 1) * sizeof(*slices));
    (void)unused;
    if (slices == NULL)
        return 0;
    for (size_t i = 0; i < count; i++) {
        const unsigned char *der = NULL;
        size_t size = 0;
        if (X509_NAME_get0_der(sk_X509_NAME_value(names, (int)i), &der, &size) == 1)
            slices[i] = (otls_slice){der, size};
    }
    core->ops->client_ca_names(core, slices, count);
    OPENSSL_free(slices);
    return 1;
}

static void set_callbacks(SSL_CTX *ctx, const otls_policy *policy)
{
    SSL_CTX_set_info_callback(ctx, ossl_info_callback);
    if (!policy->server || policy->request_peer != OTLS_REQUEST_NONE) /* a certificate may come */
        SSL_CTX_set_msg_callback(ctx, ossl_message_callback);
    SSL_CTX_set_cert_verify_callback(ctx, ossl_verify_callback, NULL);
    if (policy->key_log)
        SSL_CTX_set_keylog_callback(ctx, key_log_callback);
    if (policy->server) {
        SSL_CTX_set_alpn_select_cb(ctx, alpn_callback, NULL);
        SSL_CTX_set_tlsext_status_cb(ctx, ossl_status_callback);
    } else {
        SSL_CTX_set_cert_cb(ctx, request_callback, NULL);
        if (policy->ask_ocsp)
            SSL_CTX_set_tlsext_status_cb(ctx, ossl_status_callback);
    }
}

static void set_verify_mode(SSL_CTX *ctx, const otls_policy *policy)
{
    int mode = SSL_VERIFY_PEER;
    if (policy->server && policy->request_peer == OTLS_REQUEST_NONE)
        mode = SSL_VERIFY_NONE;
    else if (policy->server && policy->request_peer == OTLS_REQUEST_REQUIRED)
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(ctx, mode, NULL);
    if (!policy->server)
        SSL_CTX_set_post_handshake_auth(ctx, policy->post_handshake_auth);
}

/* How strong a suite is was core's to judge. OpenSSL has counted the 64 bits of CCM_8's tag since 3.2, and no other
 * engine does; those of its key are asked about here. */
static int is_secure(const SSL *ssl, const SSL_CTX *ctx, int operation, int bits, int nid, void *other,
                     void *of)
{
    const otls_backend_context *context = of;
    int key_bits = 0;

    if (operation == SSL_SECOP_CIPHER_SUPPORTED || operation == SSL_SECOP_CIPHER_SHARED ||
        operation == SSL_SECOP_CIPHER_CHECK)
        (void)SSL_CIPHER_get_bits(other, &key_bits);
    return context->is_secure(ssl, ctx, operation, bits == 64 && key_bits >= 128 ? key_bits : bits, nid,
                              other, NULL);
}

static bool has_short_tags(const otls_policy *policy)
{
    for (size_t i = 0; i < policy->suite_count; i++)
        if (policy->suites[i]->cipher == OTLS_CIPHER_AES_128_CCM_8 ||
            policy->suites[i]->cipher == OTLS_CIPHER_AES_256_CCM_8)
            return true;
    return false;
}

/* OpenSSL asks some fifty times a handshake: without such a suite it asks itself. */
static void set_security(SSL_CTX *ctx, otls_backend_context *context)
{
    SSL_CTX_set_security_level(ctx, context->policy->security_level);
    SSL_CTX_set0_security_ex_data(ctx, context);
    if (!has_short_tags(context->policy))
        return;
    context->is_secure = SSL_CTX_get_security_callback(ctx);
    SSL_CTX_set_security_callback(ctx, is_secure);
}

static void set_options(SSL_CTX *ctx, const otls_policy *policy)
{
    (void)SSL_CTX_clear_options(ctx, SSL_CTX_get_options(ctx));
    (void)SSL_CTX_set_max_cert_list(ctx, OTLS_CERTIFICATE_MESSAGE_MAX);
    (void)SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
#ifdef SSL_OP_NO_RX_CERTIFICATE_COMPRESSION
    /* RFC 8879, from OpenSSL 3.2 on: no other engine has it, and who decompresses can be made to do a lot of it */
    (void)SSL_CTX_set_options(ctx, SSL_OP_NO_RX_CERTIFICATE_COMPRESSION |
                                       SSL_OP_NO_TX_CERTIFICATE_COMPRESSION);
#endif
    if (policy->server && !policy->client_order)
        (void)SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (!policy->renegotiation)
        (void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
#ifdef SSL_OP_ALLOW_CLIENT_RENEGOTIATION
    else
        (void)SSL_CTX_set_options(ctx, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
#endif
    if (policy->no_tickets || !policy->resumption)
        (void)SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    /* Without NO_AUTO_CHAIN OpenSSL searches for issuers of our own chain in every handshake. */
    (void)SSL_CTX_clear_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
    (void)SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                    SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(ctx, 0); /* core reads ahead */
}

/* PKCS #3 from two numbers: the one form that every version of OpenSSL reads. */
static bool set_dh(SSL_CTX *ctx, const otls_policy *policy)
{
    BIGNUM *p = BN_bin2bn(policy->dh_p.data, (int)policy->dh_p.size, NULL);
    BIGNUM *g = BN_bin2bn(policy->dh_g.data, (int)policy->dh_g.size, NULL);
    bool ok = false;
#if OSSL_AT_LEAST_3
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    EVP_PKEY *dh = NULL;
    if (p != NULL && g != NULL && build != NULL && maker != NULL &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_P, p) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_G, g) == 1 &&
        (params = OSSL_PARAM_BLD_to_param(build)) != NULL && EVP_PKEY_fromdata_init(maker) == 1 &&
        EVP_PKEY_fromdata(maker, &dh, EVP_PKEY_KEY_PARAMETERS, params) == 1)
        ok = SSL_CTX_set0_tmp_dh_pkey(ctx, dh) == 1;
    if (!ok)
        EVP_PKEY_free(dh);
    EVP_PKEY_CTX_free(maker);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(p);
    BN_free(g);
#else
    DH *dh = DH_new();
    if (p != NULL && g != NULL && dh != NULL && DH_set0_pqg(dh, p, NULL, g) == 1) {
        p = g = NULL;
        ok = SSL_CTX_set_tmp_dh(ctx, dh) == 1;
    }
    DH_free(dh);
    BN_free(p);
    BN_free(g);
#endif
    return ok;
}

static otls_status set_key_exchange(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    if (policy->server && policy->dh_p.size > 0 && !set_dh(ctx, policy))
        return ossl_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WEAK,
                         "OpenSSL refuses the Diffie-Hellman parameters");
    return OTLS_OK;
}

/* ---- the table ----------------------------------------------------------------------------- */

static otls_status fill(otls_backend_context *context, const otls_policy *policy, otls_error *err)
{
    SSL_CTX *ctx = context->ctx;
    otls_status status;
    set_options(ctx, policy);
    set_security(ctx, context);
    set_verify_mode(ctx, policy);
    set_callbacks(ctx, policy);
    if ((status = set_suites(ctx, policy, err)) != OTLS_OK ||
        (status = set_groups(ctx, policy, err)) != OTLS_OK ||
        (status = set_identity(ctx, policy, err)) != OTLS_OK ||
        (status = set_ca_names(ctx, policy, err)) != OTLS_OK ||
        (status = set_key_exchange(ctx, policy, err)) != OTLS_OK ||
        (status = ossl_session_setup(ctx, policy, err)) != OTLS_OK ||
        (status = ossl_psk_setup(ctx, policy, err)) != OTLS_OK)
        return status;
    return OTLS_OK;
}

static void context_fini(otls_backend_context *context)
{
    SSL_CTX_free(context->ctx);
    BIO_meth_free(context->bio);
    context->ctx = NULL;
    context->bio = NULL;
}

static otls_status context_init(otls_backend_context *context, const otls_policy *policy,
                                otls_error *err)
{
    ERR_clear_error();
    context->policy = policy;
    context->bio = ossl_bio_method();
    context->ctx = SSL_CTX_new(policy->server ? TLS_server_method() : TLS_client_method());
    const otls_status status =
        context->bio != NULL && context->ctx != NULL ? fill(context, policy, err) : fail_nomem(err);
    if (status != OTLS_OK)
        context_fini(context);
    ERR_clear_error();
    return status;
}

const otls_context_ops ossl_context_ops = {
    .size = sizeof(otls_context_ops),
    .state_size = sizeof(otls_backend_context),
    .init = context_init,
    .fini = context_fini,
    .has_suite = ossl_has_suite,
    .has_group = ossl_has_group,
    .has_signature = ossl_has_signature,
};
