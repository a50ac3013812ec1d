/* SPDX-License-Identifier: MIT */
#include "platform/platform.h"

#include <errno.h>
#include <stdio.h>

/* strerror would bring a table of some 3 KB that no text here needs. */
const char *omni_os_error_text(int error, char *words, size_t size)
{
    (void)snprintf(words, size, "error %d", error);
    return words;
}

bool omni_os_memory_short(void)
{
    return errno == ENOMEM;
}

void omni_os_memory_set(bool is_short)
{
    errno = is_short ? ENOMEM : 0;
}
