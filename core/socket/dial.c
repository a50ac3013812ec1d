/* SPDX-License-Identifier: MIT */
/* Names to addresses, and addresses to a connected descriptor (RFC 8305, "happy eyeballs"). */
#include "base/base.h"
#include "socket/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 8305 section 5: the recommended Connection Attempt Delay */
#define ATTEMPT_DELAY_MS 250

#define TARGET_MAX 320

struct omni_dial {
    omni_address addresses[OMNI_ADDRESS_MAX];
    int fds[OMNI_ADDRESS_MAX]; /* attempts under way, [0, active) */
    size_t count, next, active;
    int bound_fd;
    int last_error;
    int64_t next_start; /* when the next address may be tried beside those under way */
    char target[TARGET_MAX]; /* for messages */
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

static otls_status lookup(const char *host, const char *port, bool passive, omni_address *out,
                          size_t *count, otls_error *err)
{
    const char *name = host == NULL ? "*" : host, *text = NULL;
    char what[300];
    int error = 0;

    switch (omni_os_resolve(host, port, passive, out, OMNI_ADDRESS_MAX, count, &error, &text)) {
    case OMNI_FOUND_DONE:
        return OTLS_OK;
    case OMNI_FOUND_NOMEM:
        return omni_fail_nomem(err);
    case OMNI_FOUND_NO_PORT:
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NAME_LOOKUP, "there is no port \"%.64s\"",
                         port);
    case OMNI_FOUND_SYSTEM:
        (void)snprintf(what, sizeof(what), "cannot look up \"%.200s\"", name);
        return omni_fail_system(err, OTLS_CODE_NAME_LOOKUP, error, what);
    case OMNI_FOUND_FAILED:
    default:
        return omni_fail(err, OTLS_E_IO, OTLS_CODE_NAME_LOOKUP, "cannot look up \"%.100s\": %s",
                         name, text);
    }
}

otls_status omni_resolve(const char *host, const char *port, bool passive, omni_address *out,
                         size_t *count, otls_error *err)
{
    *count = 0;
    if (port == NULL || !port_is_sane(port))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NAME_LOOKUP, "there is no port \"%.64s\"",
                         port == NULL ? "" : port);
    if ((host == NULL && !passive) || (host != NULL && host[0] == '\0'))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NAME_LOOKUP, "the host name is empty");
    return lookup(host, port, passive, out, count, err);
}

/* The families in turn, each in the resolver's order (RFC 8305 section 4). */
static void interleave(omni_address *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        size_t j = i;
        omni_address moved;

        while (j < count && list[j].ip_size == list[i - 1].ip_size)
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
    omni_address own;
    const int error = omni_os_own_address(fd, &own);

    if (error != 0)
        return omni_fail_system(err, OTLS_CODE_NONE, error, "cannot use the socket");
    for (size_t i = 0; i < dial->count; i++) {
        if (dial->addresses[i].ip_size == own.ip_size) {
            dial->addresses[0] = dial->addresses[i];
            dial->count = 1;
            return OTLS_OK;
        }
    }
    return omni_fail(err, OTLS_E_IO, OTLS_CODE_NONE,
                     "cannot connect to %.120s: no address of the socket's family", dial->target);
}

static void name_target(char target[TARGET_MAX], const char *host, const char *port)
{
    const bool brackets = strchr(host, ':') != NULL;

    (void)snprintf(target, TARGET_MAX, "%s%.255s%s:%.32s", brackets ? "[" : "", host,
                   brackets ? "]" : "", port);
}

bool omni_dial_is_to(const omni_dial *dial, const char *host, const char *port)
{
    char target[TARGET_MAX];

    name_target(target, host, port);
    return strcmp(target, dial->target) == 0;
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
        name_target(dial->target, host, port);
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
        omni_os_socket_close(fd);
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
    int attempt = dial->bound_fd, error = 0;

    if (attempt < 0)
        error = omni_os_socket(address, &attempt);
    if (error != 0) {
        dial->last_error = error;
        return false;
    }
    error = omni_os_connect(attempt, address);
    if (error == 0) {
        *fd = attempt;
        return true;
    }
    if (error == EINPROGRESS) {
        dial->fds[dial->active++] = attempt;
        dial->next_start = omni_os_monotonic_ms() + ATTEMPT_DELAY_MS;
        return false;
    }
    dial->last_error = error;
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
    until_next = dial->next_start - omni_os_monotonic_ms();
    if (until_next < 0)
        until_next = 0;
    return left < 0 || until_next < left ? (int)until_next : left;
}

/* Wait for the attempts under way: true and *fd when one connected. Failed ones are dropped. */
static bool collect(omni_dial *dial, int wait_ms, int *fd)
{
    omni_poll items[OMNI_ADDRESS_MAX];
    size_t kept = 0, ready = 0;
    bool connected = false;

    for (size_t i = 0; i < dial->active; i++)
        items[i] = (omni_poll){.fd = dial->fds[i], .write = true};
    (void)omni_os_poll(items, dial->active, wait_ms, &ready);
    if (ready == 0)
        return false; /* interrupted counts as nothing happened: the caller looks at the time */
    for (size_t i = 0; i < dial->active; i++) {
        int failure;

        if (connected || !items[i].any) {
            dial->fds[kept++] = items[i].fd;
            continue;
        }
        failure = omni_os_connect_failure(items[i].fd);
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
            (dial->active == 0 || (!once && omni_os_monotonic_ms() >= dial->next_start))) {
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
