/* SPDX-License-Identifier: MIT */
#include "base/files.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "platform/platform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** More files than any directory of roots has. */
#define DIRECTORY_LIMIT 8192

static otls_status fail_open(const char *path, int error, otls_error *err)
{
    const int32_t code =
        error == ENOENT || error == ENOTDIR ? OTLS_CODE_FILE_NOT_FOUND : OTLS_CODE_FILE_UNREADABLE;
    return omni_fail_system(err, code, error, path);
}

/* What no system call has refused, but would refuse others for. */
static otls_status fail_kind(const char *path, int32_t code, otls_error *err)
{
    const bool directory = code == OTLS_CODE_FILE_IS_DIRECTORY;

    otls_error report = OTLS_ERROR_INIT;

    if (directory)
        omni_fail(&report, OTLS_E_IO, code, "%s: is a directory, not a file", path);
    else
        omni_fail(&report, OTLS_E_IO, code, "%s: larger than %zu bytes", path, OMNI_FILE_LIMIT);
    report.system_error = directory ? EISDIR : EFBIG;
    omni_error_give(err, &report);
    return OTLS_E_IO;
}

/* `*size` is what the file says of itself; 0 when it does not. */
static otls_status check_kind(int fd, const char *path, size_t *size, otls_error *err)
{
    omni_file_about about = {.size = 0};
    const int error = omni_os_file_about(fd, &about);

    if (error != 0)
        return fail_open(path, error, err);
    if (about.directory)
        return fail_kind(path, OTLS_CODE_FILE_IS_DIRECTORY, err);
    if (about.size > OMNI_FILE_LIMIT)
        return fail_kind(path, OTLS_CODE_FILE_TOO_LARGE, err);
    *size = (size_t)about.size;
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
        size_t got = 0;
        const int error = omni_os_file_read(fd, block + used, capacity - used, &got);

        if (error != 0) {
            omni_free(block);
            return fail_open(path, error, err);
        }
        used += got;
        if (got == 0)
            break;
        if (used > OMNI_FILE_LIMIT) {
            omni_free(block);
            return fail_kind(path, OTLS_CODE_FILE_TOO_LARGE, err);
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

otls_status omni_file_head(const char *path, unsigned char *out, size_t want, size_t *got,
                           otls_error *err)
{
    otls_status status;
    size_t count = 1;
    int fd, error = omni_os_file_open(path, &fd);

    *got = 0;
    if (error != 0)
        return fail_open(path, error, err);
    status = check_kind(fd, path, &(size_t){0}, err);
    while (status == OTLS_OK && error == 0 && *got < want && count != 0) {
        error = omni_os_file_read(fd, out + *got, want - *got, &count);
        *got += error == 0 ? count : 0;
    }
    if (error != 0)
        status = fail_open(path, error, err);
    omni_os_file_close(fd);
    return status;
}

otls_status omni_file_read(const char *path, unsigned char **out, size_t *size, otls_error *err)
{
    otls_status status;
    size_t expected = 0;
    int fd, error;

    *out = NULL;
    *size = 0;
    if (path == NULL || path[0] == '\0')
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_FILE_NOT_FOUND, "no file name given");
    error = omni_os_file_open(path, &fd);
    if (error == EISDIR)
        return fail_kind(path, OTLS_CODE_FILE_IS_DIRECTORY, err);
    if (error != 0)
        return fail_open(path, error, err);
    status = check_kind(fd, path, &expected, err);
    if (status == OTLS_OK)
        status = read_all(fd, path, expected, out, size, err);
    omni_os_file_close(fd);
    if (status == OTLS_OK && *size == 0) {
        omni_free(*out);
        *out = NULL;
        status = omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_FILE_EMPTY, "%s: is empty", path);
    }
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

typedef struct name_list {
    const char *directory;
    char **names;
    size_t count, capacity;
    otls_status status;
    otls_error *err;
} name_list;

static otls_status list_add(name_list *list, const char *name)
{
    size_t size = strlen(list->directory) + strlen(name) + 2;
    char *full;

    if (list->count >= DIRECTORY_LIMIT)
        return omni_fail(list->err, OTLS_E_IO, OTLS_CODE_LIMIT, "%s: more than %d files",
                         list->directory, DIRECTORY_LIMIT);
    full = omni_malloc(size);
    if (full == NULL)
        return omni_fail_nomem(list->err);
    (void)snprintf(full, size, "%s/%s", list->directory, name);
    if (!omni_os_is_file(full)) {
        omni_free(full); /* dangling links are usual in hashed directories */
        return OTLS_OK;
    }
    if (list->count == list->capacity) {
        size_t wanted = list->capacity != 0 ? list->capacity * 2 : 64;
        char **larger = omni_realloc(list->names, wanted * sizeof(*larger));
        if (larger == NULL) {
            omni_free(full);
            return omni_fail_nomem(list->err);
        }
        list->names = larger;
        list->capacity = wanted;
    }
    list->names[list->count++] = full;
    return OTLS_OK;
}

static bool list_name(void *user, const char *name)
{
    name_list *list = user;

    list->status = list_add(list, name);
    return list->status == OTLS_OK;
}

otls_status omni_directory_each(const char *path,
                                otls_status (*each)(const char *path, void *user, otls_error *err),
                                void *user, otls_error *err)
{
    name_list list = {.directory = path, .err = err};
    const int error = omni_os_directory_each(path, list_name, &list);
    otls_status status = list.status;

    if (error != 0)
        return fail_open(path, error, err);
    if (list.count != 0)
        qsort(list.names, list.count, sizeof(*list.names), by_name);
    for (size_t i = 0; i < list.count && status == OTLS_OK; i++)
        status = each(list.names[i], user, err);
    for (size_t i = 0; i < list.count; i++)
        omni_free(list.names[i]);
    omni_free(list.names);
    return status;
}

otls_status omni_file_append_open(const char *path, int *fd, otls_error *err)
{
    int error;

    *fd = -1;
    if (path == NULL || path[0] == '\0')
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_FILE_NOT_FOUND, "no file name given");
    error = omni_os_append_open(path, fd);
    if (error == EISDIR)
        return fail_kind(path, OTLS_CODE_FILE_IS_DIRECTORY, err);
    if (error == EXDEV)
        return omni_fail(err, OTLS_E_IO, OTLS_CODE_FILE_UNREADABLE,
                         "%s: belongs to another user, who would read what is written", path);
    if (error == EMLINK)
        return omni_fail(err, OTLS_E_IO, OTLS_CODE_FILE_UNREADABLE, "%s: has a second name", path);
    return error == 0 ? OTLS_OK : fail_open(path, error, err);
}

void omni_file_append(int fd, const void *data, size_t size)
{
    omni_os_append(fd, data, size);
}

void omni_file_append_close(int fd)
{
    omni_os_file_close(fd);
}
