/* SPDX-License-Identifier: MIT */
/* How the tool speaks: sentences, colours, JSON; nothing from outside reaches a terminal raw. */
#include "tool.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_SHOWN = 8 };

void tool_complain(const tool_options *options, const char *format, ...)
{
    char text[512], safe[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)fprintf(stderr, "omnitls %s: %s\n", options->command,
                  tool_printable(safe, sizeof(safe), text, strlen(text)));
}

/* An engine that has a name but no module here: "; here: openssl, gnutls". */
static const char *engines_hint(char out[160], const char *name)
{
    const otls_backend *found[TOOL_ENGINE_MAX];
    const size_t count = otls_backend_list(found, TOOL_ENGINE_MAX);
    size_t used = 0;

    out[0] = '\0';
    if (!tool_engine_known(name))
        return "; there are openssl, wolfssl, gnutls";
    for (size_t i = 0; i < count && i < TOOL_ENGINE_MAX && used < 160; i++)
        used += (size_t)snprintf(out + used, 160 - used, "%s%s", i == 0 ? "; here: " : ", ",
                                 otls_backend_name(found[i]));
    return out;
}

/* What could have been said instead of an unknown name: "; there are ...", or "". */
static const char *values_hint(char out[160], const tool_options *options, const char *option,
                               const otls_error *err)
{
    static const uint16_t groups[] = {0x0017, 0x0018, 0x0019, 0x001d, 0x001e,
                                      0x0100, 0x0101, 0x0102, 0x0103, 0x0104};
    size_t used = 0;

    out[0] = '\0';
    if (option != NULL && strcmp(option, "backend") == 0)
        return engines_hint(out, options->backend);
    if (option == NULL || strcmp(option, "groups") != 0 ||
        strncmp(err->text, "unknown group", strlen("unknown group")) != 0)
        return out;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]) && used < 160; i++)
        used += (size_t)snprintf(out + used, 160 - used, "%s%s", i == 0 ? "; there are " : ", ",
                                 otls_group_name(groups[i]));
    return out;
}

int tool_report(const tool_options *options, const char *option, const otls_error *err)
{
    const bool native = err->native_text[0] != '\0';
    char hint[160];

    tool_complain(options, "%s%s%s%s%s%s%s%s", option != NULL ? "--" : "",
                  option != NULL ? option : "", option != NULL ? ": " : "", err->text,
                  native ? " (" : "", err->native_text, native ? ")" : "",
                  values_hint(hint, options, option, err));
    if (option != NULL && strcmp(option, "backend") == 0 && tool_engine_known(options->backend))
        (void)fprintf(stderr,
                      "  what to do: install its module (Debian: omnitls-backend-%s), or name one that is here\n",
                      options->backend);
    return tool_exit_code((otls_status)err->status, false);
}

static void print_names(const otls_certificate *cert)
{
    const size_t count = otls_certificate_san_count(cert);
    char safe[1024];

    for (size_t i = 0; i < count && i < NAMES_SHOWN; i++) {
        char *text = NULL;

        if (otls_certificate_san_text(cert, i, &text, NULL) == OTLS_OK)
            (void)fprintf(stderr, "%s%s", i == 0 ? "  names: " : ", ",
                          tool_printable(safe, sizeof(safe), text, strlen(text)));
        otls_string_free(text);
    }
    if (count > NAMES_SHOWN)
        (void)fprintf(stderr, " and %zu more", count - NAMES_SHOWN);
    if (count != 0)
        (void)fprintf(stderr, "\n");
}

static void print_certificate(const otls_certificate *cert, int depth)
{
    const char *subject = tool_text(otls_certificate_subject(cert));
    char safe[1024], from[32], to[32];

    (void)fprintf(stderr, "  certificate %d: %s\n", depth,
                  tool_printable(safe, sizeof(safe), subject, strlen(subject)));
    print_names(cert);
    otls_time_text(otls_certificate_not_before(cert), from);
    otls_time_text(otls_certificate_not_after(cert), to);
    (void)fprintf(stderr, "  valid: %s to %s\n", from, to);
}

/* The path's certificate, or where none was put together the one that stands there in what the peer
 * sent. */
static const otls_certificate *
refused_certificate(const otls_connection *conn, const otls_verdict *verdict, const otls_error *err)
{
    const otls_certificate *cert = NULL;

    if (conn == NULL || err->verify_depth < 0)
        return NULL;
    if (verdict != NULL)
        cert = otls_verdict_chain(verdict, (size_t)err->verify_depth);
    return cert != NULL ? cert : otls_connection_peer_chain(conn, (size_t)err->verify_depth);
}

