/* SPDX-License-Identifier: MIT */
#include "platform/platform.h"

#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/auxv.h>
#endif

const char *omni_os_environment(const char *name)
{
    return getenv(name);
}

bool omni_os_privileges_raised(void)
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
