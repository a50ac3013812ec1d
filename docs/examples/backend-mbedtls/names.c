/* SPDX-License-Identifier: MIT */
/* IANA's numbers in mbed TLS' own, and back. */
#include "mbed.h"

mbedtls_md_type_t mbed_hash(otls_hash hash)
{
    switch (hash) {
    case OTLS_HASH_SHA1:
        return MBEDTLS_MD_SHA1;
    case OTLS_HASH_SHA256:
        return MBEDTLS_MD_SHA256;
    case OTLS_HASH_SHA384:
        return MBEDTLS_MD_SHA384;
    case OTLS_HASH_SHA512:
        return MBEDTLS_MD_SHA512;
    default:
        return MBEDTLS_MD_NONE;
    }
}

static const mbedtls_md_type_t sig_hashes[] = {
    [OTLS_SIG_HASH_NONE] = MBEDTLS_MD_NONE,     [OTLS_SIG_HASH_SHA1] = MBEDTLS_MD_SHA1,
    [OTLS_SIG_HASH_SHA224] = MBEDTLS_MD_SHA224, [OTLS_SIG_HASH_SHA256] = MBEDTLS_MD_SHA256,
    [OTLS_SIG_HASH_SHA384] = MBEDTLS_MD_SHA384, [OTLS_SIG_HASH_SHA512] = MBEDTLS_MD_SHA512,
};

mbedtls_md_type_t mbed_sig_hash(unsigned hash)
{
    return hash < MBED_COUNT(sig_hashes) ? sig_hashes[hash] : MBEDTLS_MD_NONE;
}

uint8_t mbed_sig_hash_of(mbedtls_md_type_t md)
{
    for (uint8_t i = 0; i < MBED_COUNT(sig_hashes); i++)
        if (sig_hashes[i] == md)
            return i;
    return OTLS_SIG_HASH_NONE;
}

mbedtls_ecp_group_id mbed_group(uint16_t group)
{
    const mbedtls_ecp_curve_info *info = mbedtls_ecp_curve_info_from_tls_id(group);

    return info != NULL ? info->grp_id : MBEDTLS_ECP_DP_NONE;
}

uint16_t mbed_group_iana(mbedtls_ecp_group_id id)
{
    const mbedtls_ecp_curve_info *info = mbedtls_ecp_curve_info_from_grp_id(id);

    return info != NULL ? info->tls_id : 0;
}

bool mbed_has_suite(const otls_suite *suite)
{
    return mbedtls_ssl_ciphersuite_from_id(suite->id) != NULL;
}

const otls_suite *mbed_suite(const otls_policy *policy, int id)
{
    for (size_t i = 0; i < policy->suite_count; i++)
        if (policy->suites[i]->id == id)
            return policy->suites[i];
    return NULL;
}

bool mbed_uses_psk(const otls_suite *suite)
{
    return suite->kx == OTLS_KX_PSK || suite->kx == OTLS_KX_ECDHE_PSK ||
           suite->kx == OTLS_KX_DHE_PSK || suite->kx == OTLS_KX_RSA_PSK;
}

bool mbed_uses_ecdhe(const otls_suite *suite)
{
    return suite->kx == OTLS_KX_ECDHE || suite->kx == OTLS_KX_ECDHE_PSK;
}

bool mbed_has_group(uint16_t group)
{
    return mbed_group(group) != MBEDTLS_ECP_DP_NONE;
}
