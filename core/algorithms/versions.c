/* SPDX-License-Identifier: MIT */
/* Names of versions and suites; those of groups and signatures live beside their tables. */
#include "algorithms/algorithms.h"

#include <omnitls/connection.h>

const char *otls_version_name(uint16_t version)
{
    switch (version) {
    case 0x0300:
        return "SSLv3";
    case OTLS_TLS1_0:
        return "TLSv1";
    case OTLS_TLS1_1:
        return "TLSv1.1";
    case OTLS_TLS1_2:
        return "TLSv1.2";
    case OTLS_TLS1_3:
        return "TLSv1.3";
    default:
        return "unknown";
    }
}

const char *otls_suite_name(uint16_t suite)
{
    const otls_suite *known = omni_suite_find(suite);

    return known != NULL ? known->name : "unknown";
}

const char *otls_suite_iana_name(uint16_t suite)
{
    const otls_suite *known = omni_suite_find(suite);

    return known != NULL ? known->iana : "unknown";
}
