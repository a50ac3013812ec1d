/* SPDX-License-Identifier: MIT */
/* One native context from one policy. */
#include "wolf.h"

#include <stdlib.h>
#include <wolfssl/wolfcrypt/dh.h>

/* wolfSSL's own limit for a list of groups */
#define GROUPS_MAX WOLFSSL_MAX_GROUP_COUNT
/* more than there are names for */
#define SCHEMES_MAX 32

static otls_status failed(otls_error *err, otls_status status, int32_t code, int native,
                          const char *text)
{
    return wolf_error(err, status, code, native, text);
}

/* ':'-separated list; `size` bytes are enough by construction, the check is for the day they are
 * not. */
static bool append(char *list, size_t size, const char *name)
{
    const size_t used = strlen(list), more = strlen(name);
    if (used + more + 2 > size)
        return false;
    if (used > 0)
        list[used] = ':';
    memcpy(list + used + (used > 0), name, more + 1);
    return true;
}

/*
 * Suites by name, always explicit: wolfSSL's default has anonymous and NULL suites. It wants every
 * permitted version to have a suite in the list, so the range shrinks to what has one.
 */
static otls_status set_suites(WOLFSSL_CTX *ctx, const otls_policy *policy, uint16_t *lowest,
                              uint16_t *highest, otls_error *err)
{
    const size_t size = policy->suite_count * 48 + 1;
    char *list = calloc(1, size);
    bool have_13 = false, have_12 = false, room = list != NULL;

    for (size_t i = 0; room && i < policy->suite_count; i++) {
        const otls_suite *suite = policy->suites[i];
        const char *name = wolf_has_suite(suite) ? wolf_suite_name(suite->id) : NULL;
        const bool is_13 = suite->min_version >= OTLS_TLS1_3;
        if (name == NULL ||
            (is_13 ? policy->max_version < OTLS_TLS1_3 : policy->min_version >= OTLS_TLS1_3))
            continue;
        room = append(list, size, name);
        *(is_13 ? &have_13 : &have_12) = true;
    }
    if (!room) {
        free(list);
        return failed(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    }
    *lowest = have_12 || policy->min_version > OTLS_TLS1_3 ? policy->min_version : OTLS_TLS1_3;
    *highest = have_13 || policy->max_version < OTLS_TLS1_3 ? policy->max_version : OTLS_TLS1_2;
    if (!have_12 && !have_13) {
        free(list);
        return failed(err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT, 0,
                      "wolfSSL has none of the chosen cipher suites");
    }
    room = wolfSSL_CTX_set_cipher_list(ctx, list) == WOLFSSL_SUCCESS;
    free(list);
    return room ? OTLS_OK
                : failed(err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT, 0,
                         "wolfSSL refused the list of cipher suites");
}

static otls_status set_versions(WOLFSSL_CTX *ctx, uint16_t lowest, uint16_t highest,
                                otls_error *err)
{
#ifdef WOLFSSL_ALLOW_TLSV10
    const uint16_t floor = OTLS_TLS1_0;
#elif !defined(NO_OLD_TLS)
    const uint16_t floor = OTLS_TLS1_1;
#else
    const uint16_t floor = OTLS_TLS1_2;
#endif
    if (lowest < floor || highest > OTLS_TLS1_3)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL was built without this TLS version");
    if (wolfSSL_CTX_set_min_proto_version(ctx, lowest) != WOLFSSL_SUCCESS ||
        wolfSSL_CTX_set_max_proto_version(ctx, highest) != WOLFSSL_SUCCESS)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL refused the range of TLS versions");
    return OTLS_OK;
}

static otls_status set_groups(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    int ids[GROUPS_MAX];
    char curves[16 * GROUPS_MAX] = "";
    int count = 0;

    for (size_t i = 0; i < policy->group_count && count < GROUPS_MAX; i++) {
        const char *name = wolf_group_name(policy->groups[i]);

        if (!wolf_has_group(policy->groups[i]))
            continue;
        ids[count++] = policy->groups[i];
        if (name != NULL)
            (void)append(curves, sizeof(curves), name);
    }
    if (count == 0)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NO_SHARED_GROUP, 0,
                      "wolfSSL has none of the chosen groups");
    /* the first call forbids all other curves (TLS 1.2 too), the second one sets all groups */
    if ((curves[0] != '\0' && wolfSSL_CTX_set1_curves_list(ctx, curves) != WOLFSSL_SUCCESS) ||
        wolfSSL_CTX_set_groups(ctx, ids, count) != WOLFSSL_SUCCESS)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0, "wolfSSL refused the groups");
    return OTLS_OK;
}

static otls_status set_signatures(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    char list[SCHEMES_MAX * 16 + 1] = "";

    for (size_t i = 0; i < policy->signature_count; i++) {
        const char *name = wolf_signature_name(policy->signatures[i]);
        bool before = false;
        for (size_t j = 0; j < i; j++)
            before = before || policy->signatures[j] == policy->signatures[i];
        if (name != NULL && !before)
            (void)append(list, sizeof(list), name);
    }
    if (list[0] == '\0')
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL has none of the chosen signature algorithms");
    if (wolfSSL_CTX_set1_sigalgs_list(ctx, list) != WOLFSSL_SUCCESS)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL refused the list of signature algorithms");
    return OTLS_OK;
}

