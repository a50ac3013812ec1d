/* SPDX-License-Identifier: MIT */
/* What a trust store holds. */
#include "base/base.h"
#include "trust/trust.h"
#include "x509/x509.h"

static void count_all(const otls_trust *trust, otls_trust_statistics *out)
{
    if (trust == NULL)
        return;
    out->certificates = trust->anchor_count;
    for (size_t i = 0; i < trust->crl_count; i++)
        *(trust->crls[i]->delta ? &out->delta_crls : &out->crls) += 1;
    for (size_t i = 0; i < trust->anchor_count; i++) {
        omni_x509 view; /* decoded here and now: the caches are for verifying */

        if (omni_x509_parse(&view, trust->anchors[i].der, NULL) == OTLS_OK &&
            (view.is_ca || view.version < 3))
            out->authorities++;
    }
}

void otls_trust_stats(const otls_trust *trust, otls_trust_statistics *out)
{
    otls_trust_statistics all = {.size = out->size};

    count_all(trust, &all);
    /* an older caller's struct is shorter, a newer one's longer: fill what both know */
    memcpy(out, &all, all.size < sizeof(all) ? all.size : sizeof(all));
}

const otls_certificate *otls_trust_certificate(const otls_trust *trust, size_t index)
{
    const otls_certificate *cert = NULL;

    if (trust != NULL && index < trust->anchor_count)
        (void)omni_anchor_certificate(&trust->anchors[index], &cert, NULL);
    return cert;
}
