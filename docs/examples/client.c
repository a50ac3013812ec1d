/* SPDX-License-Identifier: MIT */
/* client HOST PORT: fetch a page, verified, with whichever engine OMNITLS_BACKEND names. */
#include <omnitls/omnitls.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock;
    char text[4096];
    size_t count = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.0\r\n\r\n");
    otls_status status;

    if (argc != 3)
        return fprintf(stderr, "usage: client HOST PORT\n"), 1;
    if (otls_connect(&sock, NULL, argv[1], argv[2], 5000, &err) != OTLS_OK)
        return fprintf(stderr, "%s\n", err.text), 1;
    status = otls_socket_send_all(sock, text, count, &err);
    while (status == OTLS_OK) {
        status = otls_socket_recv(sock, text, sizeof(text), &count, &err);
        fwrite(text, 1, count, stdout);
    }
    if (status != OTLS_CLOSED)
        fprintf(stderr, "%s\n", err.text);
    otls_socket_close(sock);
    return status != OTLS_CLOSED;
}
