/* SPDX-License-Identifier: MIT */
/*
 * connect -v: each record as it passes, by the name of the message in it as long as that can be read
 * there; and of sealed records what is in them, as the engine tells it.
 */
#include "trace.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HEADER 5u

/* RFC 8446 section 5.1 */
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, FINISHED = 20 };
enum { RECORD_CCS = 20, RECORD_ALERT = 21, RECORD_HANDSHAKE = 22, RECORD_DATA = 23 };

static const char *message_name(uint8_t number)
{
    return otls_message_name(&(otls_message){
        .size = sizeof(otls_message), .content = OTLS_CONTENT_HANDSHAKE, .type = number});
}

double tool_lap_ms(double *since)
{
    struct timespec now;
    const double before = *since;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    *since = (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
    return *since - before;
}

static void marked(bool sent, const char *mark, const char *what, size_t size, const char *detail)
{
    (void)fprintf(stderr, "%s%s %s%s%s, %zu bytes%s\n",
                  tool_paint(stderr, sent ? TOOL_GREEN : TOOL_YELLOW), mark, what,
                  detail[0] != '\0' ? " " : "", detail, size, tool_paint(stderr, TOOL_PLAIN));
}

static void line(bool sent, const char *what, size_t size, const char *detail)
{
    marked(sent, sent ? ">" : "<", what, size, detail);
}

void tool_trace_note(const tool_trace *trace, const char *format, ...)
{
    char text[512], safe[1024];
    va_list args;

    if (!trace->show)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)fprintf(stderr, "* %s\n", tool_printable(safe, sizeof(safe), text, strlen(text)));
}

/* As hexdump -C has it, without the offset's zeros. */
static void dump(const uint8_t *data, size_t size)
{
    for (size_t at = 0; at < size; at += 16) {
        char text[17] = "";

        (void)fprintf(stderr, "    %04zx ", at);
        for (size_t i = 0; i < 16; i++) {
            if (at + i >= size) {
                (void)fputs("   ", stderr);
                continue;
            }
            (void)fprintf(stderr, " %02x", data[at + i]);
            text[i] = data[at + i] >= 0x20 && data[at + i] < 0x7f ? (char)data[at + i] : '.';
        }
        (void)fprintf(stderr, "  %s\n", text);
    }
}

/* Handshake messages in plain text: several in one record, or one in several. */
static void show_messages(trace_half *half, bool sent, const uint8_t *body, size_t size)
{
    while (size != 0) {
        if (half->message_left != 0) {
            const size_t part = size < half->message_left ? size : half->message_left;

            half->message_left -= part;
            body += part;
            size -= part;
            continue;
        }
        half->message_head[half->message_have++] = *body++;
        size--;
        if (half->message_have < sizeof(half->message_head))
            continue;
        half->message_have = 0;
        half->message_left = (size_t)half->message_head[1] << 16 |
                             (size_t)half->message_head[2] << 8 | half->message_head[3];
        line(sent, message_name(half->message_head[0]), half->message_left + 4, "");
    }
}

static void show_record(trace_half *half, bool sent)
{
    const uint8_t *body = half->record + HEADER;
    const size_t size = half->have - HEADER;

    switch (half->record[0]) {
    case RECORD_HANDSHAKE:
        if (half->sealed)
            line(sent, "sealed handshake", size, "");
        else
            show_messages(half, sent, body, size);
        break;
    case RECORD_CCS:
        line(sent, "ChangeCipherSpec", size, "");
        half->sealed = true;
        break;
    case RECORD_ALERT:
        if (half->sealed || size != 2)
            line(sent, "sealed alert", size, "");
        else
            line(sent, "alert", size, otls_alert_name(body[1]));
        break;
    default: /* TLS 1.3 hides what it is */
        line(sent, "sealed record", size, "");
        half->sealed = true;
        break;
    }
}

static void pass(const tool_trace *trace, trace_half *half, bool sent, const uint8_t *data,
                 size_t size)
{
    while (size != 0 && !half->foreign) {
        size_t whole = HEADER, part;

        if (half->have >= HEADER)
            whole += (size_t)half->record[3] << 8 | half->record[4];
        part = whole - half->have < size ? whole - half->have : size;
        memcpy(half->record + half->have, data, part);
        half->have += part;
        data += part;
        size -= part;
        if (half->have == HEADER &&
            (half->record[0] < RECORD_CCS || half->record[0] > RECORD_DATA || half->record[1] != 3)) {
            half->foreign = true;
            line(sent, "this is not TLS", HEADER, "");
            if (trace->dump)
                dump(half->record, half->have);
            return;
        }
        if (half->have < HEADER || half->have < HEADER + ((size_t)half->record[3] << 8 | half->record[4]))
            continue;
        show_record(half, sent);
        if (trace->dump)
            dump(half->record, half->have);
        half->have = 0;
    }
}

static void on_bytes(const otls_connection *conn, bool sent, const void *data, size_t size,
                     void *user)
{
    tool_trace *trace = user;

    trace->done = trace->done || otls_connection_handshake_done(conn);
    if (sent) {
        trace->sent += size;
    } else {
        trace->received += size;
        /* what comes after something went: one way there, one way back */
        if (trace->last_sent && !trace->done)
            trace->round_trips++;
    }
    trace->last_sent = sent;
    if (trace->show)
        pass(trace, &trace->half[sent], sent, data, size);
}

/* Can nobody read it on the wire? RFC 8446 section 2, RFC 5246 section 7.3. */
static bool is_sealed(const tool_trace *trace, const otls_message *m)
{
    const bool tls13 = m->version >= OTLS_TLS1_3;

    if (m->content == OTLS_CONTENT_ALERT)
        return tls13 || trace->half[m->sent].sealed;
    if (m->content != OTLS_CONTENT_HANDSHAKE)
        return false;
    return tls13 ? m->type != CLIENT_HELLO && m->type != SERVER_HELLO : m->type == FINISHED;
}

static void on_message(const otls_connection *conn, const otls_message *m, void *user)
{
    const tool_trace *trace = user;
    const bool alert = m->content == OTLS_CONTENT_ALERT;

    (void)conn;
    if (!is_sealed(trace, m))
        return;
    marked(m->sent, m->sent ? ">>" : "<<", alert ? "alert" : otls_message_name(m), m->length,
           alert ? otls_message_name(m) : "");
    if (trace->dump)
        dump(m->data, m->length);
}

tool_trace *tool_trace_new(const tool_options *options)
{
    tool_trace *trace = calloc(1, sizeof(*trace));

    if (trace == NULL)
        return NULL;
    trace->show = options->verbose || options->messages;
    trace->dump = options->messages;
    trace->lookup_ms = trace->connect_ms = trace->starttls_ms = trace->handshake_ms = -1;
    return trace;
}

otls_status tool_trace_watch(tool_trace *trace, otls_connection *conn, otls_error *err)
{
    const otls_backend *backend = otls_context_backend(otls_connection_context(conn));
    otls_context *own;
    otls_status status = otls_connection_set_wire_callback(conn, on_bytes, trace, err);

    if (status != OTLS_OK || !trace->show ||
        otls_backend_supports(backend, OTLS_FEATURE_MESSAGE_CALLBACK, NULL) == OTLS_NO)
        return status;
    status = otls_connection_own_context(conn, &own, err);
    return status == OTLS_OK ? otls_context_set_message_callback(own, on_message, trace, err)
                             : status;
}
