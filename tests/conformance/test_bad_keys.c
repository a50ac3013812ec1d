/* SPDX-License-Identifier: MIT */
/*
 * Private keys whose numbers do not belong together, or lie beyond what peers take: refused when
 * they are loaded, in one way on every engine, and not when the first client comes.
 */
#include <criterion/criterion.h>

#include "pair.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX 8192

static size_t read_whole(const char *name, uint8_t out[FILE_MAX])
{
    char path[512];
    FILE *file;
    size_t size;

    (void)snprintf(path, sizeof(path), "%s/%s", OTLS_TEST_PKI, name);
    file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size = fread(out, 1, FILE_MAX, file);
    cr_assert(size > 0 && size < FILE_MAX, "%s", path);
    (void)fclose(file);
    return size;
}

/** One octet changed, so many behind where `before` ends. */
static const struct spoilt {
    const char *what, *file;
    const char *before;
    size_t before_size, behind;
    uint8_t bits;
} spoilt[] = {
    /* SEC 1 C.4: version 1, then the number in 32 octets */
    {"another secret number", "server-ecdsa-p256.key.der", "\x02\x01\x01\x04\x20", 5, 7, 0x10},
    /* the point follows as [1] BIT STRING, uncompressed */
    {"another point", "server-ecdsa-p256.key.der", "\x03\x42\x00\x04", 4, 9, 0x01},
    {"an even exponent", "server-rsa-2048.key.der", "\x02\x03\x01\x00\x01", 4, 0, 0x01},
    {"another exponent", "server-rsa-2048.key.der", "\x02\x03\x01\x00\x01", 4, 0, 0x02},
};

static size_t spoil(const struct spoilt *s, uint8_t *data)
{
    const size_t size = read_whole(s->file, data);

    for (size_t at = 0; at + s->before_size + s->behind < size; at++)
        if (memcmp(data + at, s->before, s->before_size) == 0) {
            data[at + s->before_size + s->behind] ^= s->bits;
            return size;
        }
    cr_assert_fail("%s: not found", s->what);
    return 0;
}

Test(bad_keys, refused_when_loaded)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);
    uint8_t data[FILE_MAX];

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof(spoilt) / sizeof(spoilt[0]); k++) {
            otls_error err = OTLS_ERROR_INIT;
            otls_key *key = NULL;
            size_t size = read_whole(spoilt[k].file, data);

            cr_assert_eq(otls_key_from_memory(&key, engines[i], data, size, NULL, NULL, &err),
                         OTLS_OK, "%s: %s: %s", otls_backend_name(engines[i]), spoilt[k].file,
                         err.text);
            otls_key_free(key);
            size = spoil(&spoilt[k], data);
            cr_expect(otls_key_from_memory(&key, engines[i], data, size, NULL, NULL, &err) ==
                              OTLS_E_CREDENTIAL &&
                          err.code == OTLS_CODE_BAD_DER && key == NULL,
                      "%s: %s: %s, code %d: %s", otls_backend_name(engines[i]), spoilt[k].what,
                      otls_status_name((otls_status)err.status), (int)err.code, err.text);
        }
}
