/* SPDX-License-Identifier: MIT */
/* No sockets. What the socket layer asks first fails; nothing behind it is reached. */
#include "platform/platform.h"

#include <errno.h>

int omni_os_socket(const omni_address *like, int *fd)
{
    (void)like;
    *fd = -1;
    return ENOSYS;
}

int omni_os_accept(int listener, int *fd)
{
    (void)listener;
    *fd = -1;
    return ENOSYS;
}

int omni_os_connect(int fd, const omni_address *address)
{
    (void)fd;
    (void)address;
    return ENOSYS;
}

int omni_os_connect_failure(int fd)
{
    (void)fd;
    return ENOSYS;
}

int omni_os_bind(int fd, const omni_address *address)
{
    (void)fd;
    (void)address;
    return ENOSYS;
}

void omni_os_bind_options(int fd, const omni_address *address, bool dual_stack)
{
    (void)fd;
    (void)address;
    (void)dual_stack;
}

int omni_os_listen(int fd, int backlog)
{
    (void)fd;
    (void)backlog;
    return ENOSYS;
}

int omni_os_shutdown(int fd, omni_os_ways way)
{
    (void)fd;
    (void)way;
    return ENOSYS;
}

void omni_os_socket_close(int fd)
{
    (void)fd;
}

void omni_os_socket_drain(int fd, size_t limit)
{
    (void)fd;
    (void)limit;
}

int omni_os_set_nonblocking(int fd, bool *was_blocking)
{
    (void)fd;
    if (was_blocking != NULL)
        *was_blocking = false;
    return ENOSYS;
}

void omni_os_set_blocking(int fd)
{
    (void)fd;
}

void omni_os_no_delay(int fd)
{
    (void)fd;
}

int omni_os_is_stream(int fd, bool *stream)
{
    (void)fd;
    *stream = false;
    return ENOSYS;
}

bool omni_os_is_listening(int fd)
{
    (void)fd;
    return false;
}

int omni_os_own_address(int fd, omni_address *address)
{
    (void)fd;
    (void)address;
    return ENOSYS;
}

int omni_os_peer_address(int fd, omni_address *address)
{
    (void)fd;
    (void)address;
    return ENOSYS;
}

int omni_os_get_option(int fd, int level, int name, void *value, size_t *size)
{
    (void)fd;
    (void)level;
    (void)name;
    (void)value;
    (void)size;
    return ENOSYS;
}

int omni_os_set_option(int fd, int level, int name, const void *value, size_t size)
{
    (void)fd;
    (void)level;
    (void)name;
    (void)value;
    (void)size;
    return ENOSYS;
}

int omni_os_poll(omni_poll *items, size_t count, int timeout_ms, size_t *ready)
{
    (void)items;
    (void)count;
    (void)timeout_ms;
    *ready = 0;
    return ENOSYS;
}

omni_found omni_os_resolve(const char *host, const char *port, bool passive, omni_address *out,
                           size_t capacity, size_t *count, int *error, const char **text)
{
    (void)host;
    (void)port;
    (void)passive;
    (void)out;
    (void)capacity;
    *count = 0;
    *error = ENOSYS;
    *text = "this system resolves no names";
    return OMNI_FOUND_FAILED;
}
