/* SPDX-License-Identifier: MIT */
/* What a scan found, for people and as JSON. */
#include "scan.h"

#include <string.h>

static void print_list(const char *title, const scan_list *list)
{
    printf("%s%s\n", title,
           list->count == 0         ? ": none"
           : list->count == 1       ? ":"
           : list->no_order         ? " (in no order: this engine asks for one at a time):"
           : list->clients_order    ? " (it follows the client's order):"
                                    : " (in its own order):");
    for (size_t i = 0; i < list->count; i++)
        printf("  %s\n", list->names[i]);
}

static const char *version_word(const scan_version *v)
{
    return !v->asked ? "not asked: this engine does not have it" : v->taken ? "yes" : "no";
}

void tool_scan_print(const otls_backend *backend, const scan_result *result)
{
    printf("engine: %s %s, %u handshakes\n\nversions:\n", otls_backend_name(backend),
           otls_backend_version(backend), result->handshakes);
    for (size_t i = 0; i < SCAN_VERSIONS; i++) {
        const scan_version *v = &result->versions[i];
        /* RFC 8996: what it should not take */
        const bool old = v->version < OTLS_TLS1_2;
        const tool_color color = !v->taken ? TOOL_PLAIN : old ? TOOL_RED : TOOL_GREEN;

        printf("  TLS %s  %s%s%s\n", tool_version_text(v->version), tool_paint(stdout, color),
               version_word(v), tool_paint(stdout, TOOL_PLAIN));
    }
    for (size_t i = 0; i < SCAN_VERSIONS; i++) {
        char title[32];

        if (!result->versions[i].taken)
            continue;
        (void)snprintf(title, sizeof(title), "\nsuites of TLS %s",
                       tool_version_text(result->versions[i].version));
        print_list(title, &result->versions[i].suites);
    }
    print_list("\ngroups", &result->groups);
    print_list("\nsignature algorithms", &result->signatures);
    print_list("\napplication protocols", &result->alpn);
    if (result->leaf == NULL)
        return;
    printf("\ncertificate: %s\n  key: %s, %u bits\n  chain: %zu certificates, %zu bytes\n",
           tool_text(otls_certificate_subject(result->leaf)), otls_certificate_key_type(result->leaf),
           otls_certificate_key_bits(result->leaf), result->chain_count, result->chain_bytes);
}

static json_t *list_json(const scan_list *list)
{
    json_t *names = json_array();

    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(names, json_string(list->names[i]));
    return json_pack("{s:o, s:s}", "names", names, "order", list->no_order        ? "none"
                                                                    : list->clients_order ? "client"
                                                                                          : "server");
}

json_t *tool_scan_json(const tool_options *options, const otls_backend *backend,
                       const scan_result *result)
{
    json_t *versions = json_array();
    json_t *object;

    for (size_t i = 0; i < SCAN_VERSIONS; i++) {
        const scan_version *v = &result->versions[i];

        json_array_append_new(
            versions, json_pack("{s:s, s:o, s:o}", "version", tool_version_text(v->version), "taken",
                                v->asked ? json_boolean(v->taken) : json_null(), "suites",
                                list_json(&v->suites)));
    }
    object = json_pack("{s:o, s:s, s:i, s:o, s:o, s:o, s:o}", "target",
                       tool_json_text(options->target), "engine", otls_backend_name(backend),
                       "handshakes", (int)result->handshakes, "versions", versions, "groups",
                       list_json(&result->groups), "signatures", list_json(&result->signatures),
                       "alpn", list_json(&result->alpn));
    if (result->leaf != NULL) {
        json_object_set_new(object, "certificate", tool_certificate_json(backend, result->leaf));
        json_object_set_new(object, "chain", json_integer((json_int_t)result->chain_count));
        json_object_set_new(object, "chain_bytes", json_integer((json_int_t)result->chain_bytes));
    }
    return object;
}
