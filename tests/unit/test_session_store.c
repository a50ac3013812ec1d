/* SPDX-License-Identifier: MIT */
/* The bounded map, the two caches and the ring of ticket keys. */
#include "base/alloc.h"
#include "base/lru.h"
#include "session/session.h"

#include <criterion/criterion.h>
#include <string.h>

#define NOW 1700000000
#define SLICE(text) ((otls_slice){(const uint8_t *)(text), strlen(text)})

static unsigned freed;

static void count_free(void *value)
{
    (void)value;
    freed++;
}

Test(lru, against_a_plain_list)
{
    enum { KEYS = 200, CAPACITY = 64 };
    omni_lru *lru = omni_lru_new(CAPACITY, count_free);
    unsigned used[KEYS] = {0}, clock = 0, state = 1;
    size_t evicted = 0;
    static int value;

    for (unsigned step = 0; step < 20000; step++) {
        state = state * 1664525u + 1013904223u;
        const unsigned key = state >> 16 & 0xff, what = state >> 28;

        if (key >= KEYS)
            continue;
        if (what < 8) { /* put */
            unsigned count = 0, oldest = KEYS;

            for (unsigned k = 0; k < KEYS; k++) {
                count += used[k] != 0;
                if (used[k] != 0 && (oldest == KEYS || used[k] < used[oldest]))
                    oldest = k;
            }
            if (used[key] == 0 && count == CAPACITY)
                used[oldest] = 0;
            cr_assert(omni_lru_put(lru, &key, sizeof(key), &value, key, &evicted));
            used[key] = ++clock;
        } else if (what < 14) {
            int64_t expires = -1;
            const bool there = omni_lru_find(lru, &key, sizeof(key), &expires) != NULL;

            cr_assert_eq(there, used[key] != 0, "step %u", step);
            cr_assert(!there || expires == key);
            if (there)
                used[key] = ++clock;
        } else {
            cr_assert_eq(omni_lru_remove(lru, &key, sizeof(key)), used[key] != 0);
            used[key] = 0;
        }
    }
    cr_expect(evicted != 0);
    const size_t before = omni_lru_count(lru), old = omni_lru_expire(lru, 99);

    for (unsigned k = 0; k < KEYS; k++)
        cr_assert_eq(omni_lru_find(lru, &k, sizeof(k), NULL) != NULL, used[k] != 0 && k > 99);
    cr_expect_eq(omni_lru_count(lru), before - old);
    omni_lru_set_capacity(lru, 1, &evicted);
    cr_expect_eq(omni_lru_count(lru), 1);
    omni_lru_free(lru);
}

Test(server_cache, bounded_and_expiring)
{
    omni_server_cache *cache = omni_server_cache_new();
    uint8_t *blob = NULL;
    size_t size = 0, evicted = 0;

    omni_server_cache_put(cache, SLICE("a"), SLICE("blob a"), NOW + 10, &evicted);
    omni_server_cache_put(cache, SLICE("b"), SLICE("blob b"), NOW + 20, &evicted);
    cr_expect_eq(omni_server_cache_get(cache, SLICE("c"), NOW, &blob, &size), OMNI_LOOKUP_NONE);
    cr_assert_eq(omni_server_cache_get(cache, SLICE("a"), NOW + 9, &blob, &size),
                 OMNI_LOOKUP_FOUND);
    cr_expect(size == 6 && memcmp(blob, "blob a", 6) == 0);
    omni_free(blob);
    cr_expect_eq(omni_server_cache_get(cache, SLICE("a"), NOW + 10, &blob, &size),
                 OMNI_LOOKUP_EXPIRED);
    cr_expect_eq(omni_server_cache_get(cache, SLICE("a"), NOW, &blob, &size), OMNI_LOOKUP_NONE);
    cr_expect_eq(omni_lru_count(cache), 1);
    cr_expect_eq(omni_lru_expire(cache, NOW + 19), 0);
    cr_expect_eq(omni_lru_expire(cache, NOW + 20), 1);
    omni_lru_set_capacity(cache, 2, &evicted);
    for (unsigned i = 0; i < 5; i++)
        omni_server_cache_put(cache, (otls_slice){(uint8_t *)&i, sizeof(i)}, SLICE("x"), NOW + 1,
                              &evicted);
    cr_expect_eq(omni_lru_count(cache), 2);
    cr_expect_eq(evicted, 3);
    omni_lru_free(cache);
}

