/* SPDX-License-Identifier: MIT */
/* What a person wants to know of a connection at a glance: who, why trusted, until when, at what cost. */
#include "trace.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define DAY_SECONDS 86400
#define SOON_DAYS 14

/* Does this dNSName, as it stands in the certificate, cover the host? The verdict was core's: this
 * only finds which of the names it was. */
static bool covers(const char *name, size_t size, const char *host)
{
    const char *rest = strchr(host, '.');
    size_t host_size = strlen(host);

    if (host_size > 0 && host[host_size - 1] == '.')
        host_size--;
    if (size == host_size && strncasecmp(name, host, size) == 0)
        return true;
    return size > 2 && name[0] == '*' && name[1] == '.' && rest != NULL &&
           size - 1 == host_size - (size_t)(rest - host) && strncasecmp(name + 1, rest, size - 1) == 0;
}

/* The alternative name that the host was found under; -1 = none. */
static int matched_name(const otls_certificate *leaf, const char *host)
{
    unsigned char address[16];
    size_t address_size = 0;

    if (host == NULL)
        return -1;
    if (inet_pton(AF_INET, host, address) == 1)
        address_size = 4;
    else if (inet_pton(AF_INET6, host, address) == 1)
        address_size = 16;
    for (size_t i = 0; i < otls_certificate_san_count(leaf); i++) {
        otls_san_kind kind;
        size_t size;
        const uint8_t *bytes = otls_certificate_san(leaf, i, &kind, &size);

        if (address_size != 0 ? kind == OTLS_SAN_IP && size == address_size &&
                                    memcmp(bytes, address, size) == 0
                              : kind == OTLS_SAN_DNS && covers((const char *)bytes, size, host))
            return (int)i;
    }
    return -1;
}

static char *matched_text(const otls_connection *conn)
{
    const otls_certificate *leaf = otls_connection_peer_chain(conn, 0);
    const int at = leaf == NULL || otls_connection_verify_flags(conn) != 0
                       ? -1
                       : matched_name(leaf, otls_connection_server_name(conn));
    char *text = NULL;

    if (at >= 0)
        (void)tool_memory(otls_certificate_san_text(leaf, (size_t)at, &text, NULL));
    return text;
}

static int64_t days_left(const otls_certificate *leaf)
{
    const int64_t left = otls_certificate_not_after(leaf) - (int64_t)time(NULL);

    return left < 0 ? -((-left + DAY_SECONDS - 1) / DAY_SECONDS) : left / DAY_SECONDS;
}

static const char *anchor_source(const tool_options *options)
{
    return options->ca != NULL ? options->ca : "the system's roots";
}

/* ---- JSON ---- */

static json_t *path_json(const otls_connection *conn)
{
    json_t *list = json_array();

    for (size_t i = 0; i < otls_connection_verified_chain_count(conn); i++)
        json_array_append_new(
            list, tool_json_text(tool_text(otls_certificate_subject(otls_connection_verified_chain(conn, i)))));
    return list;
}

static json_t *time_json(double ms)
{
    return ms < 0 ? json_null() : json_real((double)(int64_t)(ms * 1000) / 1000);
}

void tool_glance_json(json_t *object, const tool_options *options, const tool_trace *trace,
                      const otls_connection *conn)
{
    const bool done = conn != NULL && otls_connection_handshake_done(conn);
    const otls_certificate *leaf = done ? otls_connection_peer_chain(conn, 0) : NULL;
    char *matched = done ? matched_text(conn) : NULL;
    const size_t path = done ? otls_connection_verified_chain_count(conn) : 0;

    json_object_set_new(object, "matched_name",
                        matched != NULL ? tool_json_text(matched) : json_null());
    json_object_set_new(object, "expires_in_days",
                        leaf != NULL ? json_integer(days_left(leaf)) : json_null());
    json_object_set_new(object, "path", done ? path_json(conn) : json_array());
    json_object_set_new(object, "anchors",
                        path > 0 ? tool_json_text(anchor_source(options)) : json_null());
    json_object_set_new(object, "bytes_sent", json_integer((json_int_t)trace->sent));
    json_object_set_new(object, "bytes_received", json_integer((json_int_t)trace->received));
    json_object_set_new(object, "round_trips", json_integer((json_int_t)trace->round_trips));
    json_object_set_new(object, "lookup_ms", time_json(trace->lookup_ms));
    json_object_set_new(object, "connect_ms", time_json(trace->connect_ms));
    json_object_set_new(object, "starttls_ms", time_json(trace->starttls_ms));
    json_object_set_new(object, "handshake_ms", time_json(trace->handshake_ms));
    otls_string_free(matched);
}

