/* SPDX-License-Identifier: MIT */
/* Expired sessions leave the caches by themselves, unless the mode says NO_AUTO_CLEAR. */
#include "context/context.h"
#include "context/session.h"

#include <criterion/criterion.h>

#define NOW 1800000000

static int64_t now_of(void *user)
{
    (void)user;
    return NOW;
}

static uint64_t left_of(unsigned mode)
{
    static const uint8_t key[] = "an id", blob[] = "a session";
    const otls_slice id = {key, sizeof(key)}, bytes = {blob, sizeof(blob)};
    otls_session_stats stats = {.size = sizeof(stats)};
    otls_context *context;
    size_t evicted = 0;

    cr_assert_eq(otls_context_new(&context, NULL, OTLS_SERVER, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_session_cache_mode(context, mode, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_session_cache_size(context, 10, NULL), OTLS_OK);
    cr_assert_eq(otls_context_set_clock_callback(context, now_of, NULL, NULL), OTLS_OK);
    omni_server_cache_put(context->settings.sessions.server_cache, id, bytes, NOW - 1, &evicted);
    for (unsigned i = 0; i < OMNI_PURGE_EVERY; i++)
        omni_session_kept(context, 0);
    cr_assert_eq(otls_context_session_stats(context, &stats, NULL), OTLS_OK);
    if (stats.number != 0) /* by call they do */
        cr_expect_eq(otls_context_purge_sessions(context), stats.number);
    otls_context_free(context);
    return stats.number;
}

Test(session_modes, expired_ones_leave)
{
    cr_expect_eq(left_of(OTLS_SESSION_CACHE_SERVER), 0u);
    cr_expect_eq(left_of(OTLS_SESSION_CACHE_SERVER | OTLS_SESSION_CACHE_NO_AUTO_CLEAR), 1u);
}
