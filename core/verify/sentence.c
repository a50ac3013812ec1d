/* SPDX-License-Identifier: MIT */
/* The sentence of a verdict. Most verdicts are good, and stay with their connection for as long as
 * it lives. */
#include "base/base.h"
#include "verify/verify.h"

#include <stdarg.h>
#include <stdio.h>

static char no_memory[] = "out of memory";

void omni_verdict_hush(otls_verdict *verdict)
{
    if (verdict->text != no_memory)
        omni_free(verdict->text);
    verdict->text = NULL;
}

void omni_verdict_say(otls_verdict *verdict, const char *format, ...)
{
    char text[192];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    omni_verdict_hush(verdict);
    if (text[0] == '\0')
        return;
    verdict->text = omni_strdup(text);
    if (verdict->text == NULL)
        verdict->text = no_memory;
}
