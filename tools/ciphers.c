/* SPDX-License-Identifier: MIT */
/* omnitls ciphers: which suites an expression selects, as `openssl ciphers -v` prints them. */
#include "tool.h"

#include <string.h>

#define SUITES_MAX 512

typedef struct selection {
    const char *engine;
    uint16_t ids[SUITES_MAX];
    size_t count;
} selection;

static json_t *describe_json(const otls_suite_info *info)
{
    return json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:b,s:i,s:i}", "id", (int)info->id,
                     "name", info->name, "iana", info->iana, "protocol", info->protocol, "kx",
                     info->kx, "auth", info->auth, "encryption", info->encryption, "mac", info->mac,
                     "digest", info->digest, "aead", (int)info->aead, "strength_bits",
                     (int)info->strength_bits, "algorithm_bits", (int)info->algorithm_bits);
}

static json_t *list_json(const selection *chosen)
{
    json_t *list = json_array();

    for (size_t i = 0; i < chosen->count; i++) {
        otls_suite_info info = OTLS_SUITE_INFO_INIT;

        if (otls_suite_describe(chosen->ids[i], &info, NULL) == OTLS_OK)
            (void)json_array_append_new(list, describe_json(&info));
    }
    return list;
}

static void print_list(const selection *chosen)
{
    for (size_t i = 0; i < chosen->count; i++) {
        otls_suite_info info = OTLS_SUITE_INFO_INIT;
        char encryption[40];

        if (otls_suite_describe(chosen->ids[i], &info, NULL) != OTLS_OK)
            continue;
        (void)snprintf(encryption, sizeof(encryption), "%s(%u)", info.encryption,
                       (unsigned)info.algorithm_bits);
        printf("%-30s %-7s Kx=%-8s Au=%-5s Enc=%-22s Mac=%s\n", info.name, info.protocol, info.kx,
               info.auth, encryption, info.mac);
    }
}

/* The exit code; `chosen` is filled when it is TOOL_OK. */
static int select_suites(const tool_options *options, const tool_engine *engine, selection *chosen)
{
    otls_context *context = NULL;
    otls_error err = OTLS_ERROR_INIT;
    const char *option = NULL;
    otls_status status = otls_context_new(&context, engine->backend, OTLS_CLIENT, &err);

    if (status == OTLS_OK && options->security_level != NULL)
        status = tool_set_security_level(options, context, &option, &err);
    if (status == OTLS_OK && options->target != NULL) {
        option = NULL;
        status = otls_context_set_ciphers(context, options->target, &err);
    }
    if (status == OTLS_OK && options->tls13_ciphers != NULL) {
        option = "tls13";
        status = otls_context_set_tls13_suites(context, options->tls13_ciphers, &err);
    }
    if (status == OTLS_OK) {
        chosen->engine = engine->name;
        chosen->count = otls_context_suites(context, chosen->ids, SUITES_MAX);
        if (chosen->count > SUITES_MAX)
            chosen->count = SUITES_MAX;
    }
    otls_context_free(context);
    return status == OTLS_OK ? TOOL_OK : tool_report(options, option, &err);
}

static bool same(const selection *a, const selection *b)
{
    return a->count == b->count && memcmp(a->ids, b->ids, a->count * sizeof(a->ids[0])) == 0;
}

static int print_all(const tool_options *options, const selection *chosen, size_t count)
{
    bool equal = true;

    for (size_t i = 1; i < count; i++)
        equal = equal && same(&chosen[0], &chosen[i]);
    if (options->json) {
        json_t *root = json_object(), *engines = json_object();

        for (size_t i = 0; i < count; i++)
            (void)json_object_set_new(engines, chosen[i].engine, list_json(&chosen[i]));
        (void)json_object_set_new(root, "equal", json_boolean(equal));
        (void)json_object_set_new(root, "engines", engines);
        return tool_json_line(root, stdout) ? TOOL_OK : TOOL_USAGE;
    }
    for (size_t i = 0; i < count; i++) {
        printf("%s%s (%zu)\n", i > 0 ? "\n" : "", chosen[i].engine, chosen[i].count);
        print_list(&chosen[i]);
    }
    return TOOL_OK;
}

int tool_ciphers(const tool_options *options)
{
    tool_options asked = *options;
    const bool all = options->backend != NULL && strcmp(options->backend, "all") == 0;
    tool_engine engines[TOOL_ENGINE_MAX];
    selection chosen[TOOL_ENGINE_MAX] = {{.count = 0}};
    size_t count, used = 0;
    int code = TOOL_OK;

    if (all)
        asked.backend = NULL;
    count = tool_engines(&asked, engines, TOOL_ENGINE_MAX);
    if (!all && count > 1) { /* no engine named: the one that would be used */
        const otls_backend *usual = NULL;
        otls_error err = OTLS_ERROR_INIT;

        if (otls_backend_find(&usual, NULL, &err) != OTLS_OK)
            return tool_report(options, "backend", &err);
        engines[0] = (tool_engine){.name = otls_backend_name(usual), .backend = usual};
        count = 1;
    }
    for (size_t i = 0; i < count && code == TOOL_OK; i++) {
        if (engines[i].backend != NULL)
            code = select_suites(options, &engines[i], &chosen[used++]);
        else if (!all)
            tool_complain(options, "%s: %s", engines[i].name, engines[i].reason);
    }
    if (code != TOOL_OK || used == 0)
        return code != TOOL_OK ? code : TOOL_USAGE;
    if (all)
        return print_all(options, chosen, used);
    if (options->json)
        return tool_json_line(json_pack("{s:s,s:o}", "backend", chosen[0].engine, "ciphers",
                                        list_json(&chosen[0])),
                              stdout)
                   ? TOOL_OK
                   : TOOL_USAGE;
    print_list(&chosen[0]);
    return TOOL_OK;
}
