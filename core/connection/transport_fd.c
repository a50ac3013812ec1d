/* SPDX-License-Identifier: MIT */
/* The descriptor transport: what the platform says, as a transport says it. */
#include "connection/connection.h"

#include "base/base.h"
#include "platform/platform.h"

#include <errno.h>
#include <limits.h>

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

otls_status otls_connection_new_fd(otls_connection **out, otls_context *context, intptr_t fd,
                                   otls_error *err)
{
    /* the descriptor travels in the pointer: no allocation, and nothing to keep alive */
    const otls_transport transport = {.read = fd_read, .write = fd_write, .user = (void *)fd};

    *out = NULL;
    if (fd < 0 || fd > INT_MAX) /* cut to an int it would be another one */
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%lld is no descriptor", (long long)fd);
    OMNI_TRY(otls_connection_new(out, context, &transport, err));
    omni_os_stream_quiet((int)fd);
    (*out)->fd = fd;
    (*out)->read_ahead = true;
    return OTLS_OK;
}
