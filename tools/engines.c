/* SPDX-License-Identifier: MIT */
/* Which engines a command works with. */
#include "tool.h"

#include <string.h>

static const char *const known_names[] = {"openssl", "wolfssl", "gnutls"};

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

size_t tool_engines(const tool_options *options, tool_engine *out, size_t capacity)
{
    const otls_backend *found[TOOL_ENGINE_MAX];
    size_t count, used = 0;

    if (options->backend != NULL) {
        add_named(&out[0], options->backend);
        return 1;
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