/* As `omnitls verify` explains a chain. */
static void print_refused(const otls_connection *conn, const otls_error *err)
{
    const otls_verdict *verdict = conn != NULL ? otls_connection_verdict(conn) : NULL;
    const otls_certificate *cert = refused_certificate(conn, verdict, err);
    const char *rule = verdict != NULL ? otls_verdict_rule(verdict) : "";
    char flags[512];

    if (err->status != OTLS_E_VERIFY)
        return;
    if (cert != NULL)
        print_certificate(cert, (int)err->verify_depth);
    if (*rule != '\0')
        (void)fprintf(stderr, "  rule: %s\n", rule);
    (void)fprintf(stderr, "  reasons: %s\n",
                  tool_flags_text(flags, sizeof(flags), err->verify_flags));
}

int tool_report_peer(const tool_options *options, const otls_connection *conn,
                     const otls_error *err)
{
    const int code = tool_report(options, NULL, err);

    print_refused(conn, err);
    tool_advise(err, conn);
    return code;
}

int tool_exit_code(otls_status status, bool handshaking)
{
    switch (status) {
    case OTLS_E_IO:
    case OTLS_E_TIMEOUT:
        return TOOL_NETWORK;
    case OTLS_E_TRUNCATED:
        return handshaking ? TOOL_HANDSHAKE : TOOL_NETWORK;
    case OTLS_E_PROTOCOL:
    case OTLS_E_ALERT:
    case OTLS_E_INTERNAL:
        return TOOL_HANDSHAKE;
    case OTLS_E_VERIFY:
        return TOOL_VERIFY;
    default:
        return status >= OTLS_OK ? TOOL_OK : TOOL_USAGE;
    }
}

/* The length of the well-formed, printable UTF-8 sequence at `at`; 0 = none. */
static size_t sequence(const unsigned char *at, size_t left)
{
    static const struct {
        unsigned char low, high, second_low, second_high;
        size_t length;
    } forms[] = {
        {0x20, 0x7e, 0, 0, 1},       {0xc2, 0xc2, 0xa0, 0xbf, 2}, /* not the C1 controls */
        {0xc3, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t length = forms[i].length;

        if (at[0] < forms[i].low || at[0] > forms[i].high || length > left)
            continue;
        if (length > 1 && (at[1] < forms[i].second_low || at[1] > forms[i].second_high))
            return 0;
        for (size_t k = 2; k < length; k++) {
            if (at[k] < 0x80 || at[k] > 0xbf)
                return 0;
        }
        return length;
    }
    return 0;
}

const char *tool_printable(char *out, size_t capacity, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    size_t used = 0;

    for (size_t i = 0; i < size;) {
        size_t length = sequence(at + i, size - i);
        size_t need = length == 0 ? 4 : length;

        if (used + need >= capacity)
            break;
        if (length == 0)
            (void)snprintf(out + used, 5, "\\x%02x", at[i]);
        else
            memcpy(out + used, at + i, length);
        used += need;
        i += length == 0 ? 1 : length;
    }
    out[used] = '\0';
    return out;
}

json_t *tool_json_bytes(const uint8_t *bytes, size_t size)
{
    size_t capacity = size * 4 + 5;
    char *safe = malloc(capacity);
    json_t *value;

    if (safe == NULL) {
        (void)tool_memory(OTLS_E_NOMEM);
        return NULL;
    }
    value = json_string(tool_printable(safe, capacity, bytes, size));
    free(safe);
    return value;
}

json_t *tool_json_text(const char *text)
{
    return tool_json_bytes((const uint8_t *)text, strlen(text));
}

bool tool_json_line(json_t *value, FILE *stream)
{
    char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(7));
    bool good = tool_memory_line() && text != NULL && fprintf(stream, "%s\n", text) > 0 &&
                fflush(stream) == 0;

    free(text);
    json_decref(value);
    return good;
}

const char *tool_paint(FILE *stream, tool_color color)
{
    static const char *const sequences[] = {
        [TOOL_PLAIN] = "\033[0m",   [TOOL_GREEN] = "\033[32m", [TOOL_RED] = "\033[31m",
        [TOOL_YELLOW] = "\033[33m", [TOOL_BOLD] = "\033[1m",
    };
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");

    /* no-color.org: any value that is not empty counts */
    if (no_color != NULL && no_color[0] != '\0')
        return "";
    if (terminal != NULL && strcmp(terminal, "dumb") == 0)
        return "";
    return isatty(fileno(stream)) ? sequences[color] : "";
}
