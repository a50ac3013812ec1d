/* SPDX-License-Identifier: MIT */
/*
 * The ring of ticket keys: tickets are sealed with the current key and opened with the current, the
 * previous (issued before the last rotation) and the next (issued by a server of the fleet that has
 * rotated already). What engines get is derived from a key and the binding of the connection, so
 * that a ticket made under another policy names a key that does not exist here. Beside the keys
 * stands what early data came with the tickets: contexts share both, or neither.
 */
#include "session/session.h"

#include "base/base.h"
#include "platform/platform.h"

#include <string.h>

#define KEYS OMNI_TICKET_RING_KEYS

enum { CURRENT, PREVIOUS, NEXT };

/** Bindings whose keys are remembered: as many as most servers have names. */
#define DERIVED_SLOTS 8

/** What was derived for one binding. */
typedef struct derived {
    uint8_t binding[OMNI_BINDING_SIZE];
    otls_ticket_key keys[KEYS];
    bool have[KEYS];
    bool used;
} derived;

struct omni_ticket_ring {
    atomic_uint references;
    omni_lock lock;
    otls_ticket_key keys[KEYS];
    bool have[KEYS];
    derived derived[DERIVED_SLOTS]; /* of these keys and no others */
    unsigned turn;                  /* the slot that is given up next */
    omni_replays *replays;          /* NULL = no early data */
    bool was_set;  /* by the application: time does not rotate it */
    int64_t since; /* when the current key became current */
};

_Static_assert(sizeof(otls_ticket_key) == OTLS_TICKET_KEY_SIZE, "keys travel as their bytes");

omni_ticket_ring *omni_ticket_ring_new(void)
{
    omni_ticket_ring *ring = omni_calloc(1, sizeof(*ring));

    if (ring == NULL)
        return NULL;
    if (!omni_lock_make(&ring->lock, false)) {
        omni_free(ring);
        return NULL;
    }
    ring->references = 1;
    return ring;
}

omni_ticket_ring *omni_ticket_ring_ref(omni_ticket_ring *ring)
{
    if (ring != NULL)
        omni_references_take(&ring->references);
    return ring;
}

/* The keys change: nothing that was derived from them may outlive them. */
static void forget_derived(omni_ticket_ring *ring)
{
    omni_wipe(ring->derived, sizeof(ring->derived));
}

void omni_ticket_ring_free(omni_ticket_ring *ring)
{
    if (ring == NULL || !omni_references_drop(&ring->references))
        return;
    omni_wipe(ring->keys, sizeof(ring->keys));
    forget_derived(ring);
    omni_replays_free(ring->replays);
    omni_lock_end(&ring->lock);
    omni_free(ring);
}

static otls_status make_key(omni_ticket_ring *ring, size_t which, const otls_backend *backend,
                            otls_error *err)
{
    const bool was_short = omni_os_memory_short(); /* an engine may be waiting for this answer */
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    forget_derived(ring);
    status = OMNI_ENGINE_GET(&inner, OMNI_MODULE(backend)->crypto->random(
                                         &ring->keys[which], sizeof(ring->keys[which]), &inner));
    ring->have[which] = status == OTLS_OK;
    if (was_short)
        omni_os_memory_set(true);
    if (status != OTLS_OK)
        omni_error_give(err, &inner);
    return status;
}

/* Keys of our own, when first needed. */
static otls_status fill(omni_ticket_ring *ring, const otls_backend *backend, int64_t now,
                        otls_error *err)
{
    if (!ring->have[CURRENT]) {
        OMNI_TRY(make_key(ring, CURRENT, backend, err));
        ring->since = now;
    }
    return ring->have[NEXT] || ring->was_set ? OTLS_OK : make_key(ring, NEXT, backend, err);
}

static otls_status rotate(omni_ticket_ring *ring, const otls_backend *backend, int64_t now,
                          otls_error *err)
{
    OMNI_TRY(fill(ring, backend, now, err));
    if (!ring->have[NEXT])
        OMNI_TRY(make_key(ring, NEXT, backend, err));
    forget_derived(ring);
    ring->keys[PREVIOUS] = ring->keys[CURRENT];
    ring->have[PREVIOUS] = true;
    ring->keys[CURRENT] = ring->keys[NEXT];
    ring->since = now;
    return make_key(ring, NEXT, backend, err);
}

