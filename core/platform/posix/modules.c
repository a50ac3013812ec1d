/* SPDX-License-Identifier: MIT */
#include "platform/platform.h"

#ifndef OTLS_ONLY_BACKEND

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

bool omni_os_path_is_absolute(const char *path)
{
    return path[0] == '/';
}

/* An address inside this library, for dladdr. */
static const char module_anchor = 0;

/* Of a static library the file is the program's, and the program's name is argv[0], which anybody
 * chooses: the caller must not ask with raised privileges. */
bool omni_os_own_directory(char *out, size_t capacity)
{
    Dl_info info;
    const char *slash;
    size_t length;

    if (dladdr(&module_anchor, &info) == 0 || info.dli_fname == NULL)
        return false;
    slash = strrchr(info.dli_fname, '/');
    if (slash == NULL)
        return false;
    length = (size_t)(slash - info.dli_fname);
    if (length >= capacity)
        return false;
    memcpy(out, info.dli_fname, length);
    out[length] = '\0';
    return true;
}

void *omni_os_module_open(const char *path, char *reason, size_t size)
{
    /* RTLD_LOCAL: wolfSSL exports six names that are OpenSSL's, and many that are nobody's */
    void *module;

    errno = 0;
    module = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (module == NULL) /* without memory the file that is there is not found, in dlerror's words */
        (void)snprintf(reason, size, "%s", errno == ENOMEM ? "out of memory" : dlerror());
    return module;
}

const void *omni_os_module_symbol(void *module, const char *name)
{
    const void *symbol = dlsym(module, name);

    if (symbol == NULL)
        (void)dlclose(module);
    return symbol;
}

#else

typedef int omni_modules_left_out; /* a build with one engine loads no module */

#endif
