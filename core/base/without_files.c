/* SPDX-License-Identifier: MIT */
/* A library without files (OMNITLS_WITH_FILES): whoever names one is told so. */
#include "base/base.h"

otls_status omni_file_read(const char *path, unsigned char **out, size_t *size, otls_error *err)
{
    (void)path;
    *out = NULL;
    *size = 0;
    return OMNI_FAIL_ABSENT(err, "FILES");
}

otls_status omni_file_head(const char *path, unsigned char *out, size_t want, size_t *got,
                           otls_error *err)
{
    (void)path, (void)out, (void)want;
    *got = 0;
    return OMNI_FAIL_ABSENT(err, "FILES");
}

otls_status omni_directory_each(const char *path,
                                otls_status (*each)(const char *path, void *user, otls_error *err),
                                void *user, otls_error *err)
{
    (void)path, (void)each, (void)user;
    return OMNI_FAIL_ABSENT(err, "FILES");
}

otls_status omni_file_append_open(const char *path, int *fd, otls_error *err)
{
    (void)path;
    *fd = -1;
    return OMNI_FAIL_ABSENT(err, "FILES");
}

void omni_file_append(int fd, const void *data, size_t size)
{
    (void)fd, (void)data, (void)size;
}

void omni_file_append_close(int fd)
{
    (void)fd;
}
