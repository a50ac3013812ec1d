/* SPDX-License-Identifier: MIT */
/* client HOST PORT ROOTS.pem, where there are sockets and files: Linux, the BSDs, macOS, Windows.
 */
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#define MACHINE_NAME "Windows"
#define SEND_FLAGS 0
typedef SOCKET socket_type;
typedef int size_type;
#else
#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>
#define MACHINE_NAME "a desktop"
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: SO_NOSIGPIPE */
#endif
#define SEND_FLAGS MSG_NOSIGNAL
#define INVALID_SOCKET (-1)
#define closesocket close
typedef int socket_type;
typedef size_t size_type;
#endif

/* The socket waits; the connection does not have to. */
static otls_status socket_read(void *user, void *out, size_t capacity, size_t *count)
{
    const long got = (long)recv(*(socket_type *)user, out, (size_type)capacity, 0);

    *count = got > 0 ? (size_t)got : 0;
    if (got == 0)
        return OTLS_E_TRUNCATED;
    return got > 0 ? OTLS_OK : OTLS_E_IO;
}

static otls_status socket_write(void *user, const void *data, size_t size, size_t *count)
{
    const long sent = (long)send(*(socket_type *)user, data, (size_type)size, SEND_FLAGS);

    *count = sent > 0 ? (size_t)sent : 0;
    return sent > 0 ? OTLS_OK : OTLS_E_IO;
}

static socket_type connect_to(const char *host, const char *port)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    socket_type fd = INVALID_SOCKET;

    if (getaddrinfo(host, port, &hints, &list) != 0)
        return fd;
    for (const struct addrinfo *at = list; at != NULL && fd == INVALID_SOCKET; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
        if (fd != INVALID_SOCKET && connect(fd, at->ai_addr, (socklen_t)at->ai_addrlen) != 0) {
            (void)closesocket(fd);
            fd = INVALID_SOCKET;
        }
    }
    freeaddrinfo(list);
    return fd;
}

/* The whole file, or NULL. */
static char *read_all(const char *path, size_t *size)
{
    const size_t most = 1 << 20;
    FILE *file = fopen(path, "rb");
    char *text = file != NULL ? malloc(most) : NULL;

    if (text != NULL)
        *size = fread(text, 1, most, file);
    if (file != NULL)
        (void)fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    machine here = {.name = MACHINE_NAME};
    socket_type fd;
    char *roots;
    int status = 1;

    if (argc != 4)
        return fprintf(stderr, "usage: client HOST PORT ROOTS.pem\n"), 2;
#ifdef _WIN32
    WSADATA started;

    if (WSAStartup(MAKEWORD(2, 2), &started) != 0)
        return fprintf(stderr, "no sockets\n"), 1;
#endif
    fd = connect_to(argv[1], argv[2]);
    roots = read_all(argv[3], &here.roots_size);
    if (fd == INVALID_SOCKET || roots == NULL) {
        fprintf(stderr, "cannot %s %s\n", roots == NULL ? "read" : "connect to",
                roots == NULL ? argv[3] : argv[1]);
    } else {
        here.host = argv[1];
        here.roots = roots;
        here.transport = (otls_transport){.read = socket_read, .write = socket_write, .user = &fd};
        status = client_run(&here);
    }
    if (fd != INVALID_SOCKET)
        (void)closesocket(fd);
    free(roots);
    return status;
}