static otls_session *session_for(const otls_backend *backend, const char *host, uint16_t version,
                                 int64_t expires)
{
    otls_session *s = omni_session_new(backend, OMNI_SESSION_CLIENT);

    cr_assert_not_null(s);
    (void)strcpy(s->host, host);
    s->version = version;
    s->expires = expires;
    return s;
}

static const otls_backend *any_engine(void)
{
    const otls_backend *engines[8];

    cr_assert(otls_backend_list(engines, 8) != 0);
    return engines[0];
}

Test(client_cache, tickets_are_used_once)
{
    const otls_backend *engine = any_engine();
    omni_client_cache *cache = omni_client_cache_new();
    otls_session *like = session_for(engine, "a.test", 0, 0), *found;
    size_t evicted = 0, expired = 0;

    for (unsigned i = 0; i < 6; i++) { /* four places: the first two go */
        otls_session *s = session_for(engine, "a.test", OTLS_TLS1_3, NOW + i);

        omni_client_cache_put(cache, s, &evicted);
        otls_session_free(s);
    }
    cr_expect_eq(omni_lru_count(cache), 1);
    for (unsigned i = 5; i >= 3; i--) {
        found = omni_client_cache_take(cache, like, NOW + 2, false, &expired);
        cr_assert_not_null(found);
        cr_expect_eq(found->expires, NOW + i, "the newest first");
        otls_session_free(found);
    }
    cr_expect_eq(expired, 0);
    cr_expect_null(omni_client_cache_take(cache, like, NOW + 2, false, &expired));
    cr_expect_eq(expired, 1);
    cr_expect_eq(omni_lru_count(cache), 0);
    otls_session_free(like);
    omni_lru_free(cache);
}

Test(client_cache, keys)
{
    const otls_backend *engine = any_engine();
    omni_client_cache *cache = omni_client_cache_new();
    otls_session *s = session_for(engine, "a.test", OTLS_TLS1_2, NOW + 1);
    otls_session *like = session_for(engine, "a.test", 0, 0), *found;
    size_t evicted = 0, expired = 0;

    s->port = like->port = 443;
    omni_client_cache_put(cache, s, &evicted);
    like->port = 444;
    cr_expect_null(omni_client_cache_take(cache, like, NOW, false, &expired));
    like->port = 443;
    like->policy[31] = 1;
    cr_expect_null(omni_client_cache_take(cache, like, NOW, false, &expired));
    like->policy[31] = 0;
    like->host[0] = 'b';
    cr_expect_null(omni_client_cache_take(cache, like, NOW, false, &expired));
    like->host[0] = 'a';
    for (unsigned i = 0; i < 2; i++) { /* TLS 1.2: again and again */
        found = omni_client_cache_take(cache, like, NOW, false, &expired);
        cr_expect_eq(found, s);
        otls_session_free(found);
    }
    omni_client_cache_remove(cache, s);
    cr_expect_null(omni_client_cache_take(cache, like, NOW, false, &expired));
    otls_session_free(s);
    otls_session_free(like);
    omni_lru_free(cache);
}

/* ---- the ring ---- */

static const uint8_t here[OMNI_BINDING_SIZE] = {1}, there[OMNI_BINDING_SIZE] = {2};

static bool opens(omni_ticket_ring *ring, int64_t now, uint32_t period, const uint8_t *binding,
                  const otls_ticket_key *sealed, bool *renew)
{
    otls_ticket_key key;
    const bool open = omni_ticket_ring_key(ring, any_engine(), now, period, binding, sealed->name,
                                           &key, renew) == OTLS_OK;

    cr_assert(!open || memcmp(&key, sealed, sizeof(key)) == 0, "the key that sealed it");
    return open;
}

