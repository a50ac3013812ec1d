/* SPDX-License-Identifier: MIT */
/* What each engine can do, by its own answer, which the conformance tests hold it to. */
#include "compare/features.h"

#include <omnitls/omnitls.h>

const char *compare_feature_name(int feature)
{
    return otls_feature_name((otls_feature)feature);
}

int compare_feature_end(void)
{
    return OTLS_FEATURE_COUNT;
}

const char *compare_feature(const char *engine, int feature, const char **why)
{
    const otls_backend *backend;

    *why = "";
    if (otls_backend_find(&backend, engine, NULL) != OTLS_OK)
        return "unknown";
    switch (otls_backend_supports(backend, (otls_feature)feature, why)) {
    case OTLS_YES:
        return "yes";
    case OTLS_PARTLY:
        return "partly";
    default:
        return "no";
    }
}
