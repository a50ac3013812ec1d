/* SPDX-License-Identifier: MIT */
/* GnuTLS' codes, GNUTLS_E_UNIMPLEMENTED_FEATURE and what lies behind it included. */
#include "backends/gnutls/gtls.h"

#include "errors.h"

int main(void)
{
    static const struct exception exceptions[] = {
        {GNUTLS_E_MEMORY_ERROR, OTLS_E_NOMEM},
        {GNUTLS_E_INTERNAL_ERROR, OTLS_E_INTERNAL},     /* a bug, GnuTLS says */
        {GNUTLS_E_LIB_IN_ERROR_STATE, OTLS_E_INTERNAL}, /* its self-tests failed */
        {GNUTLS_E_CERTIFICATE_REQUIRED, OTLS_E_VERIFY}, /* none came */
        {GNUTLS_E_NO_CERTIFICATE_FOUND, OTLS_E_VERIFY},
    };

    return walk("gnutls", -1300, 0, gtls_cause, exceptions, COUNT(exceptions));
}
