/* SPDX-License-Identifier: MIT */
/*
 * What had to be left out for want of memory. JSON is put together by calls whose answers nobody looks at, and
 * a fingerprint that cannot be had is left out where no engine has the digest: neither may pass for the whole.
 */
#include "tool.h"

#include <stdlib.h>
#include <string.h>

/* since the last line of JSON; ever: a server goes on */
static bool is_short, was_short;

static void *noting_malloc(size_t size)
{
    void *block = malloc(size);

    is_short |= block == NULL;
    return block;
}

void tool_memory_watch(void)
{
    json_set_alloc_funcs(noting_malloc, free);
}

otls_status tool_memory(otls_status status)
{
    is_short |= status == OTLS_E_NOMEM;
    return status;
}

const char *tool_text(const char *text)
{
    is_short |= strcmp(text, "(out of memory)") == 0;
    return text;
}

bool tool_memory_line(void)
{
    const bool whole = !is_short;

    was_short |= is_short;
    is_short = false;
    return whole;
}

bool tool_memory_short(void)
{
    return is_short || was_short;
}
