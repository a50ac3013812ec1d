/* SPDX-License-Identifier: MIT */
/* What a certificate may be used for (RFC 5280 4.2.1.3, 4.2.1.12). */
#include "verify/path.h"
#include "x509/x509.h"

#define OID_SERVER_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x01"
#define OID_CLIENT_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x02"
#define OID_ANY_USAGE "\x55\x1d\x25\x00"

static int purpose_of(const omni_search *search)
{
    return search->request->purpose != 0 ? search->request->purpose : OTLS_PURPOSE_ANY;
}

/*
 * In a leaf anyExtendedKeyUsage alone is not enough: 4.2.1.12 lets an application that requires a
 * particular purpose reject it, OpenSSL does, and the CA/Browser Forum forbids it in certificates
 * of servers. In an authority's certificate, where the RFC gives the extension no meaning and
 * practice lets it restrict what may be issued, "any" restricts nothing; the leaf still has to say
 * its own.
 */
static bool permits(const omni_x509 *cert, int purpose, bool authority)
{
    omni_der list = omni_der_of(cert->extended_key_usage);
    otls_slice oid;

    while (omni_der_value(&list, OMNI_DER_OID, &oid)) {
        if (purpose == OTLS_PURPOSE_SERVER && OMNI_OID_IS(oid, OID_SERVER_AUTH))
            return true;
        if (authority && OMNI_OID_IS(oid, OID_ANY_USAGE))
            return true;
        if (purpose == OTLS_PURPOSE_CLIENT && OMNI_OID_IS(oid, OID_CLIENT_AUTH))
            return true;
    }
    return false;
}

/* Some way for the key to take part in a handshake, RFC 8446 4.4.2.2 and RFC 5246 7.4.2. */
static bool leaf_key_usable(const omni_x509 *cert, int purpose, bool signs)
{
    const unsigned client = OTLS_KU_DIGITAL_SIGNATURE | OTLS_KU_KEY_AGREEMENT;
    const unsigned wanted = signs                            ? OTLS_KU_DIGITAL_SIGNATURE
                            : purpose == OTLS_PURPOSE_SERVER ? client | OTLS_KU_KEY_ENCIPHERMENT
                                                             : client;

    return !cert->has_key_usage || (cert->key_usage & wanted) != 0;
}

void omni_path_check_usage(const omni_search *search, size_t depth, omni_findings *findings)
{
    const otls_certificate *cert = omni_path_at(search, depth);
    const int purpose = purpose_of(search);
    const bool signs = (search->request->flags & OTLS_VERIFY_OPTION_SIGNATURE) != 0;

    if (depth == 0 && (signs || purpose != OTLS_PURPOSE_ANY) &&
        !leaf_key_usable(&cert->x509, purpose, signs))
        omni_findings_add(findings, OTLS_VERIFY_WRONG_PURPOSE, 0, cert,
                          "has a key that may not be used for TLS (key usage)");
    if (purpose == OTLS_PURPOSE_ANY)
        return;
    if (cert->x509.extended_key_usage.data != NULL && !permits(&cert->x509, purpose, depth != 0))
        omni_findings_add(findings, OTLS_VERIFY_WRONG_PURPOSE, (int32_t)depth, cert,
                          purpose == OTLS_PURPOSE_SERVER
                              ? "is not for TLS servers (extended key usage)"
                              : "is not for TLS clients (extended key usage)");
}
