/* SPDX-License-Identifier: MIT */
/*
 * Many threads, one context: threads HOST PORT CA.pem [COUNT]. The context is made once; each
 * thread has connections of its own, and no lock is needed.
 */
#include <omnitls/omnitls.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS_MAX 64

typedef struct job {
    pthread_t thread;
    otls_context *context;
    const char *host, *port;
    bool ok;
} job;

static otls_status fetch(otls_socket *sock, otls_error *err)
{
    static const char request[] = "GET / HTTP/1.0\r\n\r\n";
    char text[4096];
    size_t count;
    otls_status status = otls_socket_send_all(sock, request, strlen(request), err);

    while (status == OTLS_OK)
        status = otls_socket_recv(sock, text, sizeof(text), &count, err);
    return status;
}

static void *work(void *argument)
{
    job *j = argument;

    for (int round = 0; round < 4; round++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_socket *sock;
        otls_status status = otls_connect(&sock, j->context, j->host, j->port, 20000, &err);

        if (status == OTLS_OK) {
            status = fetch(sock, &err);
            otls_socket_close(sock);
        }
        if (status != OTLS_CLOSED) {
            fprintf(stderr, "%s\n", err.text);
            return NULL;
        }
    }
    j->ok = true;
    return NULL;
}

static otls_context *client_context(const char *ca, otls_error *err)
{
    otls_context *context = NULL;
    otls_trust *trust = NULL;
    otls_status status = otls_context_new(&context, NULL, OTLS_CLIENT, err);

    if (status == OTLS_OK)
        status = otls_trust_new(&trust, err);
    if (status == OTLS_OK)
        status = otls_trust_add_file(trust, ca, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    otls_trust_free(trust);
    if (status == OTLS_OK)
        return context;
    otls_context_free(context);
    return NULL;
}

int main(int argc, char **argv)
{
    job jobs[THREADS_MAX];
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context;
    int count, started = 0, good = 0;

    if (argc < 4)
        return fprintf(stderr, "usage: threads HOST PORT CA.pem [COUNT]\n"), 1;
    count = argc > 4 ? atoi(argv[4]) : 8;
    if (count < 1 || count > THREADS_MAX)
        return fprintf(stderr, "1 to %d threads\n", THREADS_MAX), 1;
    context = client_context(argv[3], &err);
    if (context == NULL)
        return fprintf(stderr, "%s\n", err.text), 1;
    for (int i = 0; i < count; i++) {
        jobs[i] = (job){.context = context, .host = argv[1], .port = argv[2]};
        if (pthread_create(&jobs[i].thread, NULL, work, &jobs[i]) != 0)
            break;
        started++;
    }
    for (int i = 0; i < started; i++) {
        (void)pthread_join(jobs[i].thread, NULL);
        good += jobs[i].ok;
    }
    otls_context_free(context);
    printf("%d of %d threads went well\n", good, count);
    return good != count;
}
