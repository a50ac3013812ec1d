/* SPDX-License-Identifier: MIT */
#include "differential.h"
#include "certificate/certificate.h"

#include "x509/x509.h"

#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

static int reason; /* why the last certificate was refused */

static gnutls_x509_crt_t decode(const uint8_t *der, size_t size)
{
    const gnutls_datum_t datum = {.data = (unsigned char *)(uintptr_t)der, .size = (unsigned)size};
    gnutls_x509_crt_t crt = NULL;

    if (gnutls_x509_crt_init(&crt) < 0)
        return NULL;
    reason = gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_DER);
    if (reason < 0) {
        gnutls_x509_crt_deinit(crt);
        return NULL;
    }
    return crt;
}

static bool accepts(const uint8_t *der, size_t size)
{
    gnutls_x509_crt_t crt = decode(der, size);

    if (crt != NULL)
        gnutls_x509_crt_deinit(crt);
    return crt != NULL;
}

/** GnuTLS has no time before 1970: it says 0; and none after 2038 where time_t has 32 bits. */
static void compare_time(const char *field, int64_t ours, int64_t theirs)
{
    if (sizeof(time_t) < sizeof(ours) && ours > INT32_MAX)
        return;
    if (theirs != (ours < 0 ? 0 : ours))
        differ(field, "%lld, not %lld", (long long)ours, (long long)theirs);
}

static void compare_key(const otls_certificate *ours, gnutls_x509_crt_t crt)
{
    const char *type = otls_certificate_key_type(ours);
    unsigned bits = 0;
    const int theirs = gnutls_x509_crt_get_pk_algorithm(crt, &bits);

    /* it also knows RSA by X.500's old identifier, which we call unknown */
    if (theirs == GNUTLS_PK_RSA && strcmp(type, "unknown") != 0 &&
        (strcmp(type, "RSA") != 0 || bits != otls_certificate_key_bits(ours)))
        differ("key", "%s %u, not RSA %u", type, otls_certificate_key_bits(ours), bits);
    /* it counts whole octets: 528 for secp521r1 */
    if (theirs == GNUTLS_PK_ECDSA && otls_certificate_key_curve(ours) != NULL &&
        (strcmp(type, "EC") != 0 || (bits + 7) / 8 != (otls_certificate_key_bits(ours) + 7) / 8))
        differ("key", "%s %u, not EC %u", type, otls_certificate_key_bits(ours), bits);
}

static void compare_extensions(const otls_certificate *ours, gnutls_x509_crt_t crt)
{
    unsigned critical, ca = 0, usage = 0, mine = 0;
    int path_length = -1;
    int result = gnutls_x509_crt_get_basic_constraints(crt, &critical, &ca, &path_length);

    if (result >= 0 && (ca != 0) != otls_certificate_is_ca(ours))
        differ("CA", "%d, not %u", (int)otls_certificate_is_ca(ours), ca);
    if (result >= 0 && path_length != otls_certificate_path_length(ours))
        differ("path length", "%d, not %d", otls_certificate_path_length(ours), path_length);
    result = gnutls_x509_crt_get_key_usage(crt, &usage, &critical);
    if (result >= 0 && otls_certificate_key_usage(ours, &mine)) {
        unsigned theirs = (usage & GNUTLS_KEY_DECIPHER_ONLY) != 0 ? OTLS_KU_DECIPHER_ONLY : 0u;

        for (unsigned bit = 0; bit < 8; bit++)
            theirs |= (usage >> (7 - bit) & 1u) << bit;
        if (mine != theirs)
            differ("key usage", "%x, not %x", mine, theirs);
    }
}

static void compare_alt_names(const otls_certificate *ours, gnutls_x509_crt_t crt)
{
    const size_t count = otls_certificate_san_count(ours);

    for (size_t i = 0; i < count && i < 100; i++) {
        char theirs[1024];
        size_t size = sizeof(theirs);
        size_t mine_size;
        otls_san_kind kind;
        const uint8_t *mine = otls_certificate_san(ours, i, &kind, &mine_size);
        const int type =
            gnutls_x509_crt_get_subject_alt_name(crt, (unsigned)i, theirs, &size, NULL);
        const otls_san_kind expected = type == GNUTLS_SAN_DNSNAME      ? OTLS_SAN_DNS
                                       : type == GNUTLS_SAN_RFC822NAME ? OTLS_SAN_EMAIL
                                       : type == GNUTLS_SAN_URI        ? OTLS_SAN_URI
                                       : type == GNUTLS_SAN_IPADDRESS  ? OTLS_SAN_IP
                                                                       : OTLS_SAN_OTHER;

        if (expected == OTLS_SAN_OTHER)
            continue; /* kinds it renders as text, or does not know */
        if (kind != expected || mine_size != size || memcmp(mine, theirs, size) != 0)
            differ("alternative name", "%zu", i);
    }
}

/* It refuses certificates with these names, well-formed as they are: X.400 addresses, EDI parties,
 * and names without content. RFC 5280 4.2.1.6 does not ask a reader to understand them. */
static bool has_name_beyond(const otls_certificate *ours)
{
    const size_t count = otls_certificate_san_count(ours);

    for (size_t i = 0; i < count; i++) {
        otls_san_kind kind = OTLS_SAN_OTHER;
        size_t size = 0;

        (void)otls_certificate_san(ours, i, &kind, &size);
        if (kind == OTLS_SAN_X400 || kind == OTLS_SAN_EDI || size == 0)
            return true;
    }
    return false;
}

/* Where time_t has 32 bits, it answers 2037-12-31 23:23:23 for whatever is later than that year. */
static int64_t as_gnutls_has_it(int64_t seconds)
{
    const int64_t year_2038 = INT64_C(2145916800), last = INT64_C(2145914603);

    return sizeof(time_t) == 4 && seconds >= year_2038 ? last : seconds;
}

static void compare(const otls_certificate *ours, const uint8_t *der, size_t size)
{
    gnutls_x509_crt_t crt = decode(der, size);

    /* it refuses these at once; we let them be looked at, and the verifier refuses them */
    if (crt == NULL && (ours->x509.malformed_extension || ours->x509.algorithm_mismatch))
        return;
    if (crt == NULL && has_name_beyond(ours))
        return;
    if (crt == NULL) {
        differ("accepted", "only by us: %s", gnutls_strerror(reason));
        return;
    }
    if (gnutls_x509_crt_get_version(crt) != otls_certificate_version(ours))
        differ("version", "%d", otls_certificate_version(ours));
    compare_time("notBefore", as_gnutls_has_it(otls_certificate_not_before(ours)),
                 (int64_t)gnutls_x509_crt_get_activation_time(crt));
    compare_time("notAfter", as_gnutls_has_it(otls_certificate_not_after(ours)),
                 (int64_t)gnutls_x509_crt_get_expiration_time(crt));
    compare_key(ours, crt);
    if (!otls_certificate_has_malformed_extension(ours)) {
        compare_extensions(ours, crt);
        compare_alt_names(ours, crt);
    }
    gnutls_x509_crt_deinit(crt);
}

int main(int argc, char **argv)
{
    return differential_main(argc, argv, compare, accepts);
}
