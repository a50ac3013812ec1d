/* SPDX-License-Identifier: MIT */
/* Revocation lists of the corpus. */
#include "make_corpus.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static void crl_extension(X509_CRL *crl, X509 *issuer, const char *name, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, issuer, NULL, NULL, crl, 0);
    X509V3_set_nconf(&context, empty_configuration());
    extension = X509V3_EXT_nconf(empty_configuration(), &context, name, value);
    if (extension == NULL || X509_CRL_add_ext(crl, extension, -1) != 1)
        fail("bad CRL extension %s=%s", name, value);
    X509_EXTENSION_free(extension);
}

static X509_REVOKED *revoke(X509_CRL *crl, const ASN1_INTEGER *serial)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *date = time_of(NULL, when("-10d"));

    X509_REVOKED_set_serialNumber(entry, (ASN1_INTEGER *)(size_t)serial);
    X509_REVOKED_set_revocationDate(entry, date);
    X509_CRL_add0_revoked(crl, entry);
    ASN1_TIME_free(date);
    return entry;
}

/* `remove=`: it is revoked no longer, RFC 5280 5.3.1. */
static void remove_entry(X509_CRL *crl, const X509 *cert)
{
    ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();

    ASN1_ENUMERATED_set(reason, CRL_REASON_REMOVE_FROM_CRL);
    X509_REVOKED_add1_ext_i2d(revoke(crl, X509_get0_serialNumber(cert)), NID_crl_reason, reason, 0,
                              X509V3_ADD_APPEND);
    ASN1_ENUMERATED_free(reason);
}

/* `revoke-for=`: with the issuer's name, as indirect lists have it, RFC 5280 5.3.3. */
static void revoke_with_issuer(X509_CRL *crl, const X509 *cert)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();

    name->type = GEN_DIRNAME;
    name->d.directoryName = X509_NAME_dup(X509_get_issuer_name(cert));
    sk_GENERAL_NAME_push(names, name);
    X509_REVOKED_add1_ext_i2d(revoke(crl, X509_get0_serialNumber(cert)), NID_certificate_issuer,
                              names, 1, X509V3_ADD_APPEND);
    GENERAL_NAMES_free(names);
}

/* `to=none`: nobody knows when. `dates=general`: as GeneralizedTime. */
static void set_next(X509_CRL *crl, const char *to, bool general)
{
    ASN1_TIME *date;

    if (strcmp(to, "none") == 0)
        return;
    date = general ? general_of(when(to)) : time_of(NULL, when(to));
    X509_CRL_set1_nextUpdate(crl, date);
    ASN1_TIME_free(date);
}

/* `revoke-general=`: its date as GeneralizedTime. */
static void revoke_general(X509_CRL *crl, const X509 *cert)
{
    ASN1_TIME *date = general_of(when("-10d"));

    X509_REVOKED_set_revocationDate(revoke(crl, X509_get0_serialNumber(cert)), date);
    ASN1_TIME_free(date);
}

void make_crl(corpus_case *test, char *text)
{
    attribute list[ATTRIBUTES_MAX];
    const size_t count = split(text, list);
    member *issuer = need(test, list[0].name);
    member *signer = need(test, get(list, count, "signer", list[0].name));
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *date = time_of(NULL, when(get(list, count, "from", "-1d")));

    X509_CRL_set_version(crl, 1);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->cert));
    X509_CRL_set1_lastUpdate(crl, date);
    ASN1_TIME_free(date);
    set_next(crl, get(list, count, "to", "30d"), get(list, count, "dates", NULL) != NULL);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(list[i].name, "revoke") == 0) {
            revoke(crl, X509_get0_serialNumber(need(test, list[i].value)->cert));
        } else if (strcmp(list[i].name, "revoke-general") == 0) {
            revoke_general(crl, need(test, list[i].value)->cert);
        } else if (strcmp(list[i].name, "remove") == 0) {
            remove_entry(crl, need(test, list[i].value)->cert);
        } else if (strcmp(list[i].name, "revoke-for") == 0) {
            revoke_with_issuer(crl, need(test, list[i].value)->cert);
        } else if (strcmp(list[i].name, "many") == 0) {
            ASN1_INTEGER *serial = ASN1_INTEGER_new();

            for (int number = 0; number < atoi(list[i].value); number++) {
                ASN1_INTEGER_set_uint64(serial, 0x700000000 + (unsigned)number);
                revoke(crl, serial);
            }
            ASN1_INTEGER_free(serial);
        } else if (strncmp(list[i].name, "ext ", 4) == 0) {
            crl_extension(crl, issuer->cert, list[i].name + 4, list[i].value);
        }
    }
    if (X509_CRL_sign(crl, signer->key, EVP_get_digestbyname(get(list, count, "digest", "SHA256"))) <= 0 || test->crl_count == CRLS_MAX)
        fail("cannot sign the CRL");
    test->crls[test->crl_count++] = crl;
}
