/* SPDX-License-Identifier: MIT */
/* Filling an otls_error. */
#include "kit.h"

otls_status kit_fail_list(otls_error *err, otls_status status, int32_t code, const char *backend,
                          int64_t native, const char *format, va_list args)
{
    (void)otls_backend_fail(err, status, code, backend, native, "%s", "");
    (void)vsnprintf(err->text, sizeof(err->text), format, args);
    return status;
}

otls_status kit_fail_native(otls_error *err, otls_status status, int32_t code, const char *backend,
                            int64_t native, const char *reason, const char *text)
{
    (void)otls_backend_fail(err, status, code, backend, native, "%s", text);
    if (reason != NULL)
        (void)snprintf(err->native_text, sizeof(err->native_text), "%s: %s", backend, reason);
    return status;
}

otls_status kit_give(otls_slice value, uint8_t *out, size_t capacity, size_t *length,
                     const char *backend, otls_error *err)
{
    if (value.size > capacity)
        return otls_backend_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, backend, 0,
                                 "room for %lu bytes is needed", (unsigned long)value.size);
    memcpy(out, value.data, value.size);
    *length = value.size;
    return OTLS_OK;
}

const kit_cause *kit_cause_of(const kit_cause *rows, size_t count, int native,
                              const kit_cause *other)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].native == native)
            return &rows[i];
    return other;
}
