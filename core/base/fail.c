/* SPDX-License-Identifier: MIT */
#include "base/fail.h"

#include "base/format.h"
#include "platform/platform.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A text that the room ends in, ends there. */
static void end_text(otls_error *err, size_t room, size_t at, size_t size)
{
    if (room > at && room < at + size)
        ((char *)err)[room - 1] = '\0';
}

void omni_error_give(otls_error *err, const otls_error *report)
{
    const size_t known = err == NULL ? 0 : err->size;
    const size_t room = known < sizeof(*report) ? known : sizeof(*report);
    const size_t head = sizeof(report->size);

    if (room <= head)
        return;
    memcpy((char *)err + head, (const char *)report + head, room - head);
    end_text(err, room, offsetof(otls_error, native_text), sizeof(report->native_text));
    end_text(err, room, offsetof(otls_error, text), sizeof(report->text));
}

otls_error omni_error_of(const otls_error *err)
{
    otls_error report = OTLS_ERROR_INIT;
    const size_t known = err == NULL ? 0 : err->size;
    const size_t room = known < sizeof(report) ? known : sizeof(report);
    const size_t head = sizeof(report.size);

    if (room > head)
        memcpy((char *)&report + head, (const char *)err + head, room - head);
    return report;
}

otls_status omni_fail(otls_error *err, otls_status status, int32_t code, const char *format, ...)
{
    otls_error report = OTLS_ERROR_INIT;
    va_list args;

    if (err == NULL)
        return status;
    report.status = status;
    report.code = code;
    va_start(args, format);
    (void)omni_vformat(report.text, sizeof(report.text), format, args);
    va_end(args);
    omni_error_give(err, &report);
    return status;
}

otls_status omni_fail_nomem(otls_error *err)
{
    return omni_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "out of memory");
}

otls_status omni_fail_system(otls_error *err, int32_t code, int errno_value, const char *what)
{
    otls_error report = OTLS_ERROR_INIT;
    char words[96];

    if (err == NULL)
        return OTLS_E_IO;
    omni_fail(&report, OTLS_E_IO, code, "%s: %s", what,
              omni_os_error_text(errno_value, words, sizeof(words)));
    report.system_error = errno_value;
    omni_error_give(err, &report);
    return OTLS_E_IO;
}
