/* SPDX-License-Identifier: MIT */
#include "platform/platform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int omni_os_file_open(const char *path, int *fd)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    return *fd >= 0 ? 0 : errno;
}

int omni_os_file_about(int fd, omni_file_about *about)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return errno;
    about->directory = S_ISDIR(info.st_mode);
    about->regular = S_ISREG(info.st_mode);
    about->size = about->regular && info.st_size > 0 ? (uint64_t)info.st_size : 0;
    return 0;
}

int omni_os_file_read(int fd, void *out, size_t capacity, size_t *count)
{
    ssize_t got;

    *count = 0;
    do
        got = read(fd, out, capacity);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno;
    *count = (size_t)got;
    return 0;
}

int omni_os_file_read_at(int fd, void *out, size_t capacity, uint64_t offset, size_t *count)
{
    ssize_t got;

    *count = 0;
    if (offset > (uint64_t)INT64_MAX - capacity || (uint64_t)(off_t)offset != offset)
        return EOVERFLOW;
    do
        got = pread(fd, out, capacity, (off_t)offset);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno;
    *count = (size_t)got;
    return 0;
}

/* Secrets go into it: it must be ours under this name alone, and is closed to others first. A device
 * (/dev/null) is whose it is; whoever made a pipe reads it. */
static int keep_private(int fd)
{
    struct stat about;

    if (fstat(fd, &about) != 0)
        return errno;
    if (S_ISCHR(about.st_mode))
        return 0;
    if (about.st_uid != geteuid())
        return EXDEV;
    if (!S_ISREG(about.st_mode))
        return 0;
    if (about.st_nlink != 1)
        return EMLINK;
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0 && fchmod(fd, S_IRUSR | S_IWUSR) != 0)
        return errno;
    return 0;
}

int omni_os_append_open(const char *path, int *fd)
{
    int error;

    /* NONBLOCK: a pipe that nobody reads is an error, and a slow reader stops no handshake */
    *fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK,
               S_IRUSR | S_IWUSR);
    if (*fd < 0)
        return errno;
    error = keep_private(*fd);
    if (error != 0) {
        (void)close(*fd);
        *fd = -1;
    }
    return error;
}

void omni_os_append(int fd, const void *data, size_t size)
{
    ssize_t done;

    do
        done = write(fd, data, size);
    while (done < 0 && errno == EINTR);
}

void omni_os_file_close(int fd)
{
    (void)close(fd);
}

bool omni_os_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool omni_os_is_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

int omni_os_directory_each(const char *path, bool (*each)(void *user, const char *name), void *user)
{
    DIR *directory = opendir(path);
    const struct dirent *entry;

    if (directory == NULL)
        return errno;
    while ((entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.' && !each(user, entry->d_name))
            break;
    (void)closedir(directory);
    return 0;
}

int omni_os_roots(bool (*each)(void *user, const uint8_t *der, size_t size), void *user)
{
    (void)each;
    (void)user;
    return ENOSYS; /* they are files: core/trust/system.c knows where */
}
