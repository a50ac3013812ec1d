/* SPDX-License-Identifier: MIT */
#include "differential.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

static X509 *decode(const uint8_t *der, size_t size)
{
    const uint8_t *at = der;
    X509 *x = d2i_X509(NULL, &at, (long)size);

    if (x != NULL && at != der + size) {
        X509_free(x);
        return NULL;
    }
    return x;
}

static bool accepts(const uint8_t *der, size_t size)
{
    X509 *x = decode(der, size);

    X509_free(x);
    ERR_clear_error();
    return x != NULL;
}

static void compare_serial(const otls_certificate *ours, const X509 *x)
{
    BIGNUM *theirs = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
    BIGNUM *mine = NULL;

    if (BN_hex2bn(&mine, otls_certificate_serial(ours)) == 0 || theirs == NULL ||
        BN_cmp(mine, theirs) != 0)
        differ("serial", "%s", otls_certificate_serial(ours));
    BN_free(theirs);
    BN_free(mine);
}

/* Not through time_t, which may have 32 bits. */
static void compare_time(const char *field, int64_t ours, const ASN1_TIME *time)
{
    ASN1_TIME *epoch = ASN1_TIME_adj(NULL, 0, 0, 0);
    int days = 0, seconds = 0;
    int64_t theirs;

    if (epoch == NULL || ASN1_TIME_diff(&days, &seconds, epoch, time) != 1) {
        differ(field, "they cannot read it, we say %lld", (long long)ours);
    } else {
        theirs = (int64_t)days * 86400 + seconds;
        if (theirs != ours)
            differ(field, "%lld, not %lld", (long long)ours, (long long)theirs);
    }
    ASN1_TIME_free(epoch);
}

static void compare_name(const otls_certificate *ours, otls_name_kind kind, const X509_NAME *name)
{
    const size_t count = otls_certificate_name_count(ours, kind);

    if ((int)count != X509_NAME_entry_count(name)) {
        differ("name", "%zu attributes, not %d", count, X509_NAME_entry_count(name));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, (int)i);
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
        otls_name_attribute attribute;
        char oid[512];

        if (otls_certificate_name_attribute(ours, kind, i, &attribute, NULL, NULL) != OTLS_OK) {
            differ("name", "no attribute %zu", i);
            return;
        }
        (void)OBJ_obj2txt(oid, sizeof(oid), X509_NAME_ENTRY_get_object(entry), 1);
        if (strcmp(oid, attribute.oid) != 0)
            differ("name", "%s, not %s", attribute.oid, oid);
        if (X509_NAME_ENTRY_set(entry) != (int)attribute.rdn)
            differ("name", "RDN %zu, not %d", attribute.rdn, X509_NAME_ENTRY_set(entry));
        /* other types are kept as whole elements there */
        if (otls_certificate_name_count(ours, kind) != 0 &&
            ASN1_STRING_type(value) != V_ASN1_OTHER &&
            ASN1_STRING_type(value) == attribute.string_type && attribute.string_type >= 0x0c &&
            ((size_t)ASN1_STRING_length(value) != attribute.value_size ||
             memcmp(ASN1_STRING_get0_data(value), attribute.value, attribute.value_size) != 0) &&
            attribute.string_type < 0x30)
            differ("name", "value of attribute %zu", i);
    }
}

static void compare_key(const otls_certificate *ours, const X509 *x)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    const char *type = otls_certificate_key_type(ours);
    const int id = key != NULL ? EVP_PKEY_base_id(key) : 0;
    const char *theirs = id == EVP_PKEY_RSA       ? "RSA"
                         : id == EVP_PKEY_RSA_PSS ? "RSA-PSS"
                         : id == EVP_PKEY_EC      ? "EC"
                         : id == EVP_PKEY_ED25519 ? "ED25519"
                         : id == EVP_PKEY_ED448   ? "ED448"
                         : id == EVP_PKEY_DSA     ? "DSA"
                                                  : NULL;

    if (theirs == NULL)
        return; /* they could not read it, or know a kind we do not */
    if (strcmp(type, theirs) != 0)
        differ("key type", "%s, not %s", type, theirs);
    else if ((id == EVP_PKEY_RSA || id == EVP_PKEY_RSA_PSS || id == EVP_PKEY_DSA ||
              otls_certificate_key_curve(ours) != NULL) &&
             (int)otls_certificate_key_bits(ours) != EVP_PKEY_bits(key))
        differ("key bits", "%u, not %d", otls_certificate_key_bits(ours), EVP_PKEY_bits(key));
}

static unsigned key_usage_of(X509 *x)
{
    const uint32_t theirs = X509_get_key_usage(x);
    unsigned ours = 0;

    /* the first eight bits stand the other way round in one octet, decipherOnly in the next */
    for (unsigned bit = 0; bit < 8; bit++)
        ours |= (theirs >> (7 - bit) & 1u) << bit;
    return ours | ((theirs & 0x8000u) != 0 ? OTLS_KU_DECIPHER_ONLY : 0u);
}

