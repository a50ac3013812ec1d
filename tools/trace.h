/* SPDX-License-Identifier: MIT */
/** @file trace.h What went over the wire: counted always, shown when asked for. */
#ifndef OMNITLS_TOOL_TRACE_H
#define OMNITLS_TOOL_TRACE_H

#include "tool.h"

/** A record with its header (RFC 8446 5.1): what its length can say. */
#define TRACE_RECORD_MAX (5u + 65535u)

/** One direction, record by record. */
typedef struct trace_half {
    uint8_t record[TRACE_RECORD_MAX];
    size_t have;
    bool sealed;  /* from here on nothing but ciphertext */
    bool foreign; /* no TLS: not looked at any more */
    uint8_t message_head[4]; /* a handshake message may go through several records */
    size_t message_have, message_left;
} trace_half;

typedef struct tool_trace {
    bool show, dump;
    bool last_sent; /* the last bytes were ours */
    bool done;                  /* the handshake: round trips count no more */
    uint64_t sent, received;
    unsigned round_trips;
    double lookup_ms, connect_ms, starttls_ms, handshake_ms; /* below 0: was not done */
    trace_half half[2];                           /* received, sent */
} tool_trace;

/** NULL when there is no memory. */
tool_trace *tool_trace_new(const tool_options *options);
/** Watch a connection whose handshake has not begun. */
otls_status tool_trace_watch(tool_trace *trace, otls_connection *conn, otls_error *err);
/** The milliseconds since `*since` (in milliseconds, of a clock that nobody sets), which becomes now. */
double tool_lap_ms(double *since);
/** One line on standard error with -v. */
__attribute__((format(printf, 2, 3))) void tool_trace_note(const tool_trace *trace,
                                                           const char *format, ...);

#endif