static otls_status check_keys(const uint8_t *keys, size_t count, otls_error *err)
{
    static const uint8_t zero[OTLS_TICKET_KEY_SIZE];

    for (size_t i = 0; i < count; i++) {
        const uint8_t *key = keys + i * OTLS_TICKET_KEY_SIZE;

        if (memcmp(key, zero, 16) == 0 || memcmp(key + 16, zero, 32) == 0 ||
            memcmp(key + 48, zero, 32) == 0)
            return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "ticket key %zu is not random",
                             i + 1);
        for (size_t k = 0; k < i; k++)
            if (memcmp(key, keys + k * OTLS_TICKET_KEY_SIZE, 16) == 0)
                return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                                 "ticket keys %zu and %zu have the same name", k + 1, i + 1);
    }
    return OTLS_OK;
}

otls_status omni_ticket_ring_set(omni_ticket_ring *ring, const uint8_t *keys, size_t size,
                                 otls_error *err)
{
    const size_t count = size / OTLS_TICKET_KEY_SIZE;

    if (keys == NULL || size % OTLS_TICKET_KEY_SIZE != 0 || count < 1 || count > KEYS)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "%zu bytes are not 1 to 3 ticket keys of %d bytes", size,
                         OTLS_TICKET_KEY_SIZE);
    OMNI_TRY(check_keys(keys, count, err));
    omni_lock_take(&ring->lock);
    omni_wipe(ring->keys, sizeof(ring->keys));
    forget_derived(ring);
    memcpy(ring->keys, keys, size);
    for (size_t i = 0; i < KEYS; i++)
        ring->have[i] = i < count;
    ring->was_set = true;
    omni_lock_give(&ring->lock);
    return OTLS_OK;
}

otls_status omni_ticket_ring_get(omni_ticket_ring *ring, const otls_backend *backend, int64_t now,
                                 uint8_t out[3 * OTLS_TICKET_KEY_SIZE], otls_error *err)
{
    otls_status status;

    omni_lock_take(&ring->lock);
    status = fill(ring, backend, now, err);
    for (size_t i = PREVIOUS; status == OTLS_OK && i < KEYS; i++)
        if (!ring->have[i]) /* nothing was ever sealed with it */
            status = make_key(ring, i, backend, err);
    if (status == OTLS_OK)
        memcpy(out, ring->keys, sizeof(ring->keys));
    omni_lock_give(&ring->lock);
    return status;
}

otls_status omni_ticket_ring_rotate(omni_ticket_ring *ring, const otls_backend *backend,
                                    int64_t now, otls_error *err)
{
    otls_status status;

    omni_lock_take(&ring->lock);
    status = rotate(ring, backend, now, err);
    omni_lock_give(&ring->lock);
    return status;
}

/* SHA-256(label, bytes of fixed length, binding): the parts are secret or fixed, and of one length
 * per label, so a plain digest serves as a key derivation. */
static bool derive(const otls_backend *backend, char label, const uint8_t *part, size_t size,
                   const uint8_t *binding, uint8_t out[32])
{
    uint8_t bytes[1 + 32 + OMNI_BINDING_SIZE];
    otls_status status;

    bytes[0] = (uint8_t)label;
    memcpy(bytes + 1, part, size);
    memcpy(bytes + 1 + size, binding, OMNI_BINDING_SIZE);
    status = omni_digest(backend, OTLS_HASH_SHA256,
                         (otls_slice){bytes, 1 + size + OMNI_BINDING_SIZE}, out, NULL);
    omni_wipe(bytes, sizeof(bytes));
    return status == OTLS_OK;
}

static otls_status derive_key(const otls_backend *backend, const otls_ticket_key *key,
                              const uint8_t *binding, otls_ticket_key *out)
{
    uint8_t name[32];

    if (!derive(backend, 'n', key->name, sizeof(key->name), binding, name) ||
        !derive(backend, 'c', key->aes, sizeof(key->aes), binding, out->aes) ||
        !derive(backend, 'm', key->hmac, sizeof(key->hmac), binding, out->hmac))
        return OTLS_E_USAGE;
    memcpy(out->name, name, sizeof(out->name));
    return OTLS_OK;
}

static derived *slot_of(omni_ticket_ring *ring, const uint8_t *binding)
{
    derived *slot;

    for (size_t i = 0; i < DERIVED_SLOTS; i++)
        if (ring->derived[i].used &&
            memcmp(ring->derived[i].binding, binding, OMNI_BINDING_SIZE) == 0)
            return &ring->derived[i];
    slot = &ring->derived[ring->turn++ % DERIVED_SLOTS];
    omni_wipe(slot, sizeof(*slot));
    memcpy(slot->binding, binding, OMNI_BINDING_SIZE);
    slot->used = true;
    return slot;
}

