/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "engine/engine.h"
#include <omnitls/parity.h>
#include <omnitls/random.h>

static otls_status engine_for(const otls_backend **backend, otls_error *err)
{
    return *backend != NULL ? OTLS_OK : otls_backend_find(backend, NULL, err);
}

otls_status otls_random(const otls_backend *backend, void *out, size_t size, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    OMNI_TRY(engine_for(&backend, err));
    if (size == 0)
        return OTLS_OK;
    if (out == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no room for random bytes given");
    status = OMNI_ENGINE_GET(&inner, OMNI_MODULE(backend)->crypto->random(out, size, &inner));
    if (status != OTLS_OK)
        omni_error_give(err, &inner);
    return status;
}

bool otls_random_status(const otls_backend *backend)
{
    uint8_t byte;

    return otls_random(backend, &byte, 1, NULL) == OTLS_OK;
}

otls_status otls_random_add(const otls_backend *backend, const void *data, size_t size,
                            otls_error *err)
{
    (void)data;
    (void)size;
    OMNI_TRY(engine_for(&backend, err));
    return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_OBSOLETE,
                     "%s seeds itself from the operating system: nothing is to be added",
                     otls_backend_name(backend));
}
