/* SPDX-License-Identifier: MIT */
#include "base/environment.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

bool omni_privileges_raised(void)
{
#if defined(__linux__)
    if (getauxval(AT_SECURE) != 0)
        return true;
#elif defined(__APPLE__) || defined(__FreeBSD__) || defined(__OpenBSD__) || defined(__NetBSD__)
    if (issetugid())
        return true;
#endif
    return geteuid() != getuid() || getegid() != getgid();
}

const char *omni_environment(const char *name)
{
    const char *value;

    if (omni_privileges_raised())
        return NULL;
    value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}
