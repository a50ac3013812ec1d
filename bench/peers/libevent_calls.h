/* SPDX-License-Identifier: MIT */
/* libevent 2.1: event2/event.h, event2/bufferevent.h, event2/bufferevent_ssl.h. */
#ifndef OMNITLS_BENCH_PEERS_LIBEVENT_CALLS_H
#define OMNITLS_BENCH_PEERS_LIBEVENT_CALLS_H

#include <stddef.h>

struct event_base;
struct bufferevent;
struct ssl_st;

enum {
    LIBEVENT_CONNECTED = 0x80,
    LIBEVENT_READ_AND_WRITE = 0x02 | 0x04,
    LIBEVENT_SSL_CONNECTING = 1,
    LIBEVENT_CLOSE_ON_FREE = 1
};

typedef void libevent_data(struct bufferevent *, void *);
typedef void libevent_event(struct bufferevent *, short, void *);

/* The state of bufferevent_openssl_socket_new is an enum there. */
#define LIBEVENT_CALLS(CALL)                                                                       \
    CALL(const char *, event_get_version, (void))                                                  \
    CALL(struct event_base *, event_base_new, (void))                                              \
    CALL(void, event_base_free, (struct event_base *))                                             \
    CALL(int, event_base_dispatch, (struct event_base *))                                          \
    CALL(int, event_base_loopbreak, (struct event_base *))                                         \
    CALL(struct bufferevent *, bufferevent_openssl_socket_new,                                     \
         (struct event_base *, int, struct ssl_st *, unsigned, int))                               \
    CALL(void, bufferevent_setcb,                                                                  \
         (struct bufferevent *, libevent_data *, libevent_data *, libevent_event *, void *))       \
    CALL(int, bufferevent_enable, (struct bufferevent *, short))                                   \
    CALL(int, bufferevent_write, (struct bufferevent *, const void *, size_t))                     \
    CALL(size_t, bufferevent_read, (struct bufferevent *, void *, size_t))                         \
    CALL(void, bufferevent_free, (struct bufferevent *))

#endif
