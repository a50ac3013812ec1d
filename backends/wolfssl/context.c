/* SPDX-License-Identifier: MIT */
/* One native context from one policy. */
#include "wolf.h"

#include <stdlib.h>

/* wolfSSL's own limit for a list of groups */
#define GROUPS_MAX WOLFSSL_MAX_GROUP_COUNT

static otls_status failed(otls_error *err, otls_status status, int32_t code, int native,
                          const char *text)
{
    return wolf_error(err, status, code, native, text);
}

/* Suites by name, always explicit: wolfSSL's default has anonymous and NULL suites. */
static kit_list suite_names(const otls_policy *policy, bool no_curves)
{
    kit_list list = {.text = NULL};

    for (size_t i = 0; i < policy->suite_count; i++) {
        const otls_suite *suite = policy->suites[i];

        if (!no_curves || (suite->kx != OTLS_KX_ECDHE && suite->kx != OTLS_KX_ECDHE_PSK))
            kit_list_add(&list, wolf_suite_name(suite->id));
    }
    return list;
}

static otls_status set_suites(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    kit_list list = suite_names(policy, false);
    bool room, taken;

    room = !list.failed;
    taken = room && wolfSSL_CTX_set_cipher_list(ctx, list.text) == WOLFSSL_SUCCESS;
    kit_list_free(&list);
    if (!room)
        return failed(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    return taken ? OTLS_OK
                 : failed(err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT, 0,
                          "wolfSSL refused the list of cipher suites");
}

static otls_status set_versions(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
#ifdef WOLFSSL_ALLOW_TLSV10
    const uint16_t floor = OTLS_TLS1_0;
#elif !defined(NO_OLD_TLS)
    const uint16_t floor = OTLS_TLS1_1;
#else
    const uint16_t floor = OTLS_TLS1_2;
#endif
    if (otls_version_before(policy->min_version, floor))
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL was built without this TLS version");
    /* servers': each connection's own, once its group is known (connection.c) */
    const uint16_t highest = policy->server ? OTLS_TLS1_3 : policy->max_version;

    if (wolfSSL_CTX_set_min_proto_version(ctx, policy->min_version) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_set_max_proto_version(ctx, highest) != WOLFSSL_SUCCESS)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL refused the range of TLS versions");
    return OTLS_OK;
}

static otls_status set_groups(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    int ids[GROUPS_MAX];
    kit_list curves = {.text = NULL};
    int count = 0;
    bool taken;

    for (size_t i = 0; i < policy->group_count && count < GROUPS_MAX; i++) {
        const char *name = wolf_group_name(policy->groups[i]);

        ids[count++] = policy->groups[i];
        if (name != NULL)
            kit_list_add(&curves, name);
    }
    /* the first call forbids all other curves (TLS 1.2 too), the second one sets all groups */
    taken = !curves.failed &&
            (curves.text == NULL ||
             wolfSSL_CTX_set1_curves_list(ctx, curves.text) == WOLFSSL_SUCCESS) &&
            wolfSSL_CTX_set_groups(ctx, ids, count) == WOLFSSL_SUCCESS;
    kit_list_free(&curves);
    return taken ? OTLS_OK
                 : failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0, "wolfSSL refused the groups");
}

static kit_list signature_names(const otls_policy *policy)
{
    kit_list list = {.text = NULL};

    for (size_t i = 0; i < policy->signature_count; i++) {
        bool before = false;

        for (size_t j = 0; j < i; j++)
            before = before || policy->signatures[j] == policy->signatures[i];
        if (!before)
            kit_list_add(&list, wolf_signature_name(policy->signatures[i]));
    }
    return list;
}

static otls_status set_signatures(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    kit_list list = signature_names(policy);
    bool taken;

    taken = !list.failed && wolfSSL_CTX_set1_sigalgs_list(ctx, list.text) == WOLFSSL_SUCCESS;
    kit_list_free(&list);
    return taken ? OTLS_OK
                 : failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                          "wolfSSL refused the list of signature algorithms");
}

