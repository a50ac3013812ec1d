/* SPDX-License-Identifier: MIT */
/* Files are descriptors of the C runtime, which this library shares with nobody but itself. */
#include "platform/windows/system.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <limits.h>
#include <sys/stat.h>

/* Opening a directory is "access denied"; what people want to read is that it is one. */
static int open_as(const char *path, int flags, int mode, int *fd)
{
    wchar_t wide[OMNI_OS_PATH_MAX];
    const int error = omni_os_wide_path(path, wide, OMNI_OS_PATH_MAX);
    DWORD attributes;

    *fd = -1;
    if (error != 0)
        return error;
    attributes = GetFileAttributesW(wide);
    if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0)
        return EISDIR;
    *fd = _wopen(wide, flags | _O_BINARY | _O_NOINHERIT, mode);
    return *fd >= 0 ? 0 : errno;
}

int omni_os_file_open(const char *path, int *fd)
{
    return open_as(path, _O_RDONLY, 0, fd);
}

int omni_os_file_about(int fd, omni_file_about *about)
{
    struct _stat64 info;

    if (_fstat64(fd, &info) != 0)
        return errno;
    about->directory = (info.st_mode & _S_IFDIR) != 0;
    about->regular = (info.st_mode & _S_IFREG) != 0;
    about->size = about->regular && info.st_size > 0 ? (uint64_t)info.st_size : 0;
    return 0;
}

static unsigned bounded(size_t size)
{
    return size > INT_MAX ? INT_MAX : (unsigned)size;
}

int omni_os_file_read(int fd, void *out, size_t capacity, size_t *count)
{
    const int got = _read(fd, out, bounded(capacity));

    *count = got > 0 ? (size_t)got : 0;
    return got >= 0 ? 0 : errno;
}

int omni_os_file_read_at(int fd, void *out, size_t capacity, uint64_t offset, size_t *count)
{
    const HANDLE file = (HANDLE)_get_osfhandle(fd);
    OVERLAPPED at = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};
    DWORD got = 0;

    *count = 0;
    if (offset > (uint64_t)INT64_MAX - capacity)
        return EOVERFLOW;
    if (file == INVALID_HANDLE_VALUE)
        return EBADF;
    if (!ReadFile(file, out, bounded(capacity), &got, &at) && GetLastError() != ERROR_HANDLE_EOF)
        return omni_os_errno(GetLastError());
    *count = got;
    return 0;
}

/* Who may read it follows from its folder: a user's own is closed to others. */
int omni_os_append_open(const char *path, int *fd)
{
    return open_as(path, _O_WRONLY | _O_APPEND | _O_CREAT, _S_IREAD | _S_IWRITE, fd);
}

void omni_os_append(int fd, const void *data, size_t size)
{
    (void)_write(fd, data, bounded(size));
}

void omni_os_file_close(int fd)
{
    (void)_close(fd);
}

static DWORD attributes_of(const char *path)
{
    wchar_t wide[OMNI_OS_PATH_MAX];

    if (omni_os_wide_path(path, wide, OMNI_OS_PATH_MAX) != 0)
        return INVALID_FILE_ATTRIBUTES;
    return GetFileAttributesW(wide);
}

bool omni_os_exists(const char *path)
{
    return attributes_of(path) != INVALID_FILE_ATTRIBUTES;
}

bool omni_os_is_file(const char *path)
{
    const DWORD attributes = attributes_of(path);

    return attributes != INVALID_FILE_ATTRIBUTES &&
           (attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE)) == 0;
}

int omni_os_directory_each(const char *path, bool (*each)(void *user, const char *name), void *user)
{
    wchar_t pattern[OMNI_OS_PATH_MAX];
    WIN32_FIND_DATAW found;
    HANDLE search;
    bool more = true;
    const int error = omni_os_wide_path(path, pattern, OMNI_OS_PATH_MAX - 3);

    if (error != 0)
        return error;
    wcscat(pattern, L"\\*");
    search = FindFirstFileW(pattern, &found);
    if (search == INVALID_HANDLE_VALUE)
        return omni_os_errno(GetLastError());
    do {
        char name[3 * MAX_PATH + 1];

        if (found.cFileName[0] != L'.' && omni_os_utf8(found.cFileName, -1, name, sizeof(name)))
            more = each(user, name);
    } while (more && FindNextFileW(search, &found));
    (void)FindClose(search);
    return 0;
}
