/* SPDX-License-Identifier: MIT */
#include "socket_peer.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

const char *const socket_engines[] = {"openssl", "wolfssl", "gnutls"};
const size_t socket_engine_indexes[SOCKET_ENGINES] = {0, 1, 2};

static const bool enabled[SOCKET_ENGINES] = {
#ifdef OTLS_TEST_ENGINE_OPENSSL
    [0] = true,
#endif
#ifdef OTLS_TEST_ENGINE_WOLFSSL
    [1] = true,
#endif
#ifdef OTLS_TEST_ENGINE_GNUTLS
    [2] = true,
#endif
};

const otls_backend *socket_engine(size_t index)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend = NULL;

    if (!enabled[index])
        cr_skip_test("%s is not in this build", socket_engines[index]);
    cr_assert_eq(otls_backend_find(&backend, socket_engines[index], &err), OTLS_OK, "%s", err.text);
    return backend;
}

otls_context *socket_client_context(const otls_backend *backend, const char *root)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;
    otls_trust *trust = NULL;

    cr_assert_eq(otls_context_new(&context, backend, OTLS_CLIENT, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
    cr_assert_eq(otls_trust_add_file(trust, root, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_set_trust(context, trust, &err), OTLS_OK, "%s", err.text);
    otls_trust_free(trust);
    return context;
}

otls_context *socket_server_context(const otls_backend *backend)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;
    otls_identity *identity = NULL;

    cr_assert_eq(otls_context_new(&context, backend, OTLS_SERVER, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_identity_from_files(&identity, backend,
                                          OTLS_TEST_PKI "/server-ecdsa-p256.pem",
                                          OTLS_TEST_PKI "/server-ecdsa-p256.key", NULL, NULL, &err),
                 OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK, "%s", err.text);
    otls_identity_free(identity);
    return context;
}

static void *run(void *argument)
{
    socket_peer *peer = argument;
    otls_socket *client = NULL;

    if (otls_socket_accept(&client, peer->listener, NULL) == OTLS_OK) {
        peer->work(client, peer->user);
        otls_socket_close(client);
    }
    return NULL;
}

void socket_peer_start(socket_peer *peer, const otls_backend *backend, const char *host,
                       socket_peer_work *work, void *user)
{
    otls_error err = OTLS_ERROR_INIT;

    peer->work = work;
    peer->user = user;
    peer->context = socket_server_context(backend);
    cr_assert_eq(otls_listen(&peer->listener, peer->context, host, "0", 4, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(otls_socket_set_timeout(peer->listener, 20000, &err), OTLS_OK);
    (void)snprintf(peer->port, sizeof(peer->port), "%u", otls_socket_local_port(peer->listener));
    cr_assert_eq(pthread_create(&peer->thread, NULL, run, peer), 0);
}

void socket_peer_stop(socket_peer *peer)
{
    cr_assert_eq(pthread_join(peer->thread, NULL), 0);
    otls_socket_close(peer->listener);
    otls_context_free(peer->context);
}

long long socket_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int socket_plain_listener(char port[8], int backlog)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = (socklen_t)sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    cr_assert_geq(fd, 0);
    cr_assert_eq(bind(fd, (const struct sockaddr *)&address, size), 0);
    cr_assert_eq(listen(fd, backlog), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(port, 8, "%u", ntohs(address.sin_port));
    return fd;
}
