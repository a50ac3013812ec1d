/* SPDX-License-Identifier: MIT */
/* The descriptor transport: what the platform says, as a transport says it. */
#include "connection/connection.h"

#include "connection/io.h"
#include "platform/platform.h"

#include <errno.h>

static otls_status failed(int error, otls_status again)
{
    errno = error; /* where transports leave it */
    return error == EAGAIN ? again : OTLS_E_IO;
}

static otls_status fd_read(void *user, void *out, size_t capacity, size_t *count)
{
    const int error = omni_os_stream_read((int)(intptr_t)user, out, capacity, count);

    if (error != 0)
        return failed(error, OTLS_WANT_READ);
    return *count != 0 ? OTLS_OK : OTLS_E_TRUNCATED;
}

static otls_status fd_write(void *user, const void *data, size_t size, size_t *count)
{
    const int error = omni_os_stream_write((int)(intptr_t)user, data, size, count);

    return error == 0 ? OTLS_OK : failed(error, OTLS_WANT_WRITE);
}

otls_transport omni_transport_fd(intptr_t fd)
{
    omni_os_stream_quiet((int)fd);
    /* the descriptor travels in the pointer: no allocation, and nothing to keep alive */
    return (otls_transport){.read = fd_read, .write = fd_write, .user = (void *)fd};
}
