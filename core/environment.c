/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

static int privileges_raised(void)
{
#if defined(__linux__)
    if (getauxval(AT_SECURE) != 0)
        return 1;
#endif
    return geteuid() != getuid() || getegid() != getgid();
}

const char *otls_environment(const char *name)
{
    const char *value;

    if (privileges_raised())
        return NULL;
    value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}
