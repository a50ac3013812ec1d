/* SPDX-License-Identifier: MIT */
#include "x509/oid.h"

#include "base/base.h"

#include <stdio.h>
#include <string.h>

/** An arc of more than 133 bits is nobody's; the bound keeps the decimal conversion small. */
#define ARC_OCTETS_MAX 19u

_Static_assert(OMNI_OID_SIZE_MAX * 4 + 2 < OMNI_OID_TEXT_MAX,
               "an octet is four characters at most (\".127\"), and the root is one more");

#define OID(octets, brief_, name_)                                                                 \
    {                                                                                              \
        .bytes = octets, .size = sizeof(octets) - 1, .brief = brief_, .name = name_                \
    }

/* sorted by length, then by octets; the names are OpenSSL's, which people know and scripts expect
 */
static const omni_oid_name names[] = {
    /* clang-format off */
    OID("\x2b\x65\x6e", "X25519", "X25519"),
    OID("\x2b\x65\x6f", "X448", "X448"),
    OID("\x2b\x65\x70", "ED25519", "ED25519"),
    OID("\x2b\x65\x71", "ED448", "ED448"),
    OID("\x55\x04\x03", "CN", "commonName"),
    OID("\x55\x04\x04", "SN", "surname"),
    OID("\x55\x04\x05", "serialNumber", "serialNumber"),
    OID("\x55\x04\x06", "C", "countryName"),
    OID("\x55\x04\x07", "L", "localityName"),
    OID("\x55\x04\x08", "ST", "stateOrProvinceName"),
    OID("\x55\x04\x09", "STREET", "streetAddress"),
    OID("\x55\x04\x0a", "O", "organizationName"),
    OID("\x55\x04\x0b", "OU", "organizationalUnitName"),
    OID("\x55\x04\x0c", "title", "title"),
    OID("\x55\x04\x0d", "description", "description"),
    OID("\x55\x04\x0f", "businessCategory", "businessCategory"),
    OID("\x55\x04\x10", "postalAddress", "postalAddress"),
    OID("\x55\x04\x11", "postalCode", "postalCode"),
    OID("\x55\x04\x12", "postOfficeBox", "postOfficeBox"),
    OID("\x55\x04\x14", "telephoneNumber", "telephoneNumber"),
    OID("\x55\x04\x29", "name", "name"),
    OID("\x55\x04\x2a", "GN", "givenName"),
    OID("\x55\x04\x2b", "initials", "initials"),
    OID("\x55\x04\x2c", "generationQualifier", "generationQualifier"),
    OID("\x55\x04\x2d", "x500UniqueIdentifier", "x500UniqueIdentifier"),
    OID("\x55\x04\x2e", "dnQualifier", "dnQualifier"),
    OID("\x55\x04\x41", "pseudonym", "pseudonym"),
    OID("\x55\x04\x48", "role", "role"),
    OID("\x55\x04\x61", "organizationIdentifier", "organizationIdentifier"),
    OID("\x55\x1d\x09", "subjectDirectoryAttributes", "X509v3 Subject Directory Attributes"),
    OID("\x55\x1d\x0e", "subjectKeyIdentifier", "X509v3 Subject Key Identifier"),
    OID("\x55\x1d\x0f", "keyUsage", "X509v3 Key Usage"),
    OID("\x55\x1d\x10", "privateKeyUsagePeriod", "X509v3 Private Key Usage Period"),
    OID("\x55\x1d\x11", "subjectAltName", "X509v3 Subject Alternative Name"),
    OID("\x55\x1d\x12", "issuerAltName", "X509v3 Issuer Alternative Name"),
    OID("\x55\x1d\x13", "basicConstraints", "X509v3 Basic Constraints"),
    OID("\x55\x1d\x1e", "nameConstraints", "X509v3 Name Constraints"),
    OID("\x55\x1d\x1f", "crlDistributionPoints", "X509v3 CRL Distribution Points"),
    OID("\x55\x1d\x20", "certificatePolicies", "X509v3 Certificate Policies"),
    OID("\x55\x1d\x21", "policyMappings", "X509v3 Policy Mappings"),
    OID("\x55\x1d\x23", "authorityKeyIdentifier", "X509v3 Authority Key Identifier"),
    OID("\x55\x1d\x24", "policyConstraints", "X509v3 Policy Constraints"),
    OID("\x55\x1d\x25", "extendedKeyUsage", "X509v3 Extended Key Usage"),
    OID("\x55\x1d\x2e", "freshestCRL", "X509v3 Freshest CRL"),
    OID("\x55\x1d\x36", "inhibitAnyPolicy", "X509v3 Inhibit Any Policy"),
    OID("\x55\x1d\x20\x00", "anyPolicy", "X509v3 Any Policy"),
    OID("\x55\x1d\x25\x00", "anyExtendedKeyUsage", "Any Extended Key Usage"),
    OID("\x2b\x81\x04\x00\x0a", "secp256k1", "secp256k1"),
    OID("\x2b\x81\x04\x00\x21", "secp224r1", "secp224r1"),
    OID("\x2b\x81\x04\x00\x22", "secp384r1", "secp384r1"),
    OID("\x2b\x81\x04\x00\x23", "secp521r1", "secp521r1"),
    OID("\x2a\x86\x48\xce\x38\x04\x01", "DSA", "dsaEncryption"),
    OID("\x2a\x86\x48\xce\x38\x04\x03", "DSA-SHA1", "dsaWithSHA1"),
    OID("\x2a\x86\x48\xce\x3d\x02\x01", "id-ecPublicKey", "id-ecPublicKey"),
    OID("\x2a\x86\x48\xce\x3d\x04\x01", "ecdsa-with-SHA1", "ecdsa-with-SHA1"),
    OID("\x2a\x86\x48\xce\x3d\x03\x01\x01", "prime192v1", "prime192v1"),
    OID("\x2a\x86\x48\xce\x3d\x03\x01\x07", "prime256v1", "prime256v1"),
    OID("\x2a\x86\x48\xce\x3d\x04\x03\x01", "ecdsa-with-SHA224", "ecdsa-with-SHA224"),
    OID("\x2a\x86\x48\xce\x3d\x04\x03\x02", "ecdsa-with-SHA256", "ecdsa-with-SHA256"),
    OID("\x2a\x86\x48\xce\x3d\x04\x03\x03", "ecdsa-with-SHA384", "ecdsa-with-SHA384"),
    OID("\x2a\x86\x48\xce\x3d\x04\x03\x04", "ecdsa-with-SHA512", "ecdsa-with-SHA512"),
    OID("\x2b\x06\x01\x05\x05\x07\x01\x01", "authorityInfoAccess", "Authority Information Access"),
    OID("\x2b\x06\x01\x05\x05\x07\x01\x03", "qcStatements", "qcStatements"),
    OID("\x2b\x06\x01\x05\x05\x07\x01\x0b", "subjectInfoAccess", "Subject Information Access"),
    OID("\x2b\x06\x01\x05\x05\x07\x01\x18", "tlsfeature", "TLS Feature"),
    OID("\x2b\x06\x01\x05\x05\x07\x02\x01", "id-qt-cps", "Policy Qualifier CPS"),
    OID("\x2b\x06\x01\x05\x05\x07\x02\x02", "id-qt-unotice", "Policy Qualifier User Notice"),
    OID("\x2b\x06\x01\x05\x05\x07\x03\x01", "serverAuth", "TLS Web Server Authentication"),
    OID("\x2b\x06\x01\x05\x05\x07\x03\x02", "clientAuth", "TLS Web Client Authentication"),
    OID("\x2b\x06\x01\x05\x05\x07\x03\x03", "codeSigning", "Code Signing"),
    OID("\x2b\x06\x01\x05\x05\x07\x03\x04", "emailProtection", "E-mail Protection"),
    OID("\x2b\x06\x01\x05\x05\x07\x03\x08", "timeStamping", "Time Stamping"),
    OID("\x2b\x06\x01\x05\x05\x07\x03\x09", "OCSPSigning", "OCSP Signing"),
    OID("\x2b\x06\x01\x05\x05\x07\x08\x05", "id-on-xmppAddr", "XmppAddr"),
    OID("\x2b\x06\x01\x05\x05\x07\x08\x07", "id-on-dnsSRV", "SRVName"),
    OID("\x2b\x06\x01\x05\x05\x07\x08\x08", "id-on-NAIRealm", "NAIRealm"),
    OID("\x2b\x06\x01\x05\x05\x07\x08\x09", "id-on-SmtpUTF8Mailbox", "Smtp UTF8 Mailbox"),
    OID("\x2b\x06\x01\x05\x05\x07\x30\x01", "OCSP", "OCSP"),
    OID("\x2b\x06\x01\x05\x05\x07\x30\x02", "caIssuers", "CA Issuers"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", "rsaEncryption", "rsaEncryption"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02", "RSA-MD2", "md2WithRSAEncryption"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04", "RSA-MD5", "md5WithRSAEncryption"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", "RSA-SHA1", "sha1WithRSAEncryption"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", "RSASSA-PSS", "rsassaPss"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", "RSA-SHA256", "sha256WithRSAEncryption"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", "RSA-SHA384", "sha384WithRSAEncryption"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", "RSA-SHA512", "sha512WithRSAEncryption"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e", "RSA-SHA224", "sha224WithRSAEncryption"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", "emailAddress", "emailAddress"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02", "unstructuredName", "unstructuredName"),
    OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x08", "unstructuredAddress", "unstructuredAddress"),
    OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x07", "brainpoolP256r1", "brainpoolP256r1"),
    OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0b", "brainpoolP384r1", "brainpoolP384r1"),
    OID("\x2b\x24\x03\x03\x02\x08\x01\x01\x0d", "brainpoolP512r1", "brainpoolP512r1"),
    OID("\x60\x86\x48\x01\x65\x03\x04\x03\x02", "dsa_with_SHA256", "dsa_with_SHA256"),
    OID("\x60\x86\x48\x01\x86\xf8\x42\x01\x01", "nsCertType", "Netscape Cert Type"),
    OID("\x60\x86\x48\x01\x86\xf8\x42\x01\x0d", "nsComment", "Netscape Comment"),
    OID("\x60\x86\x48\x01\x86\xf8\x42\x04\x01", "nsSGC", "Netscape Server Gated Crypto"),
    OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", "UID", "userId"),
    OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x03", "mail", "rfc822Mailbox"),
    OID("\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", "DC", "domainComponent"),
    OID("\x2b\x06\x01\x04\x01\x82\x37\x0a\x03\x03", "msSGC", "Microsoft Server Gated Crypto"),
    OID("\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x02", "msSmartcardLogin", "Microsoft Smartcard Login"),
    OID("\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03", "msUPN", "Microsoft User Principal Name"),
    OID("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02", "ct_precert_scts", "CT Precertificate SCTs"),
    OID("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03", "ct_precert_poison", "CT Precertificate Poison"),
    OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x01", "jurisdictionL", "jurisdictionLocalityName"),
    OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x02", "jurisdictionST", "jurisdictionStateOrProvinceName"),
    OID("\x2b\x06\x01\x04\x01\x82\x37\x3c\x02\x01\x03", "jurisdictionC", "jurisdictionCountryName"),
    /* clang-format on */
};

bool omni_oid_ok(otls_slice oid)
{
    size_t arc = 0;

    if (oid.size == 0 || oid.size > OMNI_OID_SIZE_MAX || oid.data[oid.size - 1] >= 0x80)
        return false;
    for (size_t i = 0; i < oid.size; i++) {
        if (arc == 0 && oid.data[i] == 0x80)
            return false;
        if (++arc > ARC_OCTETS_MAX)
            return false;
        if (oid.data[i] < 0x80)
            arc = 0;
    }
    return true;
}

static int order(otls_slice oid, const omni_oid_name *entry)
{
    if (oid.size != entry->size)
        return oid.size < entry->size ? -1 : 1;
    return oid.size == 0 ? 0 : memcmp(oid.data, entry->bytes, oid.size);
}

const omni_oid_name *omni_oid_find(otls_slice oid)
{
    size_t low = 0;
    size_t high = OMNI_COUNT(names);

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int sign = order(oid, &names[middle]);

        if (sign == 0)
            return &names[middle];
        if (sign < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const omni_oid_name *omni_oid_at(size_t index)
{
    return index < OMNI_COUNT(names) ? &names[index] : NULL;
}

/** A number of up to 144 bits in base 10^9, least limb first. */
typedef struct arc_number {
    uint32_t limb[5];
} arc_number;

static void arc_push(arc_number *number, unsigned septet)
{
    uint64_t carry = septet;

    for (size_t i = 0; i < 5; i++) {
        carry += (uint64_t)number->limb[i] * 128;
        number->limb[i] = (uint32_t)(carry % 1000000000);
        carry /= 1000000000;
    }
}

/** Only for the first arc, whose value has 40 times the root (0 to 2) added. */
static unsigned arc_split_root(arc_number *number)
{
    bool large = false;
    unsigned root;

    for (size_t i = 1; i < 5; i++)
        large = large || number->limb[i] != 0;
    root = large || number->limb[0] >= 80 ? 2 : number->limb[0] / 40;
    for (size_t i = 0; i < 5; i++) {
        const uint32_t take = i == 0 ? root * 40 : 1;

        if (number->limb[i] >= take) {
            number->limb[i] -= take;
            break;
        }
        number->limb[i] = number->limb[i] + 1000000000 - take;
    }
    return root;
}

static size_t arc_print(const arc_number *number, char *out, size_t capacity)
{
    size_t top = 4;
    int used;
    size_t length;

    while (top > 0 && number->limb[top] == 0)
        top--;
    used = snprintf(out, capacity, "%u", (unsigned)number->limb[top]);
    length = (size_t)used;
    while (top-- > 0) {
        used = snprintf(out + length, capacity - length, "%09u", (unsigned)number->limb[top]);
        length += (size_t)used;
    }
    return length;
}

void omni_oid_dotted(otls_slice oid, char out[OMNI_OID_TEXT_MAX])
{
    arc_number number = {.limb = {0}};
    size_t length = 0;
    bool first = true;

    if (!omni_oid_ok(oid)) {
        (void)snprintf(out, OMNI_OID_TEXT_MAX, "(bad OID)");
        return;
    }
    for (size_t i = 0; i < oid.size; i++) {
        arc_push(&number, oid.data[i] & 0x7fu);
        if (oid.data[i] >= 0x80)
            continue;
        if (first)
            out[length++] = (char)('0' + arc_split_root(&number));
        first = false;
        out[length++] = '.';
        length += arc_print(&number, out + length, OMNI_OID_TEXT_MAX - length);
        number = (arc_number){.limb = {0}};
    }
    out[length] = '\0';
}

void omni_oid_text(otls_slice oid, char out[OMNI_OID_TEXT_MAX])
{
    const omni_oid_name *entry = omni_oid_find(oid);

    if (entry != NULL)
        (void)snprintf(out, OMNI_OID_TEXT_MAX, "%s", entry->name);
    else
        omni_oid_dotted(oid, out);
}

static bool take_arc(const char **text, uint32_t *arc)
{
    uint64_t number = 0;
    const char *at = *text;

    if (*at < '0' || *at > '9' || (*at == '0' && at[1] >= '0' && at[1] <= '9'))
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (uint64_t)(*at - '0');
        if (number > UINT32_MAX)
            return false;
    }
    *arc = (uint32_t)number;
    *text = at;
    return true;
}

static bool put_arc(uint64_t number, uint8_t out[OMNI_OID_SIZE_MAX], size_t *size)
{
    unsigned septets = 1;

    for (uint64_t rest = number >> 7; rest != 0; rest >>= 7)
        septets++;
    if (*size + septets > OMNI_OID_SIZE_MAX)
        return false;
    while (septets-- > 0)
        out[(*size)++] =
            (uint8_t)((number >> (7 * septets) & 0x7f) | (septets != 0 ? 0x80u : 0u));
    return true;
}

bool omni_oid_parse(const char *text, uint8_t out[OMNI_OID_SIZE_MAX], size_t *size)
{
    uint32_t root, second, arc;

    *size = 0;
    if (!take_arc(&text, &root) || root > 2 || *text++ != '.' || !take_arc(&text, &second) ||
        (root < 2 && second > 39) || !put_arc(root * (uint64_t)40 + second, out, size))
        return false;
    while (*text == '.') {
        text++;
        if (!take_arc(&text, &arc) || !put_arc(arc, out, size))
            return false;
    }
    return *text == '\0';
}

uint8_t omni_oid_hash(otls_slice oid)
{
    static const char nist[] = "\x60\x86\x48\x01\x65\x03\x04\x02"; /* RFC 5754 2 */

    if (OMNI_OID_IS(oid, "\x2b\x0e\x03\x02\x1a"))
        return OTLS_HASH_SHA1;
    if (oid.size != sizeof(nist) || memcmp(oid.data, nist, sizeof(nist) - 1) != 0)
        return 0;
    switch (oid.data[sizeof(nist) - 1]) {
    case 1:
        return OTLS_HASH_SHA256;
    case 2:
        return OTLS_HASH_SHA384;
    case 3:
        return OTLS_HASH_SHA512;
    default:
        return 0;
    }
}
