/* SPDX-License-Identifier: MIT */
/* No files: certificates and keys come from memory. */
#include "platform/platform.h"

#include <errno.h>

int omni_os_file_open(const char *path, int *fd)
{
    (void)path;
    *fd = -1;
    return ENOSYS;
}

int omni_os_file_about(int fd, omni_file_about *about)
{
    (void)fd;
    (void)about;
    return ENOSYS;
}

int omni_os_file_read(int fd, void *out, size_t capacity, size_t *count)
{
    (void)fd;
    (void)out;
    (void)capacity;
    *count = 0;
    return ENOSYS;
}

int omni_os_file_read_at(int fd, void *out, size_t capacity, uint64_t offset, size_t *count)
{
    (void)offset;
    return omni_os_file_read(fd, out, capacity, count);
}

int omni_os_append_open(const char *path, int *fd)
{
    return omni_os_file_open(path, fd);
}

void omni_os_append(int fd, const void *data, size_t size)
{
    (void)fd;
    (void)data;
    (void)size;
}

void omni_os_file_close(int fd)
{
    (void)fd;
}

bool omni_os_exists(const char *path)
{
    (void)path;
    return false;
}

bool omni_os_is_file(const char *path)
{
    (void)path;
    return false;
}

int omni_os_directory_each(const char *path, bool (*each)(void *user, const char *name), void *user)
{
    (void)path;
    (void)each;
    (void)user;
    return ENOSYS;
}

int omni_os_roots(bool (*each)(void *user, const uint8_t *der, size_t size), void *user)
{
    (void)each;
    (void)user;
    return ENOSYS;
}
