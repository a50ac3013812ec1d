/* SPDX-License-Identifier: MIT */
/* Names to addresses, and addresses to a connected descriptor (RFC 8305, "happy eyeballs"). */
#include "base/base.h"
#include "socket/socket.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* RFC 8305 section 5: the recommended Connection Attempt Delay */
#define ATTEMPT_DELAY_MS 250

struct omni_dial {
    omni_address addresses[OMNI_ADDRESS_MAX];
    int fds[OMNI_ADDRESS_MAX]; /* attempts under way, [0, active) */
    size_t count, next, active;
    int bound_fd;
    int last_error;
    int64_t next_start; /* when the next address may be tried beside those under way */
    char target[320];   /* for messages */
};

/* getaddrinfo takes any number and keeps its low 16 bits */
static bool port_is_sane(const char *port)
{
    char *end;
    unsigned long number;

    if (port[0] == '\0')
        return false;
    number = strtoul(port, &end, 10);
    return *end != '\0' || (port[0] != '-' && port[0] != '+' && number <= 65535);
}

static otls_status resolve_failed(const char *host, const char *port, int code, int system_error,
                                  otls_error *err)
{
    char what[300];

    if (code == EAI_MEMORY)
        return omni_fail_nomem(err);
    if (code == EAI_SERVICE)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NAME_LOOKUP, "there is no port \"%.64s\"",
                         port);
    if (code == EAI_SYSTEM) {
        (void)snprintf(what, sizeof(what), "cannot look up \"%.200s\"", host);
        return omni_fail_system(err, OTLS_CODE_NAME_LOOKUP, system_error, what);
    }
    return omni_fail(err, OTLS_E_IO, OTLS_CODE_NAME_LOOKUP, "cannot look up \"%.100s\": %s", host,
                     gai_strerror(code));
}

otls_status omni_resolve(const char *host, const char *port, bool passive, omni_address *out,
                         size_t *count, otls_error *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int code;

    *count = 0;
    if (port == NULL || !port_is_sane(port))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NAME_LOOKUP, "there is no port \"%.64s\"",
                         port == NULL ? "" : port);
    if ((host == NULL && !passive) || (host != NULL && host[0] == '\0'))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NAME_LOOKUP, "the host name is empty");
    hints.ai_flags = passive ? AI_PASSIVE : 0;
    code = getaddrinfo(host, port, &hints, &list);
    if (code != 0)
        return resolve_failed(host == NULL ? "*" : host, port, code, errno, err);
    for (const struct addrinfo *at = list; at != NULL && *count < OMNI_ADDRESS_MAX;
         at = at->ai_next) {
        if (at->ai_addrlen > sizeof(out->storage))
            continue;
        memset(&out[*count], 0, sizeof(out[*count]));
        memcpy(&out[*count].storage, at->ai_addr, at->ai_addrlen);
        out[*count].size = at->ai_addrlen;
        ++*count;
    }
    freeaddrinfo(list);
    if (*count == 0)
        return resolve_failed(host == NULL ? "*" : host, port, EAI_NONAME, 0, err);
    return OTLS_OK;
}

/* The families in turn, each in the resolver's order (RFC 8305 section 4). */
static void interleave(omni_address *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        size_t j = i;
        omni_address moved;

        while (j < count && list[j].storage.ss_family == list[i - 1].storage.ss_family)
            j++;
        if (j == count)
            return;
        moved = list[j];
        memmove(&list[i + 1], &list[i], (j - i) * sizeof(list[0]));
        list[i] = moved;
    }
}

/* A bound descriptor has a family, and can be connected only once. */
static otls_status keep_family_of(omni_dial *dial, int fd, otls_error *err)
{
    struct sockaddr_storage own;
    socklen_t size = (socklen_t)sizeof(own);

    if (getsockname(fd, (struct sockaddr *)&own, &size) != 0)
        return omni_fail_system(err, OTLS_CODE_NONE, errno, "cannot use the socket");
    for (size_t i = 0; i < dial->count; i++) {
        if (dial->addresses[i].storage.ss_family == own.ss_family) {
            dial->addresses[0] = dial->addresses[i];
            dial->count = 1;
            return OTLS_OK;
        }
    }
    return omni_fail(err, OTLS_E_IO, OTLS_CODE_NONE,
                     "cannot connect to %.120s: no address of the socket's family", dial->target);
}