/* A list of suites puts wolfSSL's own list of signature algorithms back into force. */
otls_status wolf_leave_out_curves(WOLFSSL *ssl, const otls_policy *policy, otls_error *err)
{
    kit_list suites = suite_names(policy, true), signatures = signature_names(policy);
    const bool room = !suites.failed && !signatures.failed;
    const bool taken = room && suites.text != NULL &&
                       wolfSSL_set_cipher_list(ssl, suites.text) == WOLFSSL_SUCCESS &&
                       wolfSSL_set1_sigalgs_list(ssl, signatures.text) == WOLFSSL_SUCCESS;

    kit_list_free(&suites);
    kit_list_free(&signatures);
    if (!room)
        return failed(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    return taken ? OTLS_OK
                 : failed(err, OTLS_E_BACKEND, OTLS_CODE_NO_SHARED_GROUP, 0,
                          "wolfSSL refused the suites that need no curve");
}

static otls_status set_identity(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    size_t size = 0, at = 0;
    uint8_t *chain;
    int result;

    if (policy->chain_count == 0)
        return OTLS_OK;
    for (size_t i = 0; i < policy->chain_count; i++)
        size += policy->chain[i].size;
    chain = malloc(size);
    if (chain == NULL)
        return failed(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    for (size_t i = 0; i < policy->chain_count; i++) {
        memcpy(chain + at, policy->chain[i].data, policy->chain[i].size);
        at += policy->chain[i].size;
    }
    result = wolfSSL_CTX_use_certificate_chain_buffer_format(ctx, chain, (long)size,
                                                             WOLFSSL_FILETYPE_ASN1);
    free(chain);
    if (result != WOLFSSL_SUCCESS)
        return failed(err, OTLS_E_CREDENTIAL, OTLS_CODE_NONE, result,
                      "wolfSSL cannot use the certificate chain");
    /* Once a callback signs, the public key will do in the private one's place, and must: without
     * any, wolfSSL 5.7.2 refuses to sign in TLS 1.3. */
    if (policy->key->sign != NULL)
        wolf_signer_setup(ctx, policy->key);
    result = wolfSSL_CTX_use_PrivateKey_buffer(ctx, policy->key->der, (long)policy->key->size,
                                               WOLFSSL_FILETYPE_ASN1);
    if (result != WOLFSSL_SUCCESS ||
        (policy->key->sign == NULL && wolfSSL_CTX_check_private_key(ctx) != WOLFSSL_SUCCESS))
        return failed(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_MISMATCH, result,
                      "wolfSSL cannot use the private key with this certificate");
    return OTLS_OK;
}

/* Finite-field Diffie-Hellman below TLS 1.3: a group for servers, a floor for all. */
static otls_status set_dh(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
#ifndef NO_DH
    if (wolfSSL_CTX_SetMinDhKey_Sz(ctx, policy->min_dh_bits) != WOLFSSL_SUCCESS)
        return failed(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, 0, "wolfSSL refused a DH limit");
    if (policy->server && policy->dh_p.size > 0 &&
        wolfSSL_CTX_SetTmpDH(ctx, policy->dh_p.data, (int)policy->dh_p.size, policy->dh_g.data,
                             (int)policy->dh_g.size) != WOLFSSL_SUCCESS)
        return failed(err, OTLS_E_CREDENTIAL, OTLS_CODE_WEAK, 0,
                      "wolfSSL refused the Diffie-Hellman parameters");
#else
    (void)ctx, (void)policy, (void)err;
#endif
    return OTLS_OK;
}

typedef WOLF_STACK_OF(WOLFSSL_X509_NAME) name_stack;

/*
 * One more name; NULL: it cannot be read, or no memory. A push answers with 1, in newer versions with
 * the new count; failures are 0 or negative.
 */
static WOLFSSL_X509_NAME *push_name(name_stack *names, otls_slice der)
{
    unsigned char *at = (unsigned char *)(uintptr_t)der.data;
    WOLFSSL_X509_NAME *name = wolfSSL_d2i_X509_NAME(NULL, &at, (long)der.size);

    if (name != NULL && wolfSSL_sk_X509_NAME_push(names, name) > 0)
        return name;
    wolfSSL_X509_NAME_free(name);
    return NULL;
}

/* NULL as above; `ordered`: the name that was pushed first is the first to go out. */
static name_stack *stack_names(const otls_policy *policy, bool backwards, bool *ordered)
{
    name_stack *names = wolfSSL_sk_X509_NAME_new(NULL);
    const size_t count = policy->client_ca_count;
    WOLFSSL_X509_NAME *first = NULL, *name;

    for (size_t i = 0; names != NULL && i < count; i++) {
        name = push_name(names, policy->client_ca_names[backwards ? count - 1 - i : i]);
        if (name == NULL) {
            wolfSSL_sk_X509_NAME_pop_free(names, wolfSSL_X509_NAME_free);
            return NULL;
        }
        first = i == 0 ? name : first;
    }
    *ordered = names != NULL && wolfSSL_sk_X509_NAME_value(names, 0) == first;
    return names;
}

/* wolfSSL puts a CertificateRequest into one record, of whatever length; this is for what stands beside
 * the names in its 2^14 octets (RFC 5246 6.2.1, 7.4.4). */
#define CA_NAMES_MAX (16384u - 128u)

static size_t client_ca_size(const otls_policy *policy)
{
    size_t size = 0;

    for (size_t i = 0; i < policy->client_ca_count; i++)
        size += 2 + policy->client_ca_names[i].size;
    return size;
}

/* Names of authorities in CertificateRequest, TLS 1.2 only. */
static otls_status set_client_ca(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    bool ordered = false;
    name_stack *names;

    if (!policy->server || policy->client_ca_count == 0)
        return OTLS_OK;
    if (client_ca_size(policy) > CA_NAMES_MAX)
        return otls_backend_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, WOLF_NAME, 0,
                                 "wolfSSL sends names of client authorities of up to %u bytes together",
                                 CA_NAMES_MAX);
    names = stack_names(policy, false, &ordered);
    if (names != NULL && !ordered) { /* old lists grow at their head, new ones at their end */
        wolfSSL_sk_X509_NAME_pop_free(names, wolfSSL_X509_NAME_free);
        names = stack_names(policy, true, &ordered);
    }
    if (names == NULL)
        return failed(err, OTLS_E_CONFIG, OTLS_CODE_BAD_DER, 0,
                      "wolfSSL cannot read the name of a client authority");
    wolfSSL_CTX_set_client_CA_list(ctx, names); /* takes it */
    return OTLS_OK;
}

/* A context that is limited to TLS 1.2 has no use for it, and since 5.7 refuses it. */
static otls_status set_post_handshake(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    if (!policy->post_handshake_auth || policy->server ||
        otls_version_before(policy->max_version, OTLS_TLS1_3))
        return OTLS_OK;
#ifdef WOLFSSL_POST_HANDSHAKE_AUTH
    if (wolfSSL_CTX_allow_post_handshake_auth(ctx) == 0)
        return OTLS_OK;
#endif
    return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                  "wolfSSL was built without post-handshake authentication");
}

