/* SPDX-License-Identifier: MIT */
/**
 * @file session_misuse.h
 * The table of sessions where they belong and where they do not. Every row has one answer, on every
 * engine, and whoever asks: the thread that made the session, two threads at once, another process.
 */
#ifndef OTLS_TEST_SESSION_MISUSE_H
#define OTLS_TEST_SESSION_MISUSE_H

#include "session_pair.h"

/** What is done to the bytes of a session before they are imported. */
typedef enum misuse_bytes {
    BYTES_WHOLE = 0,
    BYTES_DAMAGED, /* in the middle */
    BYTES_CUT,
    BYTES_LONGER,
    BYTES_OLDER,       /* another format's number */
    BYTES_OTHER_ENGINE /* taken to another engine */
} misuse_bytes;

/** The session is made with `before`, and offered with `after`. */
typedef struct misuse {
    const char *name;
    const char *host; /* of the second connection; NULL = the same */
    uint16_t port;    /* of the second connection; the first has 443 */
    session_options before, after;
    bool more_trust; /* after: one anchor more */
    int64_t later;   /* seconds between the two */
    misuse_bytes bytes;
    otls_session_fit fit;
    bool reused;
} misuse;

#define MISUSE_PORT 443

extern const misuse misuse_table[];
extern const size_t misuse_count;

/** The row can be run: it needs another engine, and there is none. */
bool misuse_possible(const misuse *row, const pair_case *which);
/** Who offers the session: `which`, or another engine. */
pair_case misuse_case(const misuse *row, const pair_case *which);
/** The client before and after; `now` is read at every connection. */
otls_context *misuse_client_before(const misuse *row, const pair_case *which, int64_t *now);
otls_context *misuse_client_after(const misuse *row, const pair_case *which, int64_t *now);
otls_context *misuse_server(const misuse *row, const pair_case *which, int64_t *now);
/** Is the session resumed, on these engines? */
bool misuse_reused(const misuse *row, const pair_case *which);
/** Assert what the row says of the second connection, in that thread. */
void misuse_check(const misuse *row, const pair_case *which, const session_run *run, size_t thread);
/** The bytes of `session`; free them. */
uint8_t *misuse_export(const otls_session *session, size_t *size);
/** Import what the row makes of the bytes, in place, and assert the answer; NULL when refused.
 *  `bytes` has room for one more. */
otls_session *misuse_import(const misuse *row, const pair_case *which, uint8_t *bytes, size_t size);

#endif
