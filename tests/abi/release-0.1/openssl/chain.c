/* SPDX-License-Identifier: MIT */
/** @file chain.c OpenSSL's own verifier, for those who ask for it instead of core's. */
#include "ossl.h"
#include <openssl/x509v3.h>

static X509 *parse_x509(otls_slice der)
{
    const unsigned char *at = der.data;
    return der.size <= INT32_MAX ? d2i_X509(NULL, &at, (long)der.size) : NULL;
}

static bool add_anchors(X509_STORE *store, const otls_engine_verify_request *request)
{
    for (size_t i = 0; i < request->anchor_count; i++) {
        X509 *anchor = parse_x509(request->anchors[i]);
        const bool ok = anchor != NULL && X509_STORE_add_cert(store, anchor) == 1;
        X509_free(anchor);
        if (!ok)
            return false;
    }
    for (size_t i = 0; i < request->crl_count; i++) {
        const unsigned char *at = request->crls[i].data;
        X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)request->crls[i].size);
        const bool ok = crl != NULL && X509_STORE_add_crl(store, crl) == 1;
        X509_CRL_free(crl);
        if (!ok)
            return false;
    }
    return true;
}

static uint32_t flags_of(int error)
{
    switch (error) {
    case X509_V_OK:
        return 0;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return OTLS_VERIFY_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return OTLS_VERIFY_NOT_YET_VALID;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return OTLS_VERIFY_SELF_SIGNED | OTLS_VERIFY_UNKNOWN_CA;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
    case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
        return OTLS_VERIFY_BAD_SIGNATURE;
    case X509_V_ERR_CERT_REVOKED:
        return OTLS_VERIFY_REVOKED;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
        return OTLS_VERIFY_REVOCATION_UNKNOWN;
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_CERT_REJECTED:
        return OTLS_VERIFY_WRONG_PURPOSE;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
        return OTLS_VERIFY_NOT_CA;
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        return OTLS_VERIFY_PATH_LENGTH;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
        return OTLS_VERIFY_DEPTH;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
        return OTLS_VERIFY_NAME_CONSTRAINT;
    case X509_V_ERR_INVALID_POLICY_EXTENSION:
    case X509_V_ERR_NO_EXPLICIT_POLICY:
        return OTLS_VERIFY_POLICY;
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
        return OTLS_VERIFY_CRITICAL_EXTENSION;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return OTLS_VERIFY_WEAK;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
        return OTLS_VERIFY_UNKNOWN_CA;
    default:
        return OTLS_VERIFY_MALFORMED;
    }
}

static bool set_parameters(X509_VERIFY_PARAM *param, const otls_engine_verify_request *request)
{
    unsigned long flags = X509_V_FLAG_TRUSTED_FIRST;
    if (request->partial_chain)
        flags |= X509_V_FLAG_PARTIAL_CHAIN;
    if (request->crl_check >= 1)
        flags |= X509_V_FLAG_CRL_CHECK;
    if (request->crl_check >= 2)
        flags |= X509_V_FLAG_CRL_CHECK_ALL;
    X509_VERIFY_PARAM_set_time(param, (time_t)request->time);
    if (request->depth >= 0)
        X509_VERIFY_PARAM_set_depth(param, request->depth);
    const int purpose = request->server_purpose == 1   ? X509_PURPOSE_SSL_SERVER
                        : request->server_purpose == 0 ? X509_PURPOSE_SSL_CLIENT
                                                       : X509_PURPOSE_ANY;
    return X509_VERIFY_PARAM_set_flags(param, flags) == 1 &&
           X509_VERIFY_PARAM_set_purpose(param, purpose) == 1;
}

/* The request's chain; the leaf is the first. NULL and *bad set when one cannot be parsed. */
static STACK_OF(X509) * parse_chain(const otls_engine_verify_request *request, int32_t *bad)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    for (size_t i = 0; chain != NULL && i < request->chain_count; i++) {
        X509 *x509 = parse_x509(request->chain[i]);
        if (x509 == NULL || sk_X509_push(chain, x509) <= 0) {
            *bad = x509 == NULL ? (int32_t)i : -1;
            X509_free(x509);
            sk_X509_pop_free(chain, X509_free);
            return NULL;
        }
    }
    return chain;
}

static otls_status run(X509_STORE *store, STACK_OF(X509) * chain,
                       const otls_engine_verify_request *request, uint32_t *flags, int32_t *depth,
                       otls_error *err)
{
    otls_status status = OTLS_OK;
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    if (ctx == NULL || !add_anchors(store, request) ||
        X509_STORE_CTX_init(ctx, store, sk_X509_value(chain, 0), chain) != 1 ||
        !set_parameters(X509_STORE_CTX_get0_param(ctx), request)) {
        status = ossl_fail(err, OTLS_E_CONFIG, OTLS_CODE_BAD_DER,
                           "OpenSSL cannot use the trust anchors or CRLs");
    } else if (X509_verify_cert(ctx) != 1) {
        const uint32_t found = flags_of(X509_STORE_CTX_get_error(ctx));
        *flags = found != 0 ? found : OTLS_VERIFY_MALFORMED;
        *depth = X509_STORE_CTX_get_error_depth(ctx);
    }
    X509_STORE_CTX_free(ctx);
    return status;
}

static otls_status verify_chain(const otls_engine_verify_request *request, uint32_t *flags,
                                int32_t *depth, otls_error *err)
{
    int32_t bad = -1;
    *flags = 0;
    *depth = -1;
    ERR_clear_error();
    if (request->chain_count == 0 || request->chain_count > OSSL_CHAIN_MAX) {
        *flags = request->chain_count == 0 ? OTLS_VERIFY_MISSING : OTLS_VERIFY_LIMIT;
        return OTLS_OK;
    }
    STACK_OF(X509) *chain = parse_chain(request, &bad);
    X509_STORE *store = X509_STORE_new();
    otls_status status = OTLS_OK;
    if (bad >= 0) {
        *flags = OTLS_VERIFY_MALFORMED;
        *depth = bad;
    } else if (chain == NULL || store == NULL) {
        status = ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory for verifying");
    } else {
        status = run(store, chain, request, flags, depth, err);
    }
    X509_STORE_free(store);
    sk_X509_pop_free(chain, X509_free);
    ERR_clear_error();
    return status;
}

const otls_certificate_ops ossl_certificate_ops = {
    .size = (uint32_t)sizeof(otls_certificate_ops),
    .verify_chain = verify_chain,
};
