/* SPDX-License-Identifier: MIT */
/*
 * PKCS#12 files with wrong octets. The one they are made from is neither encrypted nor has it a MAC
 * where that matters, so what is wrong reaches the engine's parser. No size that comes back of it
 * is believed, and nothing else than the key is loaded.
 */
#include <criterion/criterion.h>

#include "divergence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PKI OTLS_TEST_PKI "/"
#define FILE_MAX 8192
#define ROUNDS 4000

static size_t read_whole(const char *path, uint8_t out[FILE_MAX])
{
    FILE *file = fopen(path, "rb");
    size_t size;

    cr_assert(file != NULL, "%s", path);
    size = fread(out, 1, FILE_MAX, file);
    cr_assert(size > 0 && size < FILE_MAX, "%s", path);
    (void)fclose(file);
    return size;
}

/* The same numbers on every machine (Knuth's MMIX). */
static uint32_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

/* One to eight wrong octets in a row, such as a length that claims too much. */
static void spoil(uint8_t *data, size_t size, uint64_t *state)
{
    static const uint8_t values[] = {0x00, 0xff, 0x80, 0x7f, 0x30, 0x84};
    const size_t run = 1 + next(state) % 8, at = next(state) % (size - run);
    const uint32_t kind = next(state) % 8;

    for (size_t i = 0; i < run; i++)
        data[at + i] = kind < sizeof(values) ? values[kind] : (uint8_t)next(state);
}

static void load_spoilt(const otls_backend *backend, const char *path, int rounds)
{
    uint8_t file[FILE_MAX], spoilt[FILE_MAX], right[512], found[512];
    size_t right_size, found_size;
    const size_t size = read_whole(path, file);
    uint64_t state = 12;
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *good = test_identity(backend, "server-ecdsa-p256");

    cr_assert_eq(otls_key_public(otls_identity_key(good), right, sizeof(right), &right_size, &err),
                 OTLS_OK);
    for (int i = 0; i < rounds; i++) {
        otls_identity *identity;
        otls_status status;

        memcpy(spoilt, file, size);
        spoil(spoilt, size, &state);
        status = otls_identity_from_pkcs12_memory(&identity, backend, spoilt, size,
                                                  otls_password_string, (void *)"secret", &err);
        if (status != OTLS_OK) {
            cr_assert_eq(status, OTLS_E_CREDENTIAL, "%s, round %d: %s", otls_backend_name(backend),
                         i, err.text);
            cr_assert(identity == NULL);
            continue;
        }
        cr_assert_eq(
            otls_key_public(otls_identity_key(identity), found, sizeof(found), &found_size, &err),
            OTLS_OK, "%s, round %d: %s", otls_backend_name(backend), i, err.text);
        cr_assert(found_size == right_size && memcmp(found, right, found_size) == 0,
                  "%s, round %d: another key", otls_backend_name(backend), i);
        otls_identity_free(identity);
    }
    otls_identity_free(good);
}

Test(pkcs12_malformed, wrong_octets)
{
    const otls_backend *backends[PAIR_ENGINES];
    const size_t count = test_subjects(backends);

    cr_assert(count > 0, "no engine could be loaded");
    for (size_t i = 0; i < count; i++) {
        test_needs(backends[i], OTLS_FEATURE_PKCS12);
        load_spoilt(backends[i], PKI "server-ecdsa-p256.open.p12", ROUNDS);
        load_spoilt(backends[i], PKI "server-ecdsa-p256.p12", ROUNDS / 20);
    }
}