otls_status omni_dial_new(omni_dial **out, const char *host, const char *port, int bound_fd,
                          otls_error *err)
{
    omni_dial *dial = omni_calloc(1, sizeof(*dial));
    otls_status status;

    *out = NULL;
    if (dial == NULL)
        return omni_fail_nomem(err);
    dial->bound_fd = bound_fd;
    status = omni_resolve(host, port, false, dial->addresses, &dial->count, err);
    if (status == OTLS_OK) {
        bool brackets = strchr(host, ':') != NULL;

        (void)snprintf(dial->target, sizeof(dial->target), "%s%.255s%s:%.32s", brackets ? "[" : "",
                       host, brackets ? "]" : "", port);
        interleave(dial->addresses, dial->count);
        if (bound_fd >= 0)
            status = keep_family_of(dial, bound_fd, err);
    }
    if (status != OTLS_OK) {
        omni_dial_free(dial);
        return status;
    }
    *out = dial;
    return OTLS_OK;
}

static void give_up(const omni_dial *dial, int fd)
{
    if (fd != dial->bound_fd)
        close(fd);
}

void omni_dial_free(omni_dial *dial)
{
    if (dial == NULL)
        return;
    for (size_t i = 0; i < dial->active; i++)
        give_up(dial, dial->fds[i]);
    omni_free(dial);
}

int omni_dial_fileno(const omni_dial *dial)
{
    return dial->active == 0 ? -1 : dial->fds[dial->active - 1];
}

/* Begin with the next address: true and *fd when that connected at once. */
static bool start_next(omni_dial *dial, int *fd)
{
    const omni_address *address = &dial->addresses[dial->next++];
    int attempt = dial->bound_fd;

    if (attempt < 0)
        attempt = omni_os_socket(address->storage.ss_family);
    if (attempt < 0) {
        dial->last_error = errno;
        return false;
    }
    if (connect(attempt, (const struct sockaddr *)&address->storage, address->size) == 0) {
        *fd = attempt;
        return true;
    }
    /* an interrupted connect goes on by itself (POSIX), as one in progress does */
    if (errno == EINPROGRESS || errno == EINTR) {
        dial->fds[dial->active++] = attempt;
        dial->next_start = omni_monotonic_ms() + ATTEMPT_DELAY_MS;
        return false;
    }
    dial->last_error = errno;
    give_up(dial, attempt);
    return false;
}

static int poll_time(const omni_dial *dial, bool once, const omni_deadline *deadline)
{
    int left = omni_deadline_left(deadline);
    int64_t until_next;

    if (once)
        return 0;
    if (dial->next == dial->count)
        return left;
    until_next = dial->next_start - omni_monotonic_ms();
    if (until_next < 0)
        until_next = 0;
    return left < 0 || until_next < left ? (int)until_next : left;
}

/* Wait for the attempts under way: true and *fd when one connected. Failed ones are dropped. */
static bool collect(omni_dial *dial, int wait_ms, int *fd)
{
    struct pollfd items[OMNI_ADDRESS_MAX];
    size_t kept = 0;
    bool connected = false;

    for (size_t i = 0; i < dial->active; i++)
        items[i] = (struct pollfd){.fd = dial->fds[i], .events = POLLOUT};
    if (poll(items, (nfds_t)dial->active, wait_ms) <= 0)
        return false; /* interrupted counts as nothing happened: the caller looks at the time */
    for (size_t i = 0; i < dial->active; i++) {
        int failure = 0;
        socklen_t size = (socklen_t)sizeof(failure);

        if (connected || items[i].revents == 0) {
            dial->fds[kept++] = items[i].fd;
            continue;
        }
        if (getsockopt(items[i].fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0)
            failure = errno;
        if (failure == 0) {
            *fd = items[i].fd;
            connected = true;
        } else {
            dial->last_error = failure;
            give_up(dial, items[i].fd);
        }
    }
    dial->active = kept;
    return connected;
}

static otls_status dial_failed(const omni_dial *dial, otls_error *err)
{
    char what[200];

    (void)snprintf(what, sizeof(what), "cannot connect to %.150s", dial->target);
    return omni_fail_system(err, OTLS_CODE_NONE, dial->last_error, what);
}

otls_status omni_dial_run(omni_dial *dial, bool once, const omni_deadline *deadline, int *fd,
                          otls_error *err)
{
    for (;;) {
        /* without waiting there is one attempt at a time, so that there is one thing to poll */
        if (dial->next < dial->count &&
            (dial->active == 0 || (!once && omni_monotonic_ms() >= dial->next_start))) {
            if (start_next(dial, fd))
                return OTLS_OK;
            continue;
        }
        if (dial->active == 0)
            return dial_failed(dial, err);
        if (collect(dial, poll_time(dial, once, deadline), fd))
            return OTLS_OK;
        if (dial->active == 0)
            continue;
        if (once)
            return OTLS_WANT_WRITE;
        if (omni_deadline_left(deadline) == 0)
            return omni_fail(err, OTLS_E_TIMEOUT, OTLS_CODE_NONE,
                             "cannot connect to %.150s: no answer in time", dial->target);
    }
}
