/* SPDX-License-Identifier: MIT */
/* Bytes and lines in plain text, within bounds, and the table of protocols. */
#include "starttls.h"

#include "tool.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* main ignores SIGPIPE */
#endif

static const struct {
    const char *name, *port;
    otls_status (*run)(starttls *s);
} protocols[] = {
    {"smtp", "25", starttls_smtp},           {"imap", "143", starttls_imap},
    {"pop3", "110", starttls_pop3},          {"ftp", "21", starttls_ftp},
    {"ldap", "389", starttls_ldap},          {"xmpp", "5222", starttls_xmpp},
    {"postgres", "5432", starttls_postgres}, {"mysql", "3306", starttls_mysql},
    {"lmtp", "24", starttls_lmtp},           {"nntp", "119", starttls_nntp},
    {"sieve", "4190", starttls_sieve},       {"irc", "6667", starttls_irc},
};
#define PROTOCOL_COUNT (sizeof(protocols) / sizeof(protocols[0]))

const char *tool_starttls_names(void)
{
    return "smtp, lmtp, imap, pop3, sieve, nntp, ftp, ldap, xmpp, irc, postgres, mysql";
}

const char *tool_default_port(const tool_options *options)
{
    for (size_t i = 0; i < PROTOCOL_COUNT && options->starttls != NULL; i++)
        if (strcmp(protocols[i].name, options->starttls) == 0)
            return protocols[i].port;
    return "443";
}

bool tool_starttls_known(const char *protocol)
{
    for (size_t i = 0; i < PROTOCOL_COUNT; i++)
        if (strcmp(protocols[i].name, protocol) == 0)
            return true;
    return false;
}

otls_status starttls_fail(starttls *s, otls_status status, const char *format, ...)
{
    const otls_error blank = OTLS_ERROR_INIT;
    va_list args;

    *s->err = blank;
    s->err->status = status;
    va_start(args, format);
    (void)vsnprintf(s->err->text, sizeof(s->err->text), format, args);
    va_end(args);
    return status;
}

otls_status starttls_refused(starttls *s, const char *what, const char *line)
{
    char text[96];

    return starttls_fail(s, OTLS_E_PROTOCOL, "%s: the server says \"%s\"", what,
                         tool_printable(text, sizeof(text), line, strlen(line)));
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static otls_status wait_for(starttls *s, short events)
{
    struct pollfd entry = {.fd = s->fd, .events = events};

    for (;;) {
        const int64_t left = s->deadline - now_ms();
        const int ready = left > 0 ? poll(&entry, 1, left < INT32_MAX ? (int)left : INT32_MAX) : 0;

        if (ready > 0)
            return OTLS_OK;
        if (ready == 0)
            return starttls_fail(s, OTLS_E_TIMEOUT, "no answer in plain text within the time");
        if (errno != EINTR)
            return starttls_fail(s, OTLS_E_IO, "waiting for the server: %s", strerror(errno));
    }
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

otls_status starttls_send(starttls *s, const void *data, size_t size)
{
    const char *at = data;

    while (size != 0) {
        const ssize_t sent = send(s->fd, at, size, MSG_NOSIGNAL);
        otls_status status = OTLS_OK;

        if (sent >= 0) {
            at += sent;
            size -= (size_t)sent;
            continue;
        }
        if (would_block())
            status = wait_for(s, POLLOUT);
        else
            status = starttls_fail(s, OTLS_E_IO, "sending in plain text: %s", strerror(errno));
        if (status != OTLS_OK)
            return status;
    }
    return OTLS_OK;
}

otls_status starttls_say(starttls *s, const char *text)
{
    return starttls_send(s, text, strlen(text));
}

static otls_status receive(starttls *s)
{
    for (;;) {
        const ssize_t got = recv(s->fd, s->data + s->end, sizeof(s->data) - s->end, 0);
        otls_status status;

        if (got > 0) {
            s->end += (size_t)got;
            s->total += (size_t)got;
            if (s->total > STARTTLS_BYTES_MAX)
                return starttls_fail(s, OTLS_E_PROTOCOL, "the server does not stop talking");
            return OTLS_OK;
        }
        if (got == 0)
            return starttls_fail(s, OTLS_E_TRUNCATED, "the server hung up before TLS");
        if (!would_block())
            return starttls_fail(s, OTLS_E_IO, "reading plain text: %s", strerror(errno));
        status = wait_for(s, POLLIN);
        if (status != OTLS_OK)
            return status;
    }
}

otls_status starttls_fill(starttls *s, size_t wanted)
{
    if (s->start != 0) {
        memmove(s->data, s->data + s->start, s->end - s->start);
        s->end -= s->start;
        s->start = 0;
    }
    while (s->end < wanted) {
        otls_status status;

        if (s->end == sizeof(s->data))
            return starttls_fail(s, OTLS_E_PROTOCOL, "the server's answer is too long");
        status = receive(s);
        if (status != OTLS_OK)
            return status;
    }
    return OTLS_OK;
}

otls_status starttls_line(starttls *s, char out[STARTTLS_LINE_MAX])
{
    const char *end;
    size_t size;

    if (++s->lines > STARTTLS_LINES_MAX)
        return starttls_fail(s, OTLS_E_PROTOCOL, "the server sends more than %d lines",
                             STARTTLS_LINES_MAX);
    while ((end = memchr(s->data + s->start, '\n', s->end - s->start)) == NULL) {
        const otls_status status = starttls_fill(s, s->end - s->start + 1);

        if (status != OTLS_OK)
            return status;
    }
    size = (size_t)(end - (s->data + s->start));
    memcpy(out, s->data + s->start, size);
    s->start += size + 1;
    if (size != 0 && out[size - 1] == '\r')
        size--;
    out[size] = '\0';
    if (memchr(out, '\0', size) != NULL)
        return starttls_fail(s, OTLS_E_PROTOCOL, "the server sends a NUL in a line");
    return OTLS_OK;
}

/* TLS begins with our hello: whatever the server has said by now was meant to be taken as secure.
 */
static otls_status check_silence(starttls *s)
{
    char byte;

    if (s->start == s->end && recv(s->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
        return OTLS_OK;
    return starttls_fail(s, OTLS_E_PROTOCOL,
                         "the server sends plain text behind its go-ahead (injection?)");
}

otls_status tool_starttls(const char *protocol, const char *host, intptr_t fd, int timeout_ms,
                          otls_error *err)
{
    starttls s = {.fd = (int)fd, .host = host, .err = err, .deadline = now_ms() + timeout_ms};
    otls_status status = OTLS_E_USAGE;

    for (size_t i = 0; i < PROTOCOL_COUNT; i++)
        if (strcmp(protocols[i].name, protocol) == 0)
            status = protocols[i].run(&s);
    return status == OTLS_OK ? check_silence(&s) : status;
}
