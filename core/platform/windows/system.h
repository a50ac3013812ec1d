/* SPDX-License-Identifier: MIT */
/** @file platform/windows/system.h What the files of this folder share. Windows 10 and later. */
#ifndef OMNI_PLATFORM_WINDOWS_SYSTEM_H
#define OMNI_PLATFORM_WINDOWS_SYSTEM_H

#include "platform/platform.h"

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <winsock2.h>

#include <string.h>
#include <wchar.h>
#include <windows.h>

/** The number of errno.h for one of GetLastError or WSAGetLastError; unknown ones stay as they are
 *  from 10000 on (Winsock), and are EIO below. */
int omni_os_errno(DWORD code);
/** UTF-8 to UTF-16; false: malformed, or longer than `capacity`. */
bool omni_os_wide(const char *text, wchar_t *out, size_t capacity);
/** And back; `size` counts characters, or is -1 when a NUL ends them. */
bool omni_os_utf8(const wchar_t *text, int size, char *out, size_t capacity);
/** A path as an absolute one of Windows. 0, or a number of errno.h. */
int omni_os_wide_path(const char *path, wchar_t *out, size_t capacity);
/** Sockets may be used from now on. Called by each function that makes the first one. */
void omni_os_start_sockets(void);

#endif