static otls_ticket_key sealing(omni_ticket_ring *ring, int64_t now, uint32_t period)
{
    otls_ticket_key key;
    bool renew = true;

    cr_assert_eq(omni_ticket_ring_key(ring, any_engine(), now, period, here, NULL, &key, &renew),
                 OTLS_OK);
    cr_assert(!renew);
    return key;
}

Test(ring, by_call)
{
    omni_ticket_ring *ring = omni_ticket_ring_new();
    const otls_ticket_key key = sealing(ring, NOW, 0);
    bool renew;

    cr_expect(opens(ring, NOW + 1000000, 0, here, &key, &renew) && !renew);
    cr_expect(!opens(ring, NOW, 0, there, &key, &renew), "another binding has other keys");
    cr_assert_eq(omni_ticket_ring_rotate(ring, any_engine(), NOW, NULL), OTLS_OK);
    cr_expect(opens(ring, NOW, 0, here, &key, &renew) && renew, "previous: opened and renewed");
    cr_assert_eq(omni_ticket_ring_rotate(ring, any_engine(), NOW, NULL), OTLS_OK);
    cr_expect(!opens(ring, NOW, 0, here, &key, &renew));
    omni_ticket_ring_free(ring);
}

Test(ring, by_time)
{
    static const struct {
        int64_t later;
        bool opens, renew;
    } cases[] = {{99, true, false},
                 {100, true, true},
                 {199, true, true},
                 {200, false, false},
                 {100000, false, false}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        omni_ticket_ring *ring = omni_ticket_ring_new();
        const otls_ticket_key key = sealing(ring, NOW, 100);
        bool renew = false;

        cr_expect_eq(opens(ring, NOW + cases[i].later, 100, here, &key, &renew), cases[i].opens,
                     "after %ld", (long)cases[i].later);
        cr_expect_eq(renew, cases[i].renew, "after %ld", (long)cases[i].later);
        omni_ticket_ring_free(ring);
    }
}

/* All at once: what seals comes first, and each is what it is by name. */
Test(ring, all_keys)
{
    omni_ticket_ring *ring = omni_ticket_ring_new();
    uint8_t set[3 * OTLS_TICKET_KEY_SIZE];
    otls_ticket_key keys[OMNI_TICKET_RING_KEYS];
    otls_ticket_key first = sealing(ring, NOW, 100), second;
    bool renew;

    cr_assert_eq(omni_ticket_ring_keys(ring, any_engine(), NOW, 100, here, keys), 2,
                 "nothing was ever sealed with a previous key");
    cr_expect(memcmp(&keys[0], &first, sizeof(first)) == 0);
    cr_assert_eq(omni_ticket_ring_keys(ring, any_engine(), NOW + 100, 100, here, keys), 3);
    second = sealing(ring, NOW + 100, 100);
    cr_expect(memcmp(&keys[0], &second, sizeof(second)) == 0, "it rotates by time, too");
    cr_expect(memcmp(&keys[1], &first, sizeof(first)) == 0);
    for (size_t i = 0; i < 3; i++)
        cr_expect(opens(ring, NOW + 100, 100, here, &keys[i], &renew) && renew == (i == 1));
    cr_assert_eq(omni_ticket_ring_keys(ring, any_engine(), NOW + 100, 100, there, keys), 3);
    for (size_t i = 0; i < 3; i++)
        cr_expect(!opens(ring, NOW + 100, 100, here, &keys[i], &renew), "another binding's");
    cr_assert_eq(omni_ticket_ring_get(ring, any_engine(), NOW + 100, set, NULL), OTLS_OK);
    cr_assert_eq(omni_ticket_ring_set(ring, set, OTLS_TICKET_KEY_SIZE, NULL), OTLS_OK);
    cr_assert_eq(omni_ticket_ring_keys(ring, any_engine(), NOW + 100, 100, here, keys), 1);
    cr_expect(memcmp(&keys[0], &second, sizeof(second)) == 0);
    omni_ticket_ring_free(ring);
}