/* ---- for people ---- */

static void print_text(FILE *stream, const char *text)
{
    char safe[512];

    (void)fputs(tool_printable(safe, sizeof(safe), text, strlen(text)), stream);
}

static void print_expiry(FILE *stream, const otls_certificate *leaf)
{
    const int64_t days = days_left(leaf);
    char when[OTLS_TIME_TEXT_SIZE];

    otls_time_text(otls_certificate_not_after(leaf), when);
    (void)fprintf(stream, "expires:     %s%s, %s %" PRId64 " day%s%s%s\n",
                  tool_paint(stream, days < 0           ? TOOL_RED
                                     : days < SOON_DAYS ? TOOL_YELLOW
                                                        : TOOL_PLAIN),
                  when, days < 0 ? "over since" : "in", days < 0 ? -days : days,
                  days == 1 || days == -1 ? "" : "s", days >= 0 && days < SOON_DAYS ? ": soon" : "", tool_paint(stream, TOOL_PLAIN));
}

static void print_path(FILE *stream, const tool_options *options, const otls_connection *conn)
{
    const size_t count = otls_connection_verified_chain_count(conn);

    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i == 0 ? "path:        " : "  signed by  ", stream);
        print_text(stream, tool_text(otls_certificate_subject(otls_connection_verified_chain(conn, i))));
        if (i + 1 == count) {
            (void)fputs(", an anchor from ", stream);
            print_text(stream, anchor_source(options));
        }
        (void)fputc('\n', stream);
    }
}

static void print_costs(FILE *stream, const tool_trace *trace)
{
    (void)fprintf(stream,
                  "wire:        %" PRIu64 " bytes sent, %" PRIu64 " received, %u round trip%s\n",
                  trace->sent, trace->received, trace->round_trips,
                  trace->round_trips == 1 ? "" : "s");
    (void)fprintf(stream, "time:        look-up %.0f ms, connect %.1f ms", trace->lookup_ms,
                  trace->connect_ms);
    if (trace->starttls_ms >= 0)
        (void)fprintf(stream, ", starttls %.1f ms", trace->starttls_ms);
    (void)fprintf(stream, ", handshake %.1f ms\n", trace->handshake_ms);
}

void tool_glance_print(FILE *stream, const tool_options *options, const tool_trace *trace,
                       otls_socket *sock)
{
    const otls_connection *conn = otls_socket_connection(sock);
    const otls_certificate *leaf = otls_connection_peer_chain(conn, 0);
    char address[64], *matched = matched_text(conn);
    uint16_t port = 0;

    if (otls_socket_peer_address(sock, address, sizeof(address), &port, NULL) == OTLS_OK)
        (void)fprintf(stream, "peer:        %s port %u\n", address, port);
    if (matched != NULL) {
        (void)fputs("name:        ", stream);
        print_text(stream, otls_connection_server_name(conn));
        (void)fputs(", matched by ", stream);
        print_text(stream, matched);
        (void)fputc('\n', stream);
    }
    otls_string_free(matched);
    if (leaf != NULL)
        print_expiry(stream, leaf);
    print_path(stream, options, conn);
    print_costs(stream, trace);
}
