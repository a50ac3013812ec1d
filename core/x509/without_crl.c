/* SPDX-License-Identifier: MIT */
/* No revocation lists (OMNITLS_WITH_CRL): none can be made, so none is there to free. */
#include "x509/x509.h"

void omni_crl_free(omni_crl *crl)
{
    (void)crl;
}