/* More bindings than the ring remembers: each has its own keys, and the same ones again later. */
Test(ring, many_bindings)
{
    enum { BINDINGS = 40 };
    omni_ticket_ring *ring = omni_ticket_ring_new();
    uint8_t bindings[BINDINGS][OMNI_BINDING_SIZE] = {{0}};
    otls_ticket_key keys[BINDINGS], again;
    uint8_t set[3 * OTLS_TICKET_KEY_SIZE];
    bool renew;

    for (size_t i = 0; i < BINDINGS; i++) {
        bindings[i][OMNI_BINDING_SIZE - 1] = (uint8_t)(i + 1);
        cr_assert_eq(omni_ticket_ring_key(ring, any_engine(), NOW, 0, bindings[i], NULL, &keys[i],
                                          &renew),
                     OTLS_OK);
        for (size_t k = 0; k < i; k++)
            cr_expect(memcmp(keys[i].name, keys[k].name, sizeof(keys[i].name)) != 0 &&
                      memcmp(keys[i].aes, keys[k].aes, sizeof(keys[i].aes)) != 0 &&
                      memcmp(keys[i].hmac, keys[k].hmac, sizeof(keys[i].hmac)) != 0);
    }
    for (size_t i = 0; i < BINDINGS; i++) {
        cr_expect(opens(ring, NOW, 0, bindings[i], &keys[i], &renew) && !renew);
        cr_expect(!opens(ring, NOW, 0, bindings[i], &keys[(i + 1) % BINDINGS], &renew));
    }
    memset(set, 5, sizeof(set));
    cr_assert_eq(omni_ticket_ring_set(ring, set, OTLS_TICKET_KEY_SIZE, NULL), OTLS_OK);
    for (size_t i = 0; i < BINDINGS; i++) {
        cr_assert_eq(omni_ticket_ring_key(ring, any_engine(), NOW, 0, bindings[i], NULL, &again,
                                          &renew),
                     OTLS_OK);
        cr_expect(memcmp(&again, &keys[i], sizeof(again)) != 0, "nothing of the old keys is left");
        cr_expect(!opens(ring, NOW, 0, bindings[i], &keys[i], &renew));
    }
    omni_ticket_ring_free(ring);
}

/* Keys that are not random, or that cannot be told apart, or too many. */
Test(ring, what_is_no_set_of_keys)
{
    omni_ticket_ring *ring = omni_ticket_ring_new();
    uint8_t good[4 * OTLS_TICKET_KEY_SIZE], keys[sizeof(good)];
    static const struct {
        size_t from, size;
    } zeros[] = {{0, 16}, {16, 32}, {48, 32}};

    for (size_t i = 0; i < sizeof(good); i++)
        good[i] = (uint8_t)(i + i / 80 + 1);
    cr_assert_eq(omni_ticket_ring_set(ring, good, 3 * OTLS_TICKET_KEY_SIZE, NULL), OTLS_OK);
    cr_expect_eq(omni_ticket_ring_set(ring, good, sizeof(good), NULL), OTLS_E_USAGE);
    cr_expect_eq(omni_ticket_ring_set(ring, good, 0, NULL), OTLS_E_USAGE);
    cr_expect_eq(omni_ticket_ring_set(ring, good, OTLS_TICKET_KEY_SIZE - 1, NULL), OTLS_E_USAGE);
    for (size_t which = 0; which < 3; which++)
        for (size_t i = 0; i < 3; i++) {
            memcpy(keys, good, sizeof(keys));
            memset(keys + which * OTLS_TICKET_KEY_SIZE + zeros[i].from, 0, zeros[i].size);
            cr_expect_eq(omni_ticket_ring_set(ring, keys, 3 * OTLS_TICKET_KEY_SIZE, NULL),
                         OTLS_E_USAGE, "part %zu of key %zu is zero", i, which);
        }
    memcpy(keys, good, sizeof(keys));
    memcpy(keys + 2 * OTLS_TICKET_KEY_SIZE, keys, 16);
    cr_expect_eq(omni_ticket_ring_set(ring, keys, 3 * OTLS_TICKET_KEY_SIZE, NULL), OTLS_E_USAGE,
                 "two of one name");
    omni_ticket_ring_free(ring);
}