static void compare_constraints(const otls_certificate *ours, X509 *x, uint32_t flags)
{
    unsigned usage;

    if (otls_certificate_is_ca(ours) != ((flags & EXFLAG_CA) != 0))
        differ("CA", "%d", (int)otls_certificate_is_ca(ours));
    if (otls_certificate_path_length(ours) != (int)X509_get_pathlen(x))
        differ("path length", "%d, not %ld", otls_certificate_path_length(ours),
               X509_get_pathlen(x));
    if (otls_certificate_key_usage(ours, &usage) != ((flags & EXFLAG_KUSAGE) != 0))
        differ("key usage", "present or not");
    else if ((flags & EXFLAG_KUSAGE) != 0 && usage != key_usage_of(x))
        differ("key usage", "%x, not %x", usage, key_usage_of(x));
}

static void compare_alt_names(const otls_certificate *ours, X509 *x)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    const size_t count = otls_certificate_san_count(ours);
    const int theirs = names != NULL ? sk_GENERAL_NAME_num(names) : 0;

    if ((int)count != theirs)
        differ("alternative names", "%zu, not %d", count, theirs);
    for (int i = 0; i < theirs && (size_t)i < count; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        otls_san_kind kind;
        size_t size;
        const uint8_t *data = otls_certificate_san(ours, (size_t)i, &kind, &size);

        if ((int)kind != name->type) {
            differ("alternative name", "kind %d, not %d", (int)kind, name->type);
        } else if (kind == OTLS_SAN_DNS || kind == OTLS_SAN_EMAIL || kind == OTLS_SAN_URI ||
                   kind == OTLS_SAN_IP) {
            const ASN1_STRING *value = name->d.ia5;

            if ((size_t)ASN1_STRING_length(value) != size ||
                (size != 0 && memcmp(ASN1_STRING_get0_data(value), data, size) != 0))
                differ("alternative name", "%d", i);
        }
    }
    GENERAL_NAMES_free(names);
}

/** Where we say yes, they must; they read wildcards a little more freely in other places. */
static void compare_matching(const otls_certificate *ours, X509 *x)
{
    static const char *const hosts[] = {"www.example.org", "localhost", "host.example"};
    const unsigned strict =
        X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;

    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        if (otls_match_hostname(ours, hosts[i], 0, NULL) == OTLS_OK &&
            X509_check_host(x, hosts[i], 0, strict, NULL) != 1)
            differ("match", "%s only by us", hosts[i]);
    }
    if ((otls_match_hostname(ours, "192.0.2.1", 0, NULL) == OTLS_OK) !=
        (X509_check_ip_asc(x, "192.0.2.1", strict) == 1))
        differ("match", "192.0.2.1");
}

/*
 * OpenSSL 3.5, which has these two reasons, measures times wherever they stand. The parameters of an
 * algorithm may be of any type, and we leave those of unknown algorithms alone; the two times of the
 * validity we have read, which a wrong length does not survive.
 */
static bool short_time(unsigned long error)
{
#if defined(ASN1_R_UTCTIME_IS_TOO_SHORT) && defined(ASN1_R_GENERALIZEDTIME_IS_TOO_SHORT)
    return ERR_GET_LIB(error) == ERR_LIB_ASN1 &&
           (ERR_GET_REASON(error) == ASN1_R_UTCTIME_IS_TOO_SHORT ||
            ERR_GET_REASON(error) == ASN1_R_GENERALIZEDTIME_IS_TOO_SHORT);
#else
    (void)error;
    return false;
#endif
}

static void compare(const otls_certificate *ours, const uint8_t *der, size_t size)
{
    X509 *x = decode(der, size);
    uint32_t flags;

    if (x == NULL) {
        if (!short_time(ERR_peek_error()))
            differ("accepted", "only by us: %s", ERR_reason_error_string(ERR_peek_error()));
        ERR_clear_error();
        return;
    }
    if (otls_certificate_version(ours) != (int)X509_get_version(x) + 1)
        differ("version", "%d", otls_certificate_version(ours));
    compare_serial(ours, x);
    compare_time("notBefore", otls_certificate_not_before(ours), X509_get0_notBefore(x));
    compare_time("notAfter", otls_certificate_not_after(ours), X509_get0_notAfter(x));
    compare_name(ours, OTLS_NAME_SUBJECT, X509_get_subject_name(x));
    compare_name(ours, OTLS_NAME_ISSUER, X509_get_issuer_name(x));
    compare_key(ours, x);
    flags = X509_get_extension_flags(x);
    /* a broken extension is marked by both; what it still says then is nobody's business */
    if ((flags & EXFLAG_INVALID) == 0 && !otls_certificate_has_malformed_extension(ours)) {
        compare_constraints(ours, x, flags);
        compare_alt_names(ours, x);
        compare_matching(ours, x);
    }
    X509_free(x);
    ERR_clear_error();
}

int main(int argc, char **argv)
{
    return differential_main(argc, argv, compare, accepts);
}
