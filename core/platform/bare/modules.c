/* SPDX-License-Identifier: MIT */
/* No loader: the engine is linked in. */
#include "platform/platform.h"

#include <stdio.h>

bool omni_os_path_is_absolute(const char *path)
{
    return path[0] == '/';
}

bool omni_os_own_directory(char *out, size_t capacity)
{
    (void)out;
    (void)capacity;
    return false;
}

void *omni_os_module_open(const char *path, char *reason, size_t size)
{
    (void)snprintf(reason, size, "%.100s: this system loads no modules", path);
    return NULL;
}

const void *omni_os_module_symbol(void *module, const char *name)
{
    (void)module;
    (void)name;
    return NULL;
}
