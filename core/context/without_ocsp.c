/* SPDX-License-Identifier: MIT */
/* A context without OCSP responses (OMNITLS_WITH_OCSP): nothing can put one in. */
#include "context/context.h"

omni_staple *omni_staple_ref(omni_staple *list)
{
    return list;
}

void omni_staple_free(omni_staple *list)
{
    (void)list;
}

otls_status omni_staple_forget(omni_staple **list, const otls_identity *identity, otls_error *err)
{
    (void)list, (void)identity, (void)err;
    return OTLS_OK;
}
