/* SPDX-License-Identifier: MIT */
/* The system's certificate store: the user's view of it, which has the machine's in it. */
#include "platform/windows/system.h"

#include <errno.h>
#include <wincrypt.h>

int omni_os_roots(bool (*each)(void *user, const uint8_t *der, size_t size), void *user)
{
    const CERT_CONTEXT *at = NULL;
    HCERTSTORE store =
        CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0,
                      CERT_SYSTEM_STORE_CURRENT_USER | CERT_STORE_READONLY_FLAG, L"ROOT");

    if (store == NULL)
        return omni_os_errno(GetLastError());
    while ((at = CertEnumCertificatesInStore(store, at)) != NULL) {
        if (!each(user, at->pbCertEncoded, at->cbCertEncoded)) {
            (void)CertFreeCertificateContext(at);
            break;
        }
    }
    (void)CertCloseStore(store, 0);
    return 0;
}
