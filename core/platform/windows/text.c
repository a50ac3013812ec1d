/* SPDX-License-Identifier: MIT */
/* UTF-8 outside, UTF-16 at the system. */
#include "platform/windows/system.h"

#include <errno.h>

bool omni_os_wide(const char *text, wchar_t *out, size_t capacity)
{
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, out, (int)capacity) > 0;
}

bool omni_os_utf8(const wchar_t *text, int size, char *out, size_t capacity)
{
    const int wrote = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, size, out,
                                          (int)capacity - (size < 0 ? 0 : 1), NULL, NULL);

    if (wrote > 0 && size >= 0)
        out[wrote] = '\0';
    return wrote > 0;
}

int omni_os_wide_path(const char *path, wchar_t *out, size_t capacity)
{
    wchar_t given[OMNI_OS_PATH_MAX];
    DWORD size;

    if (!omni_os_wide(path, given, OMNI_OS_PATH_MAX))
        return GetLastError() == ERROR_INSUFFICIENT_BUFFER ? ENAMETOOLONG : ENOENT;
    size = GetFullPathNameW(given, (DWORD)capacity, out, NULL);
    if (size == 0)
        return omni_os_errno(GetLastError());
    return size < capacity ? 0 : ENAMETOOLONG;
}
