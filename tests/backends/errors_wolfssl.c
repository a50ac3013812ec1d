/* SPDX-License-Identifier: MIT */
/* wolfSSL's numbers and wolfCrypt's. */
#include "backends/wolfssl/wolf.h"

#include "errors.h"

/* What its decoder of certificates and its rules for them answer, and nothing else. */
static bool about_certificates(int native)
{
    return (native <= ASN_PARSE_E && native >= ASN_PARSE_E - 29) || native == MAX_CHAIN_ERROR ||
           native == PEER_KEY_ERROR || native == RSA_KEY_SIZE_E || native == ECC_KEY_SIZE_E ||
           native == KEYUSAGE_E || native == EXTKEYUSAGE_E || native == ALT_NAME_E ||
           native == ECC_CURVE_OID_E || native == ASN_NO_SIGNER_E || native == ASN_NAME_INVALID_E ||
           native == ASN_PATHLEN_SIZE_E || native == ASN_PATHLEN_INV_E;
}

int main(void)
{
    static const struct exception exceptions[] = {
        {MEMORY_E, OTLS_E_NOMEM},
        {MEMORY_ERROR, OTLS_E_NOMEM},
        {NO_PEER_CERT, OTLS_E_VERIFY},
        {NO_PRIVATE_KEY, OTLS_E_CREDENTIAL}, /* ours is missing */
    };
    static const int sizes[] = {HANDSHAKE_SIZE_ERROR, BUFFER_E, BUFFER_ERROR, LENGTH_ERROR};

    for (int native = -600; native < 0; native++)
        if (wolf_cause_is_certificate(native) != about_certificates(native))
            return EXIT_FAILURE;
    for (size_t i = 0; i < COUNT(sizes); i++) /* sizes are no certificate's alone, and are TLS */
        if (wolf_cause_is_certificate(sizes[i]) || wolf_cause(sizes[i])->code == OTLS_CODE_NOT_TLS)
            return EXIT_FAILURE;
    return walk("wolfssl", -600, 0, wolf_cause, exceptions, COUNT(exceptions));
}
