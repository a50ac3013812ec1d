/* SPDX-License-Identifier: MIT */
/**
 * @file starttls.h
 * From plain text to TLS, the way each protocol has it. The peer is not trusted: lines, their
 * number and the time are bounded, and nothing that it says before TLS may be taken for something
 * said inside (command injection, CVE-2011-0411).
 */
#ifndef OMNITLS_STARTTLS_H
#define OMNITLS_STARTTLS_H

#include <omnitls/omnitls.h>
#include <stdbool.h>
#include <stdint.h>

/** RFC 5321 allows 512 bytes a line, IMAP's capabilities take more. */
#define STARTTLS_LINE_MAX 4096
#define STARTTLS_LINES_MAX 100
/** Bytes of plain text from the peer, all together. */
#define STARTTLS_BYTES_MAX 65536

typedef struct starttls {
    int fd;
    int64_t deadline; /* CLOCK_MONOTONIC, ms */
    const char *host;
    otls_error *err;
    char data[STARTTLS_LINE_MAX]; /* read, not yet looked at */
    size_t start, end, total;
    unsigned lines;
} starttls;

/** Is it a protocol that we know? */
bool tool_starttls_known(const char *protocol);
/** Their names, for messages. */
const char *tool_starttls_names(void);
/**
 * Have the peer on `fd` (not blocking) switch to TLS. OTLS_OK, E_IO, E_TIMEOUT, E_TRUNCATED, or
 * E_PROTOCOL when it does not want to, or misbehaves.
 */
otls_status tool_starttls(const char *protocol, const char *host, intptr_t fd, int timeout_ms,
                          otls_error *err);

/* starttls.c, for the protocols */
__attribute__((format(printf, 3, 4))) otls_status starttls_fail(starttls *s, otls_status status,
                                                                const char *format, ...);
/** The peer did not say what was hoped for; quotes it. */
otls_status starttls_refused(starttls *s, const char *what, const char *line);
otls_status starttls_send(starttls *s, const void *data, size_t size);
otls_status starttls_say(starttls *s, const char *text);
/** At least `wanted` bytes in data[start..end). */
otls_status starttls_fill(starttls *s, size_t wanted);
/** One line without its end, NUL-terminated. */
otls_status starttls_line(starttls *s, char out[STARTTLS_LINE_MAX]);

/* starttls_lines.c */
otls_status starttls_smtp(starttls *s);
otls_status starttls_imap(starttls *s);
otls_status starttls_pop3(starttls *s);
otls_status starttls_ftp(starttls *s);
otls_status starttls_lmtp(starttls *s);
/* starttls_other.c */
otls_status starttls_ldap(starttls *s);
otls_status starttls_xmpp(starttls *s);
otls_status starttls_postgres(starttls *s);
/* starttls_more.c */
otls_status starttls_mysql(starttls *s);
otls_status starttls_nntp(starttls *s);
otls_status starttls_sieve(starttls *s);
otls_status starttls_irc(starttls *s);

#endif