/* One of the fleet rotates first: the others open its tickets with the next key, and follow. */
Test(ring, a_fleet)
{
    omni_ticket_ring *one = omni_ticket_ring_new(), *two = omni_ticket_ring_new();
    uint8_t keys[3 * OTLS_TICKET_KEY_SIZE];
    otls_ticket_key old, new;
    bool renew;

    cr_assert_eq(omni_ticket_ring_get(one, any_engine(), NOW, keys, NULL), OTLS_OK);
    cr_assert_eq(omni_ticket_ring_set(two, keys, sizeof(keys), NULL), OTLS_OK);
    old = sealing(one, NOW, 0);
    cr_expect(opens(two, NOW, 100, here, &old, &renew) && !renew);
    cr_assert_eq(omni_ticket_ring_rotate(one, any_engine(), NOW, NULL), OTLS_OK);
    new = sealing(one, NOW, 0);
    cr_expect(memcmp(&old, &new, sizeof(old)) != 0);
    cr_expect(opens(two, NOW, 100, here, &new, &renew) && !renew, "the next key");
    cr_expect(opens(two, NOW + 1000, 100, here, &old, &renew), "set keys do not age");
    cr_assert_eq(omni_ticket_ring_get(one, any_engine(), NOW, keys, NULL), OTLS_OK);
    cr_assert_eq(omni_ticket_ring_set(two, keys, sizeof(keys), NULL), OTLS_OK);
    cr_expect(opens(two, NOW, 100, here, &old, &renew) && renew);
    cr_expect(opens(two, NOW, 100, here, &new, &renew) && !renew);
    omni_ticket_ring_free(one);
    omni_ticket_ring_free(two);
}

/* ---- what early data came ---- */

Test(replays, once_while_remembered)
{
    omni_replays *replays = omni_replays_new(NOW);
    uint8_t digest[OMNI_REPLAY_DIGEST] = {0}; /* as rows that were never used */

    cr_expect(omni_replays_once(replays, digest, NOW, 5));
    cr_expect_not(omni_replays_once(replays, digest, NOW, 5));
    cr_expect_not(omni_replays_once(replays, digest, 0, 5 + OMNI_REPLAY_MS - 1));
    digest[OMNI_REPLAY_DIGEST - 1] = 1;
    cr_expect_not(omni_replays_once(replays, digest, NOW - 1, 5), "of a ticket from before");
    cr_expect(omni_replays_once(replays, digest, 0, 5));
    digest[OMNI_REPLAY_DIGEST - 1] = 0;
    cr_expect(omni_replays_once(replays, digest, NOW, 5 + OMNI_REPLAY_MS));
    cr_expect_not(omni_replays_once(replays, digest, NOW, 5 + OMNI_REPLAY_MS));
    omni_replays_free(replays);
}

/* However many come, none is forgotten before its time; there is room again afterwards. */
Test(replays, refused_when_full)
{
    omni_replays *replays = omni_replays_new(NOW);
    uint8_t digest[OMNI_REPLAY_DIGEST] = {7};
    unsigned taken = 0;

    for (unsigned i = 0; i < 100; i++) {
        digest[1] = (uint8_t)i;
        taken += omni_replays_once(replays, digest, NOW, 1);
    }
    cr_expect(taken > 8 && taken < 100, "%u", taken);
    for (unsigned i = 0; i < taken; i++) {
        digest[1] = (uint8_t)i;
        cr_expect_not(omni_replays_once(replays, digest, NOW, 1), "%u was forgotten", i);
    }
    digest[0] = 8;
    cr_expect(omni_replays_once(replays, digest, NOW, 1), "another row");
    digest[0] = 7;
    digest[1] = 200;
    cr_expect(omni_replays_once(replays, digest, NOW, 1 + OMNI_REPLAY_MS));
    omni_replays_free(replays);
}
