/* SPDX-License-Identifier: MIT */
/* GnuTLS' own chain verifier, for contexts that choose it (OTLS_VERIFIER_ENGINE). */
#include "gtls.h"

typedef struct gtls_chain {
    gnutls_x509_trust_list_t list;
    gnutls_x509_crt_t certificates[GTLS_CHAIN_MAX];
    unsigned count;
} gtls_chain;

static int import_certificate(gnutls_x509_crt_t *out, otls_slice der)
{
    const gnutls_datum_t datum = gtls_datum(der);
    int rc = gnutls_x509_crt_init(out);
    if (rc == 0 && (rc = gnutls_x509_crt_import(*out, &datum, GNUTLS_X509_FMT_DER)) < 0) {
        gnutls_x509_crt_deinit(*out);
        *out = NULL;
    }
    return rc;
}

/* The list answers with how many it took, and does not say why it took none; those it took are its own. */
static int add_anchor(gnutls_x509_trust_list_t list, otls_slice der)
{
    gnutls_x509_crt_t anchor = NULL;
    const int rc = import_certificate(&anchor, der);
    if (rc < 0)
        return rc;
    if (gnutls_x509_trust_list_add_cas(list, &anchor, 1, 0) == 1)
        return 0;
    gnutls_x509_crt_deinit(anchor);
    return GNUTLS_E_MEMORY_ERROR;
}

/* A revocation list that found no room is missed by no one else here. */
static int add_list(gnutls_x509_trust_list_t list, otls_slice der)
{
    const gnutls_datum_t datum = gtls_datum(der);
    const int rc = gnutls_x509_trust_list_add_trust_mem(list, NULL, &datum, GNUTLS_X509_FMT_DER, 0, 0);
    return rc == 0 ? GNUTLS_E_MEMORY_ERROR : rc;
}

static int load_trust(gtls_chain *chain, const otls_engine_verify_request *request)
{
    int rc = gnutls_x509_trust_list_init(&chain->list, 0);
    for (size_t i = 0; rc >= 0 && i < request->anchor_count; i++)
        rc = add_anchor(chain->list, request->anchors[i]);
    for (size_t i = 0; rc >= 0 && request->crl_check != OTLS_CRL_CHECK_NONE && i < request->crl_count; i++)
        rc = add_list(chain->list, request->crls[i]);
    return rc;
}

static void clear(gtls_chain *chain)
{
    for (unsigned i = 0; i < chain->count; i++)
        gnutls_x509_crt_deinit(chain->certificates[i]);
    if (chain->list != NULL)
        gnutls_x509_trust_list_deinit(chain->list, 1);
}

static uint32_t translate(unsigned status)
{
    static const struct {
        unsigned native;
        uint32_t flag;
    } map[] = {
        {GNUTLS_CERT_REVOKED, OTLS_VERIFY_REVOKED},
        {GNUTLS_CERT_SIGNER_NOT_FOUND, OTLS_VERIFY_UNKNOWN_CA},
        {GNUTLS_CERT_SIGNER_NOT_CA, OTLS_VERIFY_NOT_CA},
        {GNUTLS_CERT_INSECURE_ALGORITHM, OTLS_VERIFY_WEAK},
        {GNUTLS_CERT_NOT_ACTIVATED, OTLS_VERIFY_NOT_YET_VALID},
        {GNUTLS_CERT_EXPIRED, OTLS_VERIFY_EXPIRED},
        {GNUTLS_CERT_SIGNATURE_FAILURE, OTLS_VERIFY_BAD_SIGNATURE},
        {GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED, OTLS_VERIFY_REVOCATION_UNKNOWN},
        {GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE, OTLS_VERIFY_REVOCATION_UNKNOWN},
        {GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, OTLS_VERIFY_NAME_CONSTRAINT},
        {GNUTLS_CERT_PURPOSE_MISMATCH, OTLS_VERIFY_WRONG_PURPOSE},
        {GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, OTLS_VERIFY_CRITICAL_EXTENSION},
    };
    uint32_t flags = 0;
    for (size_t i = 0; i < COUNT(map); i++)
        if (status & map[i].native)
            flags |= map[i].flag;
    /* GNUTLS_CERT_INVALID alone still means no. */
    return status != 0 && flags == 0 ? OTLS_VERIFY_UNKNOWN_CA : flags;
}

/* GnuTLS' clock is global and not ours to set, so validity is compared here. */
static uint32_t check_times(const gtls_chain *chain, int64_t now, int32_t *depth)
{
    for (unsigned i = 0; i < chain->count; i++) {
        uint32_t flags = 0;
        if ((int64_t)gnutls_x509_crt_get_activation_time(chain->certificates[i]) > now)
            flags |= OTLS_VERIFY_NOT_YET_VALID;
        if ((int64_t)gnutls_x509_crt_get_expiration_time(chain->certificates[i]) < now)
            flags |= OTLS_VERIFY_EXPIRED;
        if (flags != 0) {
            *depth = (int32_t)i;
            return flags;
        }
    }
    return 0;
}

