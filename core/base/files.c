/* SPDX-License-Identifier: MIT */
#include "base/files.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** More files than any directory of roots has. */
#define DIRECTORY_LIMIT 8192

static otls_status fail_open(const char *path, int error, otls_error *err)
{
    const int32_t code = error == ENOENT || error == ENOTDIR ? OTLS_CODE_FILE_NOT_FOUND
                                                             : OTLS_CODE_FILE_UNREADABLE;
    return omni_fail_system(err, code, error, path);
}

/* `*size` is what the file says of itself; 0 when it does not. */
static otls_status check_kind(int fd, const char *path, size_t *size, otls_error *err)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return fail_open(path, errno, err);
    if (S_ISDIR(info.st_mode))
        return omni_fail(err, OTLS_E_IO, OTLS_CODE_FILE_IS_DIRECTORY,
                         "%s: is a directory, not a file", path);
    if (info.st_size > (off_t)OMNI_FILE_LIMIT)
        return omni_fail(err, OTLS_E_IO, OTLS_CODE_FILE_TOO_LARGE, "%s: larger than %zu bytes", path,
                         OMNI_FILE_LIMIT);
    *size = S_ISREG(info.st_mode) && info.st_size > 0 ? (size_t)info.st_size : 0;
    return OTLS_OK;
}

/* Reads to the end rather than to what was `expected`: a FIFO or /proc file has no size. One octet
 * more is asked for, so that a file of the expected size ends without a larger block. */
static otls_status read_all(int fd, const char *path, size_t expected, unsigned char **out,
                            size_t *size, otls_error *err)
{
    size_t capacity = expected != 0 ? expected + 1 : 16384, used = 0;
    unsigned char *block = omni_malloc(capacity + 1);

    while (block != NULL) {
        const ssize_t got = read(fd, block + used, capacity - used);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            const int error = errno;
            omni_free(block);
            return fail_open(path, error, err);
        }
        used += (size_t)got;
        if (got == 0)
            break;
        if (used > OMNI_FILE_LIMIT) {
            omni_free(block);
            return omni_fail(err, OTLS_E_IO, OTLS_CODE_FILE_TOO_LARGE, "%s: larger than %zu bytes",
                             path, OMNI_FILE_LIMIT);
        }
        if (used < capacity)
            continue;
        capacity *= 2;
        unsigned char *larger = omni_realloc(block, capacity + 1);
        if (larger == NULL)
            omni_free(block);
        block = larger;
    }
    if (block == NULL)
        return omni_fail_nomem(err);
    block[used] = 0;
    *out = block;
    *size = used;
    return OTLS_OK;
}

otls_status omni_file_read(const char *path, unsigned char **out, size_t *size, otls_error *err)
{
    otls_status status;
    size_t expected = 0;
    int fd;

    *out = NULL;
    *size = 0;
    if (path == NULL || path[0] == '\0')
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_FILE_NOT_FOUND, "no file name given");
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_open(path, errno, err);
    status = check_kind(fd, path, &expected, err);
    if (status == OTLS_OK)
        status = read_all(fd, path, expected, out, size, err);
    (void)close(fd);
    if (status == OTLS_OK && *size == 0) {
        omni_free(*out);
        *out = NULL;
        status = omni_fail(err, OTLS_E_IO, OTLS_CODE_FILE_EMPTY, "%s: is empty", path);
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

typedef struct name_list {
    char **names;
    size_t count, capacity;
} name_list;

static otls_status list_add(name_list *list, const char *directory, const char *name,
                            otls_error *err)
{
    struct stat info;
    size_t size = strlen(directory) + strlen(name) + 2;
    char *full = omni_malloc(size);

    if (full == NULL)
        return omni_fail_nomem(err);
    (void)snprintf(full, size, "%s/%s", directory, name);
    if (stat(full, &info) != 0 || !S_ISREG(info.st_mode)) {
        omni_free(full); /* dangling links are usual in hashed directories */
        return OTLS_OK;
    }
    if (list->count == list->capacity) {
        size_t wanted = list->capacity != 0 ? list->capacity * 2 : 64;
        char **larger = omni_realloc(list->names, wanted * sizeof(*larger));
        if (larger == NULL) {
            omni_free(full);
            return omni_fail_nomem(err);
        }
        list->names = larger;
        list->capacity = wanted;
    }
    list->names[list->count++] = full;
    return OTLS_OK;
}

static otls_status list_directory(name_list *list, DIR *directory, const char *path,
                                  otls_error *err)
{
    const struct dirent *entry;

    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (list->count >= DIRECTORY_LIMIT)
            return omni_fail(err, OTLS_E_IO, OTLS_CODE_LIMIT, "%s: more than %d files", path,
                             DIRECTORY_LIMIT);
        OMNI_TRY(list_add(list, path, entry->d_name, err));
    }
    return OTLS_OK;
}

otls_status omni_directory_each(const char *path,
                                otls_status (*each)(const char *path, void *user, otls_error *err),
                                void *user, otls_error *err)
{
    name_list list = {0};
    otls_status status;
    DIR *directory = opendir(path);

    if (directory == NULL)
        return fail_open(path, errno, err);
    status = list_directory(&list, directory, path, err);
    (void)closedir(directory);
    if (list.count != 0)
        qsort(list.names, list.count, sizeof(*list.names), by_name);
    for (size_t i = 0; i < list.count && status == OTLS_OK; i++)
        status = each(list.names[i], user, err);
    for (size_t i = 0; i < list.count; i++)
        omni_free(list.names[i]);
    omni_free(list.names);
    return status;
}

/* Secrets go into it: a file of ours that others may read is closed to them first. */
static bool keep_private(int fd)
{
    struct stat about;

    if (fstat(fd, &about) != 0)
        return false;
    return !S_ISREG(about.st_mode) || (about.st_mode & (S_IRWXG | S_IRWXO)) == 0 ||
           fchmod(fd, S_IRUSR | S_IWUSR) == 0;
}

otls_status omni_file_append_open(const char *path, int *fd, otls_error *err)
{
    *fd = -1;
    if (path == NULL || path[0] == '\0')
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_FILE_NOT_FOUND, "no file name given");
    *fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW,
               S_IRUSR | S_IWUSR);
    if (*fd < 0 && errno == EISDIR)
        return omni_fail(err, OTLS_E_IO, OTLS_CODE_FILE_IS_DIRECTORY,
                         "%s: is a directory, not a file", path);
    if (*fd < 0)
        return fail_open(path, errno, err);
    if (!keep_private(*fd)) {
        const int error = errno;

        (void)close(*fd);
        *fd = -1;
        return fail_open(path, error, err);
    }
    return OTLS_OK;
}

void omni_file_append(int fd, const void *data, size_t size)
{
    ssize_t done;

    do
        done = write(fd, data, size);
    while (done < 0 && errno == EINTR);
}

void omni_file_append_close(int fd)
{
    (void)close(fd);
}
