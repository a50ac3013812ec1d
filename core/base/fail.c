/* SPDX-License-Identifier: MIT */
#include "base/fail.h"

#include "base/format.h"
#include "platform/platform.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void report_reset(otls_error *err, otls_status status, int32_t code)
{
    memset(err, 0, sizeof(*err));
    err->size = (uint32_t)sizeof(*err);
    err->status = status;
    err->code = code;
    err->verify_depth = -1;
    err->alert = -1;
}

otls_status omni_fail(otls_error *err, otls_status status, int32_t code, const char *format, ...)
{
    va_list args;

    if (err == NULL)
        return status;
    report_reset(err, status, code);
    va_start(args, format);
    (void)omni_vformat(err->text, sizeof(err->text), format, args);
    va_end(args);
    return status;
}

otls_status omni_fail_nomem(otls_error *err)
{
    return omni_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "out of memory");
}

otls_status omni_fail_system(otls_error *err, int32_t code, int errno_value, const char *what)
{
    char words[96];

    if (err == NULL)
        return OTLS_E_IO;
    omni_fail(err, OTLS_E_IO, code, "%s: %s", what,
              omni_os_error_text(errno_value, words, sizeof(words)));
    err->system_error = errno_value;
    return OTLS_E_IO;
}
