/* SPDX-License-Identifier: MIT */
/* Small questions to a context: may it still be changed, what is in force, what time is it. */
#include "context/context.h"

#include "base/base.h"
#include "platform/platform.h"
#include "x509/x509.h"

int64_t omni_context_now(const otls_context *context)
{
    const omni_settings *settings = &context->settings;
    int64_t now = 0;

    if (settings->callbacks.now != NULL)
        return omni_time_of_calendar(settings->callbacks.now(settings->callbacks.now_user));
    (void)omni_os_now(&now); /* sealing refused a context without any clock */
    return omni_time_of_calendar(now);
}

bool omni_context_allows_suite(const otls_context *context, uint16_t id)
{
    for (size_t i = 0; i < context->suite_count; i++)
        if (context->suites[i]->id == id)
            return true;
    return false;
}

bool omni_context_allows_group(const otls_context *context, uint16_t id)
{
    for (size_t i = 0; i < context->group_count; i++)
        if (context->groups[i] == id)
            return true;
    return false;
}

otls_status omni_context_unsealed(const otls_context *context, otls_error *err)
{
    if (!atomic_load_explicit(&context->sealed, memory_order_acquire))
        return OTLS_OK;
    return omni_fail(err, OTLS_E_SEALED, OTLS_CODE_NONE,
                     "the context is in use and cannot be changed: change an otls_context_copy");
}
