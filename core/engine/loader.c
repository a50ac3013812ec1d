/* SPDX-License-Identifier: MIT */
#include "engine/loader.h"

#ifndef OTLS_ONLY_BACKEND

#include "base/base.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STRING_(x) #x
#define STRING(x) STRING_(x)
#ifndef OMNITLS_MODULE_PATH
#define OMNITLS_MODULE_PATH "/usr/local/lib/omnitls"
#endif

static otls_status open_module(const otls_backend_module **out, const char *path, otls_error *err)
{
    /* RTLD_LOCAL: wolfSSL exports six names that are OpenSSL's, and many that are nobody's */
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    const void *symbol;

    if (handle == NULL)
        return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, "%s", dlerror());
    symbol = dlsym(handle, STRING(OTLS_BACKEND_SYMBOL));
    if (symbol == NULL) {
        (void)dlclose(handle);
        return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, "%s: is no omnitls module", path);
    }
    *out = symbol;
    return OTLS_OK;
}

/* An address inside this library, for dladdr. */
static const char module_anchor = 0;

/* The directory of the file this code is in, so that a build tree and a moved prefix both work. Of
 * a static library that is the program's, and the program's name is argv[0], which anybody chooses.
 */
static bool own_directory(char *out, size_t capacity)
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
    if (length + sizeof("/omnitls") > capacity)
        return false;
    memcpy(out, info.dli_fname, length);
    memcpy(out + length, "/omnitls", sizeof("/omnitls"));
    return true;
}

otls_status omni_module_load(const otls_backend_module **out, const char *name, otls_error *err)
{
    char beside[PATH_MAX], path[PATH_MAX];
    const char *directories[3] = {omni_environment("OMNITLS_MODULE_DIR"), NULL,
                                  OMNITLS_MODULE_PATH};

    if (!omni_privileges_raised() && own_directory(beside, sizeof(beside)))
        directories[1] = beside;
    for (size_t i = 0; i < OMNI_COUNT(directories); i++) {
        if (directories[i] == NULL || (directories[i][0] != '/' && omni_privileges_raised()))
            continue;
        if (snprintf(path, sizeof(path), "%s/%s.so", directories[i], name) >= (int)sizeof(path))
            continue;
        /* a module that is there but does not load is the answer; do not hide its reason */
        if (access(path, F_OK) == 0)
            return open_module(out, path, err);
    }
    return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE,
                     omni_privileges_raised()
                         ? "no module %s.so in %s, the only place with raised privileges"
                         : "no module %s.so in OMNITLS_MODULE_DIR, beside the library or in %s",
                     name, OMNITLS_MODULE_PATH);
}

#else

typedef int omni_loader_left_out; /* a build with one engine has no module loader */

#endif
