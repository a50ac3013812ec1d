/* SPDX-License-Identifier: MIT */
#include "engine/loader.h"

#ifndef OTLS_ONLY_BACKEND

#include "base/base.h"
#include "platform/platform.h"

#include <stdio.h>
#include <string.h>

#define STRING_(x) #x
#define STRING(x) STRING_(x)
#ifndef OMNITLS_MODULE_PATH
#define OMNITLS_MODULE_PATH "/usr/local/lib/omnitls"
#endif

static otls_status open_module(const otls_backend_module **out, const char *path, otls_error *err)
{
    char reason[sizeof(err->text)];
    void *module = omni_os_module_open(path, reason, sizeof(reason));
    const void *symbol;

    if (module == NULL)
        return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, "%s", reason);
    symbol = omni_os_module_symbol(module, STRING(OTLS_BACKEND_SYMBOL));
    if (symbol == NULL)
        return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, "%s: is no omnitls module", path);
    *out = symbol;
    return OTLS_OK;
}

/* The directory of the file this code is in, so that a build tree and a moved prefix both work. Not
 * with raised privileges: of a static library it is where the program's caller says that it is. */
static bool beside_us(char *out, size_t capacity)
{
    static const char folder[] = "/omnitls";
    size_t length;

    if (omni_privileges_raised() || !omni_os_own_directory(out, capacity))
        return false;
    length = strlen(out);
    if (length + sizeof(folder) > capacity)
        return false;
    memcpy(out + length, folder, sizeof(folder));
    return true;
}

static bool is_safe(const char *directory)
{
    return omni_os_path_is_absolute(directory) || !omni_privileges_raised();
}

otls_status omni_module_load(const otls_backend_module **out, const char *name, otls_error *err)
{
    char beside[OMNI_OS_PATH_MAX], path[OMNI_OS_PATH_MAX];
    const char *directories[3] = {omni_environment("OMNITLS_MODULE_DIR"), NULL,
                                  OMNITLS_MODULE_PATH};

    if (beside_us(beside, sizeof(beside)))
        directories[1] = beside;
    for (size_t i = 0; i < OMNI_COUNT(directories); i++) {
        if (directories[i] == NULL || !is_safe(directories[i]))
            continue;
        if (snprintf(path, sizeof(path), "%s/%s" OMNI_OS_MODULE_SUFFIX, directories[i], name) >=
            (int)sizeof(path))
            continue;
        /* a module that is there but does not load is the answer; do not hide its reason */
        if (omni_os_exists(path))
            return open_module(out, path, err);
    }
    return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE,
                     omni_privileges_raised()
                         ? "no module %s" OMNI_OS_MODULE_SUFFIX
                           " in %s, the only place with raised privileges"
                         : "no module %s" OMNI_OS_MODULE_SUFFIX
                           " in OMNITLS_MODULE_DIR, beside the library or in %s",
                     name, OMNITLS_MODULE_PATH);
}

#else

typedef int omni_loader_left_out; /* a build with one engine has no module loader */

#endif