static bool has_crl(const otls_engine_verify_request *request, gnutls_x509_crt_t certificate)
{
    gnutls_datum_t issuer = {NULL, 0};
    bool found = false;
    if (gnutls_x509_crt_get_raw_issuer_dn(certificate, &issuer) < 0)
        return false;
    for (size_t i = 0; !found && i < request->crl_count; i++) {
        const gnutls_datum_t der = gtls_datum(request->crls[i]);
        gnutls_datum_t name = {NULL, 0};
        gnutls_x509_crl_t crl = NULL;
        if (gnutls_x509_crl_init(&crl) < 0)
            break;
        if (gnutls_x509_crl_import(crl, &der, GNUTLS_X509_FMT_DER) == 0 &&
            gnutls_x509_crl_get_raw_issuer_dn(crl, &name) == 0)
            found = name.size == issuer.size && memcmp(name.data, issuer.data, name.size) == 0 &&
                    (int64_t)gnutls_x509_crl_get_this_update(crl) <= request->time &&
                    (gnutls_x509_crl_get_next_update(crl) == (time_t)-1 ||
                     (int64_t)gnutls_x509_crl_get_next_update(crl) >= request->time);
        gnutls_free(name.data);
        gnutls_x509_crl_deinit(crl);
    }
    gnutls_free(issuer.data);
    return found;
}

/* A missing CRL is no error to GnuTLS; to us it is when revocation is to be checked. */
static uint32_t check_crls(const gtls_chain *chain, const otls_engine_verify_request *request,
                           int32_t *depth)
{
    const unsigned last = request->crl_check == OTLS_CRL_CHECK_CHAIN ? chain->count : 1;
    for (unsigned i = 0; i < last && i < chain->count; i++) {
        if (gnutls_x509_crt_check_issuer(chain->certificates[i], chain->certificates[i]) && i > 0)
            continue; /* a root is not revoked by its own list */
        if (!has_crl(request, chain->certificates[i])) {
            *depth = (int32_t)i;
            return OTLS_VERIFY_REVOCATION_UNKNOWN;
        }
    }
    return 0;
}

static int run(gtls_chain *chain, const otls_engine_verify_request *request, uint32_t *flags)
{
    unsigned options = GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_ALLOW_UNSORTED_CHAIN;
    unsigned status = 0;
    if (request->crl_check == OTLS_CRL_CHECK_NONE)
        options |= GNUTLS_VERIFY_DISABLE_CRL_CHECKS;
    const char *purpose = request->purpose == OTLS_PURPOSE_SERVER ? GNUTLS_KP_TLS_WWW_SERVER
                                                                  : GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st data = {
        .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)(uintptr_t)purpose, .size = 0};
    const int rc = gnutls_x509_trust_list_verify_crt2(
        chain->list, chain->certificates, chain->count, &data,
        request->purpose == OTLS_PURPOSE_ANY ? 0 : 1, options, &status, NULL);
    *flags = translate(status);
    return rc;
}

/*
 * GnuTLS 3.7.1 copies the chain into an array of 16 on its stack, however long it is; 3.7.9 does
 * not any more.
 */
static size_t longest_chain(void)
{
    return gnutls_check_version("3.7.9") != NULL ? GTLS_CHAIN_MAX : 16;
}

static otls_status verify_chain(const otls_engine_verify_request *request, uint32_t *flags,
                                int32_t *depth, otls_error *err)
{
    gtls_chain chain = {.list = NULL, .count = 0};
    *flags = 0;
    *depth = 0;
    if (request->chain_count == 0 || request->chain_count > longest_chain()) {
        *flags = request->chain_count == 0 ? OTLS_VERIFY_MISSING : OTLS_VERIFY_DEPTH;
        return OTLS_OK;
    }
    for (size_t i = 0; i < request->chain_count; i++) {
        if (import_certificate(&chain.certificates[i], request->chain[i]) < 0) {
            *flags = OTLS_VERIFY_MALFORMED;
            *depth = (int32_t)i;
            clear(&chain);
            return OTLS_OK;
        }
        chain.count++;
    }
    int rc = load_trust(&chain, request);
    if (rc >= 0)
        rc = run(&chain, request, flags);
    if (rc >= 0 && *flags == 0)
        *flags = check_times(&chain, request->time, depth);
    if (rc >= 0 && *flags == 0 && request->crl_check != OTLS_CRL_CHECK_NONE)
        *flags = check_crls(&chain, request, depth);
    /* Certificates between leaf and anchor, counted as sent. */
    if (rc >= 0 && *flags == 0 && request->depth >= 0 &&
        chain.count > (unsigned)request->depth + 1u)
        *flags = OTLS_VERIFY_DEPTH;
    clear(&chain);
    if (rc < 0)
        return gtls_fail(err, gtls_category(rc, OTLS_E_VERIFY), 0, rc, "no verdict");
    *depth = *flags == 0 ? -1 : *depth;
    return OTLS_OK;
}

const otls_certificate_ops gtls_certificate_ops = {
    .size = sizeof(otls_certificate_ops),
    .verify_chain = verify_chain,
};