static otls_status set_identity(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    size_t size = 0, at = 0;
    uint8_t *chain;
    int result;

    if (policy->chain_count == 0 || policy->key == NULL)
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

/* Finite-field Diffie-Hellman in TLS 1.2: a standard group for servers, a floor for clients. */
static otls_status set_dh(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
#if !defined(NO_DH) && defined(HAVE_FFDHE_2048) && defined(HAVE_FFDHE_3072)
    static const word16 floors[] = {1024, 1024, 2048, 3072, 3072, 3072};
    const size_t level = policy->security_level < 5 ? policy->security_level : 5;
    const DhParams *group = level >= 3 ? wc_Dh_ffdhe3072_Get() : wc_Dh_ffdhe2048_Get();

    if (wolfSSL_CTX_SetMinDhKey_Sz(ctx, floors[level]) != WOLFSSL_SUCCESS)
        return failed(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, 0, "wolfSSL refused a DH limit");
    for (size_t i = 0; policy->server && i < policy->suite_count; i++) {
        if (policy->suites[i]->kx != OTLS_KX_DHE && policy->suites[i]->kx != OTLS_KX_DHE_PSK)
            continue;
        if (policy->dh_p.size > 0)
            return wolfSSL_CTX_SetTmpDH(ctx, policy->dh_p.data, (int)policy->dh_p.size,
                                        policy->dh_g.data,
                                        (int)policy->dh_g.size) == WOLFSSL_SUCCESS
                       ? OTLS_OK
                       : failed(err, OTLS_E_CREDENTIAL, OTLS_CODE_WEAK, 0,
                                "wolfSSL refused the Diffie-Hellman parameters");
        return wolfSSL_CTX_SetTmpDH(ctx, group->p, (int)group->p_len, group->g,
                                    (int)group->g_len) == WOLFSSL_SUCCESS
                   ? OTLS_OK
                   : failed(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, 0, "wolfSSL refused DH");
    }
#else
    (void)ctx, (void)policy, (void)err;
#endif
    return OTLS_OK;
}

/* Names of authorities in CertificateRequest, TLS 1.2 only. */
static otls_status set_client_ca(WOLFSSL_CTX *ctx, const otls_policy *policy, otls_error *err)
{
    WOLF_STACK_OF(WOLFSSL_X509_NAME) * names;

    if (!policy->server || policy->client_ca_count == 0)
        return OTLS_OK;
    names = wolfSSL_sk_X509_NAME_new(NULL);
    /* wolfSSL's lists grow at their head: last name first */
    for (size_t i = policy->client_ca_count; names != NULL && i-- > 0;) {
        unsigned char *at = (unsigned char *)(uintptr_t)policy->client_ca_names[i].data;
        WOLFSSL_X509_NAME *name =
            wolfSSL_d2i_X509_NAME(NULL, &at, (long)policy->client_ca_names[i].size);
        if (name == NULL || wolfSSL_sk_X509_NAME_push(names, name) != WOLFSSL_SUCCESS) {
            wolfSSL_X509_NAME_free(name);
            wolfSSL_sk_X509_NAME_pop_free(names, wolfSSL_X509_NAME_free);
            return failed(err, OTLS_E_CONFIG, OTLS_CODE_BAD_DER, 0,
                          "wolfSSL cannot read the name of a client authority");
        }
    }
    if (names == NULL)
        return failed(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "out of memory");
    wolfSSL_CTX_set_client_CA_list(ctx, names); /* takes it */
    return OTLS_OK;
}

/* A context that is limited to TLS 1.2 has no use for it, and since 5.7 refuses it. */
static otls_status set_post_handshake(WOLFSSL_CTX *ctx, const otls_policy *policy, uint16_t highest,
                                      otls_error *err)
{
    if (!policy->post_handshake_auth || policy->server || highest < OTLS_TLS1_3)
        return OTLS_OK;
#ifdef WOLFSSL_POST_HANDSHAKE_AUTH
    if (wolfSSL_CTX_allow_post_handshake_auth(ctx) == 0)
        return OTLS_OK;
#endif
    return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                  "wolfSSL was built without post-handshake authentication");
}

static otls_status refuse(const otls_policy *policy, otls_error *err)
{
    if (policy->key_log)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL was built without secret callbacks: no key log");
    if (policy->max_early_data > 0)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL was built without early data");
    if (policy->ask_ocsp)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL does not hand out stapled OCSP responses");
    if (policy->renegotiation)
        return failed(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NONE, 0,
                      "wolfSSL was built without secure renegotiation");
    return OTLS_OK;
}

static otls_status configure(otls_backend_context *context, otls_error *err)
{
    const otls_policy *policy = context->policy;
    WOLFSSL_CTX *ctx = context->ctx;
    uint16_t lowest = 0, highest = 0;
    otls_status status;

    (void)wolfSSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY); /* it would read ten times in vain */
    if (policy->server)
        wolfSSL_CTX_set_alpn_select_cb(ctx, wolf_alpn, NULL);
    wolf_verify_setup(ctx, policy);
    wolf_watch_pss(ctx);
    status = set_suites(ctx, policy, &lowest, &highest, err);
    if (status == OTLS_OK)
        status = set_versions(ctx, lowest, highest, err);
    if (status == OTLS_OK)
        status = set_groups(ctx, policy, err);
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
        status = set_post_handshake(ctx, policy, highest, err);
    return status;
}

static otls_status context_init(otls_backend_context *context, const otls_policy *policy,
                                otls_error *err)
{
    otls_status status = refuse(policy, err);
    if (status != OTLS_OK)
        return status;
    context->policy = policy;
    context->ctx =
        wolfSSL_CTX_new(policy->server ? wolfSSLv23_server_method() : wolfSSLv23_client_method());
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
