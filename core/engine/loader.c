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

#define FAIL(...) omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, __VA_ARGS__)

#ifdef __ELF__
enum { HEAD = 5, CLASS = 4, CLASS_32 = 1, CLASS_64 = 2 };

/* What the loader would say in its own words, and in the user's language. */
static otls_status check_file(const char *path, const char *name, otls_error *err)
{
    const int own = sizeof(void *) == 8 ? CLASS_64 : CLASS_32;
    unsigned char head[HEAD];
    size_t got;

    otls_error why = OTLS_ERROR_INIT;

    if (omni_file_head(path, head, sizeof(head), &got, &why) != OTLS_OK) {
        const int32_t code = why.code;

        return omni_fail(err, OTLS_E_BACKEND, code,
                         code == OTLS_CODE_FILE_IS_DIRECTORY
                             ? "module %s is a directory; put a shared library of that name there"
                             : "module %s cannot be read; let this user read it",
                         name);
    }
    if (got < sizeof(head) || memcmp(head, "\177ELF", 4) != 0)
        return FAIL("module %s is no shared library; link it with -shared", name);
    if (head[CLASS] != own)
        return FAIL("module %s is built for programs of %d bits, and this one has %d; build it for "
                    "these",
                    name, head[CLASS] == CLASS_64 ? 64 : 32, own == CLASS_64 ? 64 : 32);
    return OTLS_OK;
}
#else
static otls_status check_file(const char *path, const char *name, otls_error *err)
{
    (void)path, (void)name, (void)err;
    return OTLS_OK;
}
#endif

/* What kind of module: its one symbol, and what defines that. */
typedef struct module_kind {
    const char *symbol, *definition;
} module_kind;

static otls_status open_module(const void **out, const module_kind *kind, const char *path,
                               const char *name, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    const otls_status status = check_file(path, name, &inner);
    const void *symbol;
    void *module;
    char reason[sizeof(inner.text)];

    if (status != OTLS_OK) {
        omni_error_give(err, &inner);
        return status;
    }
    module = omni_os_module_open(path, reason, sizeof(reason));
    if (module == NULL)
        return FAIL("module %s does not load; install what is missing, or build it again: %.100s",
                    name, reason);
    symbol = omni_os_module_symbol(module, kind->symbol);
    if (symbol == NULL)
        return FAIL("module %s exports no %s; define it with %s", name, kind->symbol,
                    kind->definition);
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

static otls_status load(const void **out, const module_kind *kind, const char *name,
                        char path[OMNI_MODULE_PATH_MAX], otls_error *err)
{
    char beside[OMNI_OS_PATH_MAX];
    const char *directories[3] = {omni_environment("OMNITLS_MODULE_DIR"), NULL,
                                  OMNITLS_MODULE_PATH};

    if (beside_us(beside, sizeof(beside)))
        directories[1] = beside;
    for (size_t i = 0; i < OMNI_COUNT(directories); i++) {
        if (directories[i] == NULL || !is_safe(directories[i]))
            continue;
        if (snprintf(path, OMNI_MODULE_PATH_MAX, "%s/%s" OMNI_OS_MODULE_SUFFIX, directories[i],
                     name) >= OMNI_MODULE_PATH_MAX)
            continue;
        /* a module that is there but does not load is the answer; do not hide its reason */
        if (omni_os_exists(path))
            return open_module(out, kind, path, name, err);
    }
    path[0] = '\0';
    return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE,
                     omni_privileges_raised()
                         ? "no module %s" OMNI_OS_MODULE_SUFFIX
                           " in %s, the only place with raised privileges"
                         : "no module %s" OMNI_OS_MODULE_SUFFIX
                           " in OMNITLS_MODULE_DIR, beside the library or in %s",
                     name, OMNITLS_MODULE_PATH);
}

otls_status omni_module_load(const otls_backend_module **out, const char *name,
                             char path[OMNI_MODULE_PATH_MAX], otls_error *err)
{
    static const module_kind kind = {STRING(OTLS_BACKEND_SYMBOL), "OTLS_BACKEND_EXPORT"};
    const void *symbol;

    OMNI_TRY(load(&symbol, &kind, name, path, err));
    *out = symbol;
    return OTLS_OK;
}

otls_status omni_accelerator_load(const otls_accelerator **out, const char *name,
                                  char path[OMNI_MODULE_PATH_MAX], otls_error *err)
{
    static const module_kind kind = {STRING(OTLS_ACCELERATOR_SYMBOL), "OTLS_ACCELERATOR_SYMBOL"};
    char file[OMNI_MODULE_NAME_MAX + sizeof("accelerator-")];
    const void *symbol;

    (void)snprintf(file, sizeof(file), "accelerator-%s", name);
    OMNI_TRY(load(&symbol, &kind, file, path, err));
    *out = symbol;
    return OTLS_OK;
}

void omni_module_name_file(otls_error *err, const char *path)
{
    otls_error report = omni_error_of(err);
    const size_t used = strlen(report.text), length = strlen(path);
    const size_t room = sizeof(report.text) - used; /* " (" and ")" and the NUL */

    if (length == 0 || room < 16)
        return;
    if (length + 4 <= room)
        (void)snprintf(report.text + used, room, " (%s)", path);
    else
        (void)snprintf(report.text + used, room, " (...%s)", path + length - (room - 7));
    omni_error_give(err, &report);
}

#else

typedef int omni_loader_left_out; /* a build with one engine has no module loader */

#endif
