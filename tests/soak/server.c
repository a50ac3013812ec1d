/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef enum phase { SHAKING, OPEN, ENDING } phase;

typedef struct guest {
    otls_connection *conn;
    int fd;
    phase phase;
    int64_t deadline;
    size_t place;
    uint8_t data[4096];
    size_t size, sent; /* what is to go back */
} guest;

static guest **guests;
static size_t count, capacity, open_most, served, failed, late;
static int epoll_fd;

static int64_t now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void leave(guest *g)
{
    otls_connection_free(g->conn);
    (void)close(g->fd);
    guests[g->place] = guests[--count];
    guests[g->place]->place = g->place;
    free(g);
}

static void take_in(otls_context *context, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    guest *g = calloc(1, sizeof(*g));

    if (count == capacity) {
        capacity = capacity * 2 + 64;
        guests = realloc(guests, capacity * sizeof(guest *));
    }
    if (g == NULL || guests == NULL || otls_connection_new_fd(&g->conn, context, fd, NULL) != OTLS_OK)
        exit(3);
    g->fd = fd;
    g->deadline = now() + SOAK_DEADLINE;
    g->place = count;
    guests[count++] = g;
    if (count > open_most)
        open_most = count;
    event.data.ptr = g;
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        exit(3);
}

/* One step of what it is at. */
static otls_status step(guest *g)
{
    otls_status status;
    size_t done = 0;

    switch (g->phase) {
    case SHAKING:
        status = otls_connection_handshake(g->conn, NULL);
        if (status == OTLS_OK) {
            g->phase = OPEN;
            served++;
        }
        return status;
    case OPEN:
        if (g->sent == g->size) {
            g->sent = g->size = 0;
            status = otls_connection_read(g->conn, g->data, sizeof(g->data), &g->size, NULL);
            if (status == OTLS_CLOSED) {
                g->phase = ENDING;
                return OTLS_OK;
            }
            return status;
        }
        status = otls_connection_write(g->conn, g->data + g->sent, g->size - g->sent, &done, NULL);
        g->sent += done;
        return status;
    default:
        status = otls_connection_shutdown(g->conn, NULL);
        return status == OTLS_OK ? OTLS_CLOSED : status;
    }
}

static void serve(guest *g)
{
    struct epoll_event event = {.data.ptr = g};
    otls_status status = OTLS_OK;

    while (status == OTLS_OK)
        status = step(g);
    if (status != OTLS_WANT_READ && status != OTLS_WANT_WRITE) {
        failed += status < 0;
        leave(g);
        return;
    }
    event.events = status == OTLS_WANT_WRITE ? EPOLLOUT : EPOLLIN;
    (void)epoll_ctl(epoll_fd, EPOLL_CTL_MOD, g->fd, &event);
}

static void send_late_ones_away(void)
{
    const int64_t time = now();

    for (size_t i = count; i-- > 0;)
        if (guests[i]->phase == SHAKING && guests[i]->deadline <= time) {
            late++;
            leave(guests[i]);
        }
}

int soak_serve(otls_context *context, int listener, int end)
{
    struct epoll_event events[64], event = {.events = EPOLLIN};
    int64_t looked = 0;

    epoll_fd = epoll_create1(0);
    event.data.ptr = NULL;
    (void)epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
    event.data.ptr = &epoll_fd;
    (void)epoll_ctl(epoll_fd, EPOLL_CTL_ADD, end, &event);
    for (;;) {
        const int ready = epoll_wait(epoll_fd, events, 64, 100);

        for (int i = 0; i < ready; i++) {
            int fd;

            if (events[i].data.ptr == &epoll_fd) {
                (void)printf("  server: %zu handshakes, %zu failed, %zu sent away at their deadline, at most %zu at "
                             "once\n", served, failed, late, open_most);
                (void)fflush(stdout);
                return 0;
            }
            if (events[i].data.ptr != NULL)
                serve(events[i].data.ptr);
            else
                while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
                    take_in(context, fd);
        }
        if (now() - looked >= 100) {
            looked = now();
            send_late_ones_away();
        }
    }
}
