/* SPDX-License-Identifier: MIT */
/**
 * @file context.c
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

#define NAME_MAX_LENGTH 64

static otls_status fail_nomem(otls_error *err)
{
    return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory for a context");
}

/* ---- suites, versions, groups, signatures -------------------------------------------------- */

static bool ctx_has_suite(SSL_CTX *ctx, const otls_suite *suite)
{
    if (suite->min_version >= TLS1_3_VERSION)
        return SSL_CTX_set_ciphersuites(ctx, suite->name) == 1;
    if (SSL_CTX_set_cipher_list(ctx, suite->name) != 1)
        return false;
    const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(ctx);
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++)
        if (SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(ciphers, i)) == suite->id)
            return true;
    return false;
}

/*
 * The names of the suites that OpenSSL has, of TLS 1.3 or of those below, joined with colons; empty
 * when there are none. Leaves the lists of `ctx` in disorder: to be set afterwards.
 */
static char *join_suites(SSL_CTX *ctx, const otls_policy *policy, bool tls13)
{
    char *list = OPENSSL_malloc(policy->suite_count * NAME_MAX_LENGTH + 1);
    size_t used = 0;
    for (size_t i = 0; list != NULL && i < policy->suite_count; i++) {
        const otls_suite *suite = policy->suites[i];
        const size_t length = strlen(suite->name);
        if ((suite->min_version >= TLS1_3_VERSION) != tls13 || length >= NAME_MAX_LENGTH ||
            (tls13 && !ctx_has_suite(ctx, suite)))
            continue; /* below TLS 1.3, OpenSSL itself passes over what it lacks */
        if (used > 0)
            list[used++] = ':';
        memcpy(list + used, suite->name, length);
        used += length;
    }
    if (list != NULL)
        list[used] = '\0';
    return list;
}

static otls_status set_suites(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    char *below = join_suites(ctx, policy, false);
    char *tls13 = join_suites(ctx, policy, true);
    int lowest = policy->min_version;
    int highest = policy->max_version;
    if (below == NULL || tls13 == NULL) {
        OPENSSL_free(below);
        OPENSSL_free(tls13);
        return fail_nomem(err);
    }
    const bool has_13 = SSL_CTX_set_ciphersuites(ctx, tls13) == 1 && tls13[0] != '\0';
    const bool has_below = below[0] != '\0' && SSL_CTX_set_cipher_list(ctx, below) == 1;
    OPENSSL_free(below);
    OPENSSL_free(tls13);
    ERR_clear_error();
    /* A version without suites would fall back to OpenSSL's own list: close it. */
    if (!has_13 && highest > TLS1_2_VERSION)
        highest = TLS1_2_VERSION;
    if (!has_below && lowest < TLS1_3_VERSION)
        lowest = TLS1_3_VERSION;
    if (lowest > highest)
        return ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT,
                         "OpenSSL has none of the cipher suites asked for");
    if (SSL_CTX_set_min_proto_version(ctx, lowest) != 1 ||
        SSL_CTX_set_max_proto_version(ctx, highest) != 1)
        return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                         "OpenSSL was built without one of the TLS versions asked for");
    return OTLS_OK;
}

/* `count` numbers as a list of OpenSSL's names for them. NULL and a report when one has none. */
static char *join_names(const uint16_t *numbers, size_t count, const char *(*name_of)(uint16_t),
                        const char *what, otls_error *err)
{
    char *list = OPENSSL_malloc(count * NAME_MAX_LENGTH + 1);
    size_t used = 0;
    if (list == NULL) {
        (void)fail_nomem(err);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = name_of(numbers[i]);
        if (name == NULL) {
            OPENSSL_free(list);
            (void)otls_backend_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, OSSL_NAME, 0,
                                    "OpenSSL does not know the %s 0x%04x", what, numbers[i]);
            return NULL;
        }
        if (used > 0)
            list[used++] = ':';
        memcpy(list + used, name, strlen(name));
        used += strlen(name);
    }
    list[used] = '\0';
    return list;
}

