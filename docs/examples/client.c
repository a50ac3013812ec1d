/* SPDX-License-Identifier: MIT */
/* Fetch a page: client HOST [PORT]. The engine is the default one; OMNITLS_BACKEND chooses. */
#include <omnitls/omnitls.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    const char *host = argc > 1 ? argv[1] : "example.org";
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    char buffer[4096];
    otls_status status = otls_connect(&sock, NULL, host, argc > 2 ? argv[2] : "443", 5000, &err);

    if (status == OTLS_OK) {
        int size = snprintf(buffer, sizeof(buffer), "GET / HTTP/1.0\r\nHost: %.200s\r\n\r\n", host);
        size_t count = 0;

        status = otls_socket_send_all(sock, buffer, (size_t)size, &err);
        while (status == OTLS_OK &&
               (status = otls_socket_recv(sock, buffer, sizeof(buffer), &count, &err)) == OTLS_OK)
            fwrite(buffer, 1, count, stdout);
    }
    if (status < OTLS_OK)
        fprintf(stderr, "%s\n", err.text);
    otls_socket_close(sock);
    return status < OTLS_OK;
}
