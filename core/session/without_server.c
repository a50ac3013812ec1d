/* SPDX-License-Identifier: MIT */
/* No servers (OMNITLS_WITH_SERVER), so no keys of tickets: one ring without any serves every context. */
#include "session/session.h"

#include "base/base.h"

struct omni_ticket_ring {
    char nothing;
};

static omni_ticket_ring empty;

omni_ticket_ring *omni_ticket_ring_new(void)
{
    return &empty;
}

omni_ticket_ring *omni_ticket_ring_ref(omni_ticket_ring *ring)
{
    return ring;
}

void omni_ticket_ring_free(omni_ticket_ring *ring)
{
    (void)ring;
}

otls_status omni_ticket_ring_set(omni_ticket_ring *ring, const uint8_t *keys, size_t size,
                                 otls_error *err)
{
    (void)ring, (void)keys, (void)size;
    return OMNI_FAIL_ABSENT(err, "SERVER");
}

otls_status omni_ticket_ring_get(omni_ticket_ring *ring, const otls_backend *backend, int64_t now,
                                 uint8_t out[3 * OTLS_TICKET_KEY_SIZE], otls_error *err)
{
    (void)ring, (void)backend, (void)now, (void)out;
    return OMNI_FAIL_ABSENT(err, "SERVER");
}

otls_status omni_ticket_ring_rotate(omni_ticket_ring *ring, const otls_backend *backend,
                                    int64_t now, otls_error *err)
{
    (void)ring, (void)backend, (void)now;
    return OMNI_FAIL_ABSENT(err, "SERVER");
}

otls_status omni_ticket_ring_keep_early(omni_ticket_ring *ring, otls_error *err)
{
    (void)ring;
    return OMNI_FAIL_ABSENT(err, "SERVER");
}

bool omni_ticket_ring_early_once(void *ring, const uint8_t *digest, int64_t issued)
{
    (void)ring, (void)digest, (void)issued;
    return false;
}