#if WOLF_ASKS_OF_STAPLES
/* Core has judged the chain by then, and the response with it. */
static int on_status(WOLFSSL *ssl, int error, byte *response, word32 size, word32 place, void *user)
{
    const otls_backend_connection *conn = wolf_connection_of(ssl);

    (void)response, (void)size, (void)place, (void)user;
    if (conn != NULL && conn->judged && conn->verdict == OTLS_OK)
        return 0;
    return error < 0 ? error : WOLFSSL_FATAL_ERROR;
}
#endif

/* Or its connections would not send what they ask (connection.c). Before 5.8.4 it judges no response of
 * TLS 1.3 that comes with a chain it has no authority for, which is every chain here. */
static otls_status set_ocsp(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
#if WOLF_SHOWS_STAPLES
    if (policy->ask_ocsp && wolfSSL_CTX_EnableOCSPStapling(ctx) != WOLFSSL_SUCCESS)
        return failed(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0,
                      "wolfSSL cannot ask for OCSP responses");
#if WOLF_ASKS_OF_STAPLES
    if (policy->ask_ocsp)
        wolfSSL_CTX_set_ocsp_status_verify_cb(ctx, on_status, NULL);
#endif
#else
    (void)ctx, (void)policy, (void)err;
#endif
    return OTLS_OK;
}