static otls_status set_groups(SSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    char *groups = join_names(policy->groups, policy->group_count, ossl_group_name, "group", err);
    if (groups == NULL)
        return (otls_status)err->status;
    const bool ok = SSL_CTX_set1_groups_list(ctx, groups) == 1;
    OPENSSL_free(groups);
    if (!ok)
        return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                         "OpenSSL lacks one of the groups asked for");
    char *schemes = join_names(policy->signatures, policy->signature_count, ossl_signature_name,
                               "signature algorithm", err);
    if (schemes == NULL)
        return (otls_status)err->status;
    const bool set = SSL_CTX_set1_sigalgs_list(ctx, schemes) == 1;
    OPENSSL_free(schemes);
    if (!set)
        return ossl_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,
                         "OpenSSL lacks one of the signature algorithms asked for");
    return OTLS_OK;
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
    bool ok = rest != NULL && leaf != NULL && policy->key != NULL;
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
    const struct otls_backend_connection *conn = ossl_connection(ssl);
    (void)in, (void)in_size, (void)unused; /* core has read the list and chosen */
    if (conn->alpn_size == 0)
        return SSL_TLSEXT_ERR_NOACK;
    *out = conn->alpn;
    *out_size = conn->alpn_size;
    return SSL_TLSEXT_ERR_OK;
}

static void key_log_callback(const SSL *ssl, const char *line)
{
    otls_core *core = ossl_connection(ssl)->core;
    core->ops->key_log(core, line);
}

/* Client: the server asks for a certificate; core wants to know whose it would like. */
static int request_callback(SSL *ssl, void *unused)
{
    enum { NAMES_MAX = 512 };
    otls_core *core = ossl_connection(ssl)->core;
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
    if (policy->server && policy->request_peer == 0)
        mode = SSL_VERIFY_NONE;
    else if (policy->server && policy->request_peer == 2)
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(ctx, mode, NULL);
    if (!policy->server)
        SSL_CTX_set_post_handshake_auth(ctx, policy->post_handshake_auth);
}

static void set_options(SSL_CTX *ctx, const otls_policy *policy)
{
    (void)SSL_CTX_clear_options(ctx, SSL_CTX_get_options(ctx));
    (void)SSL_CTX_set_max_cert_list(ctx, OTLS_CERTIFICATE_MESSAGE_MAX);
    (void)SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
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
    SSL_CTX_set_security_level(ctx, policy->security_level);
    SSL_CTX_set_read_ahead(ctx, 0); /* core reads ahead */
}

static bool uses_dhe(const otls_policy *policy)
{
    for (size_t i = 0; i < policy->suite_count; i++)
        if (policy->suites[i]->kx == OTLS_KX_DHE || policy->suites[i]->kx == OTLS_KX_DHE_PSK)
            return true;
    return false;
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
    if (!uses_dhe(policy))
        return OTLS_OK;
    if (!policy->server || policy->dh_p.size == 0)
        (void)SSL_CTX_set_dh_auto(ctx, 1);
    else if (!set_dh(ctx, policy))
        return ossl_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WEAK,
                         "OpenSSL refuses the Diffie-Hellman parameters");
    return OTLS_OK;
}

/* ---- the table ----------------------------------------------------------------------------- */

static otls_status fill(struct otls_backend_context *context, const otls_policy *policy,
                        otls_error *err)
{
    SSL_CTX *ctx = context->ctx;
    otls_status status;
    set_options(ctx, policy);
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

static void context_fini(struct otls_backend_context *context)
{
    SSL_CTX_free(context->ctx);
    BIO_meth_free(context->bio);
    context->ctx = NULL;
    context->bio = NULL;
}

static otls_status context_init(struct otls_backend_context *context, const otls_policy *policy,
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

static bool has_suite(const otls_suite *suite)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    const bool has = ctx != NULL && ctx_has_suite(ctx, suite);
    SSL_CTX_free(ctx);
    ERR_clear_error();
    return has;
}

static bool has_group(uint16_t group)
{
    const char *name = ossl_group_name(group);
    SSL_CTX *ctx = name != NULL ? SSL_CTX_new(TLS_method()) : NULL;
    const bool has = ctx != NULL && SSL_CTX_set1_groups_list(ctx, name) == 1;
    SSL_CTX_free(ctx);
    ERR_clear_error();
    return has;
}

static bool has_signature(uint16_t scheme)
{
    const char *name = ossl_signature_name(scheme);
    SSL_CTX *ctx = name != NULL ? SSL_CTX_new(TLS_method()) : NULL;
    const bool has = ctx != NULL && SSL_CTX_set1_sigalgs_list(ctx, name) == 1;
    SSL_CTX_free(ctx);
    ERR_clear_error();
    return has;
}

const otls_context_ops ossl_context_ops = {
    .size = (uint32_t)sizeof(otls_context_ops),
    .state_size = (uint32_t)sizeof(struct otls_backend_context),
    .init = context_init,
    .fini = context_fini,
    .has_suite = has_suite,
    .has_group = has_group,
    .has_signature = has_signature,
};
