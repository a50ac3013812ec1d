/* SPDX-License-Identifier: MIT */
/* Which engines a command works with. */
#include "tool.h"

#include <string.h>

static const char *const known_names[] = {"openssl", "wolfssl", "gnutls"};

bool tool_engine_known(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(known_names) / sizeof(known_names[0]); i++)
        if (strcmp(known_names[i], name) == 0)
            return true;
    return false;
}

static void add_named(tool_engine *out, const char *name)
{
    otls_error err = OTLS_ERROR_INIT;

    *out = (tool_engine){.name = name};
    if (otls_backend_find(&out->backend, name, &err) == OTLS_OK) {
        out->name = otls_backend_name(out->backend);
        return;
    }
    out->backend = NULL;
    memcpy(out->reason, err.text, sizeof(out->reason));
}

static bool listed(const tool_engine *engines, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(engines[i].name, name) == 0)
            return true;
    }
    return false;
}

/* Those that load before those that do not; each name once. */
static size_t add_against(const char *list, tool_engine *out, size_t used, size_t capacity)
{
    static char names[256]; /* what could not be loaded is still called something */
    size_t usable = used == 1 && out[0].backend == NULL ? 0 : used;

    (void)snprintf(names, sizeof(names), "%s", list);
    for (char *at = strtok(names, ","); at != NULL && used < capacity; at = strtok(NULL, ",")) {
        tool_engine engine;

        if (listed(out, used, at))
            continue;
        add_named(&engine, at);
        out[used] = out[usable];
        if (engine.backend != NULL)
            out[usable++] = engine;
        else
            out[used] = engine;
        used++;
    }
    return used;
}

size_t tool_engines(const tool_options *options, tool_engine *out, size_t capacity)
{
    const otls_backend *found[TOOL_ENGINE_MAX];
    size_t count, used = 0;

    if (options->backend != NULL) {
        add_named(&out[0], options->backend);
        return options->against != NULL ? add_against(options->against, out, 1, capacity) : 1;
    }
    count = otls_backend_list(found, TOOL_ENGINE_MAX);
    for (size_t i = 0; i < count && i < TOOL_ENGINE_MAX && used < capacity; i++)
        out[used++] = (tool_engine){.name = otls_backend_name(found[i]), .backend = found[i]};
    for (size_t i = 0; i < sizeof(known_names) / sizeof(known_names[0]) && used < capacity; i++) {
        if (!listed(out, used, known_names[i]))
            add_named(&out[used++], known_names[i]);
    }
    return used;
}