/* Where wolfSSL has early data, its servers' tickets allow 4096 bytes unless told otherwise. */
static otls_status set_early(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
#ifdef WOLFSSL_EARLY_DATA
    if (policy->server && !otls_version_before(policy->max_version, OTLS_TLS1_3) &&
        wolfSSL_CTX_set_max_early_data(ctx, 0) < 0)
        return failed(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, 0,
                      "wolfSSL cannot be kept from early data");
#else
    (void)ctx, (void)policy, (void)err;
#endif
    return OTLS_OK;
}

static otls_status refuse(const otls_policy *policy, otls_error *err)
{
    if (policy->key_log && !WOLF_KEY_LOG)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL was built without secret callbacks: no key log");
    if (policy->max_early_data > 0)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0, "no early data with wolfSSL");
    if (policy->ask_ocsp && !WOLF_SHOWS_STAPLES)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL was built without ATOMIC_USER or HAVE_CERTIFICATE_STATUS_REQUEST: no "
                      "stapled OCSP response can be seen");
    if (policy->ask_ocsp && otls_version_before(policy->min_version, OTLS_TLS1_3))
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL judges the stapled OCSP response of TLS 1.2 itself: ask for one with TLS "
                      "1.3 as the lowest version");
    if (policy->renegotiation)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "no renegotiation with wolfSSL");
    return OTLS_OK;
}

static otls_status configure(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    WOLFSSL_CTX *ctx = context->ctx;
    otls_status status;

    (void)wolfSSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY); /* it would read ten times in vain */
    if (policy->server)
        wolfSSL_CTX_set_alpn_select_cb(ctx, wolf_alpn, NULL);
    wolf_watch_secrets(ctx, policy);
    wolf_verify_setup(ctx, policy);
    wolf_watch_pss(ctx);
    status = set_suites(ctx, policy, err);
    if (status == OTLS_OK) /* before the versions: 5.6 takes no groups where TLS 1.3 has been ruled out */
        status = set_groups(ctx, policy, err);
    if (status == OTLS_OK)
        status = set_versions(ctx, policy, err);
    if (status == OTLS_OK)
        status = set_dh(ctx, policy, err);
    if (status == OTLS_OK)
        status = set_identity(ctx, policy, err);
    if (status == OTLS_OK)
        status = set_signatures(ctx, policy, err);
    if (status == OTLS_OK)
        status = wolf_session_setup(context, err);
    if (status == OTLS_OK)
        status = wolf_psk_setup(context, err);
    if (status == OTLS_OK)
        status = set_client_ca(ctx, policy, err);
    if (status == OTLS_OK)
        status = set_post_handshake(ctx, policy, err);
    if (status == OTLS_OK)
        status = set_ocsp(ctx, policy, err);
    if (status == OTLS_OK)
        status = set_early(ctx, policy, err);
    return status;
}

static otls_status context_init(otls_backend_context *context, const otls_policy *policy,
                                otls_error *err)
{
    otls_status status = refuse(policy, err);
    if (status != OTLS_OK)
        return status;
    context->policy = policy;
    context->ctx = wolf_context_new(policy);
    if (context->ctx == NULL)
        return failed(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "wolfSSL cannot make a context");
    status = configure(context, err);
    if (status != OTLS_OK) {
        wolfSSL_CTX_free(context->ctx);
        context->ctx = NULL;
    }
    return status;
}

static void context_fini(otls_backend_context *context)
{
    wolfSSL_CTX_free(context->ctx);
    context->ctx = NULL;
}

const otls_context_ops wolf_context_ops = {
    .size = sizeof(otls_context_ops),
    .state_size = sizeof(otls_backend_context),
    .init = context_init,
    .fini = context_fini,
    .has_suite = wolf_has_suite,
    .has_group = wolf_has_group,
    .has_signature = wolf_has_signature,
};
