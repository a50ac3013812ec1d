/* SPDX-License-Identifier: MIT */
#include "platform/platform.h"

#include <errno.h>
#include <string.h>

const char *omni_os_error_text(int error, char *words, size_t size)
{
    /* POSIX strerror_r; glibc's own variant returns the text instead of writing it */
#if defined(__GLIBC__) && defined(_GNU_SOURCE)
    return strerror_r(error, words, size);
#else
    return strerror_r(error, words, size) == 0 ? words : "error";
#endif
}

bool omni_os_memory_short(void)
{
    return errno == ENOMEM;
}

void omni_os_memory_set(bool is_short)
{
    errno = is_short ? ENOMEM : 0;
}
