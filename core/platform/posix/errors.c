/* SPDX-License-Identifier: MIT */
#include "platform/platform.h"

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
