/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include <stdlib.h>
#include <string.h>

#define TIMEOUT_SECONDS 10
#define VALUE_BYTES 256

/* What is compared, in the order it is printed; the names are those of the summary's JSON. */
static const char *const properties[] = {"version", "suite",   "group",    "signature",
                                         "alpn",    "verdict", "category", "verify_flags",
                                         "alert",   "chain"};
#define PROPERTY_COUNT (sizeof(properties) / sizeof(properties[0]))

typedef struct outcome {
    const char *engine;
    json_t *summary;
    int code;
    char values[PROPERTY_COUNT][VALUE_BYTES]; /* as text, to compare and to print */
} outcome;

/* One handshake; the connection is closed again. */
static json_t *attempt(const tool_options *options, const tool_target *target,
                       otls_context *context, int *code)
{
    const otls_backend *backend = otls_context_backend(context);
    int timeout_ms = 1000 * (options->timeout_s < 0 ? TIMEOUT_SECONDS : options->timeout_s);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    otls_status status = otls_socket_new(&sock, context, &err);
    json_t *summary;

    if (status == OTLS_OK)
        status = otls_socket_set_timeout(sock, timeout_ms, &err);
    if (status == OTLS_OK && options->servername != NULL)
        status = otls_socket_set_server_name(sock, options->servername, &err);
    if (status == OTLS_OK)
        status = otls_socket_connect(sock, target->host, target->port, &err);
    *code = tool_exit_code(status, otls_socket_connection(sock) != NULL);
    summary =
        tool_summary_json(backend, otls_socket_connection(sock), status < OTLS_OK ? &err : NULL);
    otls_socket_close(sock);
    return summary;
}

static void list_text(char *out, size_t capacity, const json_t *list, const char *member)
{
    size_t used = 0, index;
    json_t *entry;

    json_array_foreach(list, index, entry)
    {
        const char *text =
            json_string_value(member == NULL ? entry : json_object_get(entry, member));
        int added;

        /* a certificate is told by the beginning of its fingerprint */
        added = snprintf(out + used, capacity - used, "%s%.*s", used == 0 ? "" : ", ",
                         member == NULL ? 100 : 8, text == NULL ? "?" : text);
        if (added < 0 || (size_t)added >= capacity - used)
            return;
        used += (size_t)added;
    }
}

static void fill_values(outcome *o)
{
    for (size_t i = 0; i < PROPERTY_COUNT; i++) {
        const json_t *value = json_object_get(o->summary, properties[i]);
        char *out = o->values[i];

        out[0] = '\0';
        if (json_is_array(value))
            list_text(out, VALUE_BYTES, value,
                      strcmp(properties[i], "chain") == 0 ? "sha256" : NULL);
        else if (json_is_string(value))
            (void)snprintf(out, VALUE_BYTES, "%s", json_string_value(value));
        if (out[0] == '\0')
            (void)snprintf(out, VALUE_BYTES, "-");
    }
}

static bool differs(const outcome *list, size_t count, size_t property)
{
    for (size_t i = 1; i < count; i++) {
        if (strcmp(list[0].values[property], list[i].values[property]) != 0)
            return true;
    }
    return false;
}

static size_t column_width(const outcome *o)
{
    size_t width = strlen(o->engine);

    for (size_t i = 0; i < PROPERTY_COUNT; i++) {
        size_t length = strlen(o->values[i]);

        width = length > width ? length : width;
    }
    return width > 44 ? 44 : width;
}

static void print_table(const outcome *list, size_t count)
{
    size_t differences = 0;

    printf("  %-12s", "");
    for (size_t k = 0; k < count; k++)
        printf("  %s%-*s%s", tool_paint(stdout, TOOL_BOLD), (int)column_width(&list[k]),
               list[k].engine, tool_paint(stdout, TOOL_PLAIN));
    printf("\n");
    for (size_t i = 0; i < PROPERTY_COUNT; i++) {
        bool marked = differs(list, count, i);

        differences += marked ? 1 : 0;
        printf("%s%c %-12s", marked ? tool_paint(stdout, TOOL_YELLOW) : "", marked ? '*' : ' ',
               properties[i]);
        for (size_t k = 0; k < count; k++)
            printf("  %-*s", (int)column_width(&list[k]), list[k].values[i]);
        printf("%s\n", marked ? tool_paint(stdout, TOOL_PLAIN) : "");
    }
    for (size_t k = 0; k < count; k++) {
        const char *reason = json_string_value(json_object_get(list[k].summary, "reason"));

        if (reason != NULL && reason[0] != '\0')
            printf("%s: %s\n", list[k].engine, reason);
    }
    if (count > 1)
        printf("%zu difference%s\n", differences, differences == 1 ? "" : "s");
}

static void print_json(const tool_options *options, const outcome *list, size_t count)
{
    json_t *engines = json_array(), *differences = json_array();

    for (size_t k = 0; k < count; k++)
        json_array_append(engines, list[k].summary);
    for (size_t i = 0; i < PROPERTY_COUNT; i++) {
        if (differs(list, count, i))
            json_array_append_new(differences, json_string(properties[i]));
    }
    (void)tool_json_line(json_pack("{s:o, s:o, s:o}", "target", tool_json_text(options->target),
                                   "engines", engines, "differences", differences),
                         stdout);
}

/* Every usable engine once. -1 = go on; else the exit code of what could not be set up. */
static int collect(const tool_options *options, const tool_target *target, outcome *list,
                   size_t *count)
{
    tool_engine engines[TOOL_ENGINE_MAX];
    size_t found = tool_engines(options, engines, TOOL_ENGINE_MAX);

    for (size_t i = 0; i < found; i++) {
        otls_context *context;
        int code = TOOL_OK;

        if (engines[i].backend == NULL) {
            tool_complain(options, "%s is left out: %s", engines[i].name, engines[i].reason);
            continue;
        }
        context = tool_context(options, engines[i].backend, OTLS_CLIENT, &code);
        if (context == NULL)
            return code;
        list[*count].engine = engines[i].name;
        list[*count].summary = attempt(options, target, context, &list[*count].code);
        fill_values(&list[*count]);
        ++*count;
        otls_context_free(context);
    }
    return -1;
}

int tool_compare(const tool_options *options)
{
    static outcome list[TOOL_ENGINE_MAX];
    tool_target target;
    const char *wrong =
        tool_target_parse(&target, options->target, false, tool_default_port(options));
    size_t count = 0;
    int code;

    if (wrong != NULL) {
        tool_complain(options, "\"%s\" %s", options->target, wrong);
        return TOOL_USAGE;
    }
    code = collect(options, &target, list, &count);
    if (code < 0 && count == 0) {
        tool_complain(options, "no engine can be used");
        code = TOOL_USAGE;
    } else if (code < 0) {
        if (options->json)
            print_json(options, list, count);
        else
            print_table(list, count);
        /* the first handshake that failed gives the status */
        code = TOOL_OK;
        for (size_t i = 0; i < count && code == TOOL_OK; i++)
            code = list[i].code;
    }
    for (size_t i = 0; i < count; i++)
        json_decref(list[i].summary);
    return code;
}
