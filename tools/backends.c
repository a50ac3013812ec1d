/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include <string.h>

static const char *support_text(otls_support support)
{
    switch (support) {
    case OTLS_YES:
        return "yes";
    case OTLS_PARTLY:
        return "partly";
    default:
        return "no";
    }
}

static json_t *features_json(const otls_backend *backend)
{
    json_t *list = json_array();

    for (int i = 1; i < OTLS_FEATURE_COUNT; i++) {
        const char *name = otls_feature_name((otls_feature)i);
        const char *why = NULL;
        json_t *entry;

        if (name == NULL)
            continue;
        entry = json_object();
        json_object_set_new(entry, "name", json_string(name));
        json_object_set_new(
            entry, "support",
            json_string(support_text(otls_backend_supports(backend, (otls_feature)i, &why))));
        json_object_set_new(entry, "reason", json_string(why == NULL ? "" : why));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *engine_json(const tool_engine *engine, const otls_backend *chosen)
{
    json_t *object = json_object();
    const otls_backend *backend = engine->backend;

    json_object_set_new(object, "name", tool_json_text(engine->name));
    json_object_set_new(object, "found", json_boolean(backend != NULL));
    if (backend == NULL) {
        json_object_set_new(object, "reason", tool_json_text(engine->reason));
        return object;
    }
    json_object_set_new(object, "default", json_boolean(backend == chosen));
    json_object_set_new(object, "description", json_string(otls_backend_description(backend)));
    json_object_set_new(object, "built_version", json_string(otls_backend_built_version(backend)));
    json_object_set_new(object, "version", json_string(otls_backend_version(backend)));
    json_object_set_new(object, "features", features_json(backend));
    return object;
}

static void print_engines(const tool_engine *engines, size_t count, const otls_backend *chosen)
{
    for (size_t i = 0; i < count; i++) {
        const otls_backend *backend = engines[i].backend;

        if (backend == NULL) {
            printf("%-9s %snot usable%s: %s\n", engines[i].name, tool_paint(stdout, TOOL_RED),
                   tool_paint(stdout, TOOL_PLAIN), engines[i].reason);
            continue;
        }
        printf("%s%-9s%s running %s, built against %s%s\n          %s\n",
               tool_paint(stdout, TOOL_BOLD), engines[i].name, tool_paint(stdout, TOOL_PLAIN),
               otls_backend_version(backend), otls_backend_built_version(backend),
               backend == chosen ? " (default)" : "", otls_backend_description(backend));
    }
}

static void print_cell(const otls_backend *backend, otls_feature feature)
{
    static const tool_color colors[] = {
        [OTLS_NO] = TOOL_RED, [OTLS_PARTLY] = TOOL_YELLOW, [OTLS_YES] = TOOL_GREEN};
    otls_support support = otls_backend_supports(backend, feature, NULL);

    printf(" %s%-8s%s", tool_paint(stdout, colors[support]), support_text(support),
           tool_paint(stdout, TOOL_PLAIN));
}

static void print_features(const tool_engine *engines, size_t count)
{
    printf("\n%-24s", "feature");
    for (size_t k = 0; k < count; k++) {
        if (engines[k].backend != NULL)
            printf(" %-8s", engines[k].name);
    }
    printf("\n");
    for (int i = 1; i < OTLS_FEATURE_COUNT; i++) {
        const char *name = otls_feature_name((otls_feature)i);

        if (name == NULL)
            continue;
        printf("%-24s", name);
        for (size_t k = 0; k < count; k++) {
            if (engines[k].backend != NULL)
                print_cell(engines[k].backend, (otls_feature)i);
        }
        printf("\n");
    }
}

static void print_reasons(const tool_engine *engines, size_t count)
{
    bool headed = false;

    for (int i = 1; i < OTLS_FEATURE_COUNT; i++) {
        for (size_t k = 0; k < count; k++) {
            const char *why = NULL;
            const char *name = otls_feature_name((otls_feature)i);

            if (engines[k].backend == NULL || name == NULL ||
                otls_backend_supports(engines[k].backend, (otls_feature)i, &why) == OTLS_YES ||
                why == NULL || why[0] == '\0')
                continue;
            printf("%s%-24s %s: %s\n", headed ? "" : "\nwhy:\n", name, engines[k].name, why);
            headed = true;
        }
    }
}

int tool_backends(const tool_options *options)
{
    tool_engine engines[TOOL_ENGINE_MAX];
    size_t count = tool_engines(options, engines, TOOL_ENGINE_MAX);
    const otls_backend *chosen = NULL;
    bool any = false;

    (void)otls_backend_find(&chosen, NULL, NULL);
    for (size_t i = 0; i < count; i++)
        any = any || engines[i].backend != NULL;
    if (options->json) {
        json_t *list = json_array();

        for (size_t i = 0; i < count; i++)
            json_array_append_new(list, engine_json(&engines[i], chosen));
        (void)tool_json_line(json_pack("{s:s, s:o}", "version", otls_version(), "backends", list),
                             stdout);
    } else {
        printf("omnitls %s\n\n", otls_version());
        print_engines(engines, count, chosen);
        if (any)
            print_features(engines, count);
        print_reasons(engines, count);
    }
    if (options->backend != NULL && !any && !options->json)
        tool_complain(options, "--backend: %s", engines[0].reason);
    else if (!any && !options->json)
        tool_complain(options, "no engine can be used");
    return any ? TOOL_OK : TOOL_USAGE;
}
