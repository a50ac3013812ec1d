/* SPDX-License-Identifier: MIT */
#include "platform/windows/system.h"

#include <stdio.h>

bool omni_os_path_is_absolute(const char *path)
{
    const bool drive = ((path[0] | 0x20) >= 'a' && (path[0] | 0x20) <= 'z') && path[1] == ':' &&
                       (path[2] == '\\' || path[2] == '/');

    return drive || (path[0] == '\\' && path[1] == '\\');
}

/* An address inside this library. */
static const char module_anchor = 0;

bool omni_os_own_directory(char *out, size_t capacity)
{
    wchar_t name[OMNI_OS_PATH_MAX];
    const wchar_t *slash;
    HMODULE own = NULL;
    DWORD size;

    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            (const wchar_t *)(const void *)&module_anchor, &own))
        return false;
    size = GetModuleFileNameW(own, name, OMNI_OS_PATH_MAX);
    if (size == 0 || size >= OMNI_OS_PATH_MAX)
        return false;
    slash = wcsrchr(name, L'\\');
    return slash != NULL && omni_os_utf8(name, (int)(slash - name), out, capacity);
}

void *omni_os_module_open(const char *path, char *reason, size_t size)
{
    wchar_t wide[OMNI_OS_PATH_MAX];
    DWORD before = 0;
    HMODULE module;

    if (omni_os_wide_path(path, wide, OMNI_OS_PATH_MAX) != 0) {
        (void)snprintf(reason, size, "%.200s: is no path", path);
        return NULL;
    }
    /* neither PATH nor the current folder is searched for what the module needs */
    (void)SetThreadErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX, &before);
    module =
        LoadLibraryExW(wide, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (module == NULL) {
        const DWORD code = GetLastError();

        (void)snprintf(reason, size, "%.200s: %s (Windows error %lu)", path,
                       code == ERROR_MOD_NOT_FOUND    ? "a library that it needs is not there"
                       : code == ERROR_BAD_EXE_FORMAT ? "is no library of this architecture"
                                                      : "does not load",
                       (unsigned long)code);
    }
    (void)SetThreadErrorMode(before, NULL);
    return module;
}

const void *omni_os_module_symbol(void *module, const char *name)
{
    const FARPROC found = GetProcAddress(module, name);
    const void *symbol = NULL;

    if (found == NULL)
        (void)FreeLibrary(module);
    memcpy(&symbol, &found, sizeof(symbol));
    return symbol;
}
