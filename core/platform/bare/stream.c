/* SPDX-License-Identifier: MIT */
/* No descriptors: bytes travel through memory, or through an otls_transport of the application. */
#include "platform/platform.h"

#include <errno.h>

int omni_os_stream_read(int fd, void *out, size_t capacity, size_t *count)
{
    (void)fd;
    (void)out;
    (void)capacity;
    *count = 0;
    return ENOSYS;
}

int omni_os_stream_write(int fd, const void *data, size_t size, size_t *count)
{
    (void)fd;
    (void)data;
    (void)size;
    *count = 0;
    return ENOSYS;
}

void omni_os_stream_quiet(int fd)
{
    (void)fd;
}