/* The ring's key `which` for this binding; NULL when it cannot be derived. */
static const otls_ticket_key *bound_key(omni_ticket_ring *ring, const otls_backend *backend,
                                        const uint8_t *binding, size_t which)
{
    derived *slot = slot_of(ring, binding);

    if (!slot->have[which])
        slot->have[which] =
            derive_key(backend, &ring->keys[which], binding, &slot->keys[which]) == OTLS_OK;
    return slot->have[which] ? &slot->keys[which] : NULL;
}

static otls_status seal_key(omni_ticket_ring *ring, const otls_backend *backend,
                            const uint8_t *binding, otls_ticket_key *out)
{
    const otls_ticket_key *key = bound_key(ring, backend, binding, CURRENT);

    if (key == NULL)
        return OTLS_E_USAGE;
    *out = *key;
    return OTLS_OK;
}

static otls_status open_key(omni_ticket_ring *ring, const otls_backend *backend,
                            const uint8_t *binding, const uint8_t *wanted, otls_ticket_key *out,
                            bool *renew)
{
    for (size_t i = 0; i < KEYS; i++) {
        const otls_ticket_key *key =
            ring->have[i] ? bound_key(ring, backend, binding, i) : NULL;

        if (key == NULL || memcmp(key->name, wanted, sizeof(key->name)) != 0)
            continue;
        *renew = i == PREVIOUS;
        *out = *key;
        return OTLS_OK;
    }
    return OTLS_E_USAGE;
}

/* What is due by time, before a key is handed out. */
static otls_status advance(omni_ticket_ring *ring, const otls_backend *backend, int64_t now,
                           uint32_t period)
{
    OMNI_TRY(fill(ring, backend, now, NULL));
    if (ring->was_set || period == 0)
        return OTLS_OK;
    const int64_t age = now - ring->since;

    if (age >= (int64_t)period)
        OMNI_TRY(rotate(ring, backend, now, NULL));
    /* more than one period without a handshake: the previous key is too old as well */
    return age / 2 >= (int64_t)period ? rotate(ring, backend, now, NULL) : OTLS_OK;
}

otls_status omni_ticket_ring_key(omni_ticket_ring *ring, const otls_backend *backend, int64_t now,
                                 uint32_t period, const uint8_t binding[OMNI_BINDING_SIZE],
                                 const uint8_t *name, otls_ticket_key *out, bool *renew)
{
    otls_status status;

    *renew = false;
    omni_lock_take(&ring->lock);
    status = advance(ring, backend, now, period);
    if (status == OTLS_OK)
        status = name == NULL ? seal_key(ring, backend, binding, out)
                              : open_key(ring, backend, binding, name, out, renew);
    omni_lock_give(&ring->lock);
    return status == OTLS_OK ? OTLS_OK : OTLS_E_USAGE;
}

size_t omni_ticket_ring_keys(omni_ticket_ring *ring, const otls_backend *backend, int64_t now,
                             uint32_t period, const uint8_t binding[OMNI_BINDING_SIZE],
                             otls_ticket_key out[OMNI_TICKET_RING_KEYS])
{
    size_t count = 0;

    omni_lock_take(&ring->lock);
    if (advance(ring, backend, now, period) == OTLS_OK)
        for (size_t i = CURRENT; i < KEYS; i++) {
            const otls_ticket_key *key;

            if (!ring->have[i])
                continue;
            key = bound_key(ring, backend, binding, i);
            if (key == NULL) {
                count = 0; /* without the first there is none to seal with */
                break;
            }
            out[count++] = *key;
        }
    omni_lock_give(&ring->lock);
    return count;
}

otls_status omni_ticket_ring_keep_early(omni_ticket_ring *ring, otls_error *err)
{
    int64_t start;
    bool have;

    if (!omni_os_now(&start)) /* whoever cannot tell when a ticket was issued takes none */
        start = INT64_MAX;
    omni_lock_take(&ring->lock);
    if (ring->replays == NULL)
        ring->replays = omni_replays_new(start);
    have = ring->replays != NULL;
    omni_lock_give(&ring->lock);
    return have ? OTLS_OK : omni_fail_nomem(err);
}

bool omni_ticket_ring_early_once(void *ring, const uint8_t *digest, int64_t issued)
{
    omni_ticket_ring *keys = ring;
    bool once;

    omni_lock_take(&keys->lock);
    once = keys->replays != NULL &&
           omni_replays_once(keys->replays, digest, issued, omni_os_monotonic_ms());
    omni_lock_give(&keys->lock);
    return once;
}
