/* SPDX-License-Identifier: MIT */
/** @file socket_peer.h A server in a thread, for the tests of the socket layer. */
#ifndef OTLS_TEST_SOCKET_PEER_H
#define OTLS_TEST_SOCKET_PEER_H

#include <omnitls/omnitls.h>
#include <pthread.h>

typedef struct socket_peer socket_peer;
/** What the server does with its one client; the client is closed afterwards. */
typedef void socket_peer_work(otls_socket *client, void *user);

struct socket_peer {
    pthread_t thread;
    otls_context *context;
    otls_socket *listener;
    char port[8];
    socket_peer_work *work;
    void *user;
};

extern const char *const socket_engines[];
#define SOCKET_ENGINES 3
extern const size_t socket_engine_indexes[SOCKET_ENGINES];
/** A test with `index` for socket_engine(); whoever uses it includes Criterion's headers. */
#define EVERY_ENGINE(suite, name)                                                                  \
    ParameterizedTestParameters(suite, name)                                                       \
    {                                                                                              \
        return cr_make_param_array(const size_t, socket_engine_indexes, SOCKET_ENGINES);           \
    }                                                                                              \
    ParameterizedTest(const size_t *index, suite, name, .timeout = 60)

/** The engine, or the test is skipped when this build has not got it. */
const otls_backend *socket_engine(size_t index);
otls_context *socket_client_context(const otls_backend *backend, const char *root);
otls_context *socket_server_context(const otls_backend *backend);
/** Listen on `host`, any port, and serve one client. */
void socket_peer_start(socket_peer *peer, const otls_backend *backend, const char *host,
                       socket_peer_work *work, void *user);
void socket_peer_stop(socket_peer *peer);
/** ms on the monotonic clock. */
long long socket_now(void);
/** A plain TCP listener that accepts nothing by itself; its port goes to `port`. */
int socket_plain_listener(char port[8], int backlog);

#endif
