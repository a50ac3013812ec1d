/* SPDX-License-Identifier: MIT */
/* client HOST PORT: fetch a page, verified, with whichever engine OMNITLS_BACKEND names. */
#include <omnitls/omnitls.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock;
    char text[4096];
    size_t count;

    if (argc != 3)
        return fprintf(stderr, "usage: client HOST PORT\n"), 2;
    /* the default engine, the system's roots, the host name verified, ten seconds for it all */
    if (otls_connect(&sock, NULL, argv[1], argv[2], 10000, &err) != OTLS_OK)
        return fprintf(stderr, "%s\n", err.text), 1;
    count = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", argv[1]);
    if (otls_socket_send_all(sock, text, count, &err) == OTLS_OK)
        while (otls_socket_recv(sock, text, sizeof(text), &count, &err) == OTLS_OK)
            fwrite(text, 1, count, stdout);
    if (err.status != 0) /* also when the page ended before its end: OTLS_E_TRUNCATED */
        fprintf(stderr, "%s\n", err.text);
    otls_socket_close(sock);
    return err.status != 0;
}
