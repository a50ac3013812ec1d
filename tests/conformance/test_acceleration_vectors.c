/* SPDX-License-Identifier: MIT */
/* The accelerator's table itself: known answers of AES-GCM, and what it must refuse. */
#include <criterion/criterion.h>

#include <dlfcn.h>
#include <omnitls/accelerator.h>
#include <omnitls/engine.h>
#include <string.h>

enum { TEXT_MAX = 64 };

/* McGrew, Viega: The Galois/Counter Mode of Operation, appendix B; those with a nonce of 96 bits. */
#define PLAIN                                                                                      \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6" \
    "b525b16aedf5aa0de657ba637b391aafd255"
#define PLAIN_60                                                                                   \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6" \
    "b525b16aedf5aa0de657ba637b39"
#define SEALED_128                                                                                 \
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84" \
    "aa051ba30b396a0aac973d58e091"
#define SEALED_256                                                                                 \
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b105682" \
    "8838c5f61e6393ba7a0abcc9f662"
#define KEY "feffe9928665731c6d6a8f9467308308"
#define NONCE "cafebabefacedbaddecaf888"
#define HEAD "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define ZERO_12 "000000000000000000000000"
#define ZERO_16 "00000000000000000000000000000000"

static const struct vector {
    const char *key, *nonce, *head, *plain, *sealed, *tag;
} vectors[] = {
    {ZERO_16, ZERO_12, "", "", "", "58e2fccefa7e3061367f1d57a4e7455a"},
    {ZERO_16, ZERO_12, "", ZERO_16, "0388dace60b6a392f328c2b971b2fe78",
     "ab6e47d42cec13bdf53a67b21257bddf"},
    {KEY, NONCE, "", PLAIN, SEALED_128 "473f5985", "4d5c2af327cd64a62cf35abd2ba6fab4"},
    {KEY, NONCE, HEAD, PLAIN_60, SEALED_128, "5bc94fbc3221a5db94fae95ae7121a47"},
    {ZERO_16 ZERO_16, ZERO_12, "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {ZERO_16 ZERO_16, ZERO_12, "", ZERO_16, "cea7403d4d606b6e074ec5d3baf39d18",
     "d0d1c8a799996bf0265b98b5d48ab919"},
    {KEY KEY, NONCE, "", PLAIN, SEALED_256 "898015ad", "b094dac5d93471bdec1a502270e3cc6c"},
    {KEY KEY, NONCE, HEAD, PLAIN_60, SEALED_256, "76fc6ece0f4e1768cddf8853bb2d551b"},
};
enum { VECTORS = sizeof(vectors) / sizeof(vectors[0]) };

static const otls_accelerator *by;
static unsigned long (*peek_error)(void);

static void load(void)
{
    const char *version = NULL;
    void *module;

    if (otls_acceleration_version("libcrypto", &version, NULL) != OTLS_OK)
        cr_skip_test("this build has no accelerator");
    cr_assert(version != NULL && version[0] >= '1');
    module = dlopen(OTLS_TEST_MODULE_DIR "/accelerator-libcrypto.so", RTLD_NOW | RTLD_LOCAL);
    cr_assert(module != NULL, "%s", dlerror());
    by = dlsym(module, "otls_accelerator_module");
    /* of the library that the module is linked with */
    peek_error = (unsigned long (*)(void))(uintptr_t)dlsym(module, "ERR_peek_error");
    cr_assert(by != NULL && peek_error != NULL);
}

static size_t unhex(const char *text, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    const size_t size = strlen(text) / 2;

    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)((strchr(digits, text[2 * i]) - digits) << 4 |
                           (strchr(digits, text[2 * i + 1]) - digits));
    return size;
}

struct bytes {
    uint8_t key[32], nonce[12], head[32], plain[TEXT_MAX], sealed[TEXT_MAX], tag[16];
    size_t key_size, size;
    otls_slice associated;
};

static void decode(const struct vector *from, struct bytes *to)
{
    to->key_size = unhex(from->key, to->key);
    (void)unhex(from->nonce, to->nonce);
    to->associated = (otls_slice){to->head, unhex(from->head, to->head)};
    to->size = unhex(from->plain, to->plain);
    cr_assert_eq(unhex(from->sealed, to->sealed), to->size);
    cr_assert_eq(unhex(from->tag, to->tag), 16);
}

Test(acceleration_vectors, known_answers)
{
    load();
    for (size_t i = 0; i < VECTORS; i++) {
        struct bytes v;
        otls_gcm_key *seal, *open;
        uint8_t out[TEXT_MAX], tag[16];

        decode(&vectors[i], &v);
        cr_assert_eq(by->gcm_new(&seal, v.key, v.key_size, true), OTLS_OK);
        cr_assert_eq(by->gcm_new(&open, v.key, v.key_size, false), OTLS_OK);
        for (int turn = 0; turn < 3; turn++) { /* a key serves many records */
            memcpy(out, v.plain, v.size); /* also in place */
            cr_assert_eq(by->gcm_seal(seal, v.nonce, v.associated, turn == 0 ? v.plain : out, v.size,
                                      out, tag),
                         OTLS_OK);
            cr_expect(memcmp(out, v.sealed, v.size) == 0 && memcmp(tag, v.tag, 16) == 0,
                      "vector %zu", i);
            cr_assert_eq(by->gcm_open(open, v.nonce, v.associated, turn == 0 ? v.sealed : out,
                                      v.size, out, v.tag),
                         OTLS_OK);
            cr_expect(memcmp(out, v.plain, v.size) == 0, "vector %zu", i);
        }
        by->gcm_free(seal);
        by->gcm_free(open);
    }
    cr_expect_eq(peek_error(), 0);
}

/* One bit elsewhere in tag, text, head or nonce; after which the key is as good as before. */
Test(acceleration_vectors, nothing_that_is_not_authentic)
{
    load();
    for (size_t i = 0; i < VECTORS; i++) {
        struct bytes good, v;
        otls_gcm_key *open;
        uint8_t out[TEXT_MAX];

        decode(&vectors[i], &good);
        cr_assert_eq(by->gcm_new(&open, good.key, good.key_size, false), OTLS_OK);
        for (size_t bit = 0; bit < 8 * (16 + 12 + good.size + good.associated.size); bit++) {
            const size_t at = bit / 8;
            uint8_t *byte;

            v = good;
            v.associated.data = v.head;
            byte = at < 16              ? v.tag + at
                   : at < 28            ? v.nonce + (at - 16)
                   : at < 28 + v.size   ? v.sealed + (at - 28)
                                        : v.head + (at - 28 - v.size);
            *byte ^= (uint8_t)(1u << bit % 8);
            memset(out, 0xa5, sizeof(out));
            cr_assert_eq(by->gcm_open(open, v.nonce, v.associated, v.sealed, v.size, out, v.tag),
                         OTLS_E_VERIFY, "vector %zu, bit %zu", i, bit);
            for (size_t j = 0; j < v.size; j++)
                cr_assert_eq(out[j], 0, "what was decrypted is still there");
        }
        cr_expect_eq(by->gcm_open(open, good.nonce, good.associated, good.sealed, good.size, out,
                                  good.tag),
                     OTLS_OK);
        by->gcm_free(open);
    }
    cr_expect_eq(peek_error(), 0, "libcrypto's queue of errors is the program's");
}

Test(acceleration_vectors, what_is_no_key)
{
    static const uint8_t zeros[64];
    static const uint8_t ec[] = {0x30, 0x03, 0x02, 0x01, 0x01};
    const otls_slice no_keys[] = {{zeros, 0}, {zeros, 64}, {ec, sizeof(ec)}};
    otls_gcm_key *gcm = (otls_gcm_key *)(uintptr_t)1;
    otls_rsa_key *rsa = (otls_rsa_key *)(uintptr_t)1;

    load();
    for (size_t size = 0; size <= 64; size++) {
        if (size == 16 || size == 32)
            continue;
        cr_expect_eq(by->gcm_new(&gcm, zeros, size, true), OTLS_E_UNSUPPORTED, "%zu", size);
        cr_expect_null(gcm);
    }
    for (size_t i = 0; i < sizeof(no_keys) / sizeof(no_keys[0]); i++) {
        otls_error err = OTLS_ERROR_INIT;

        cr_expect_eq(by->rsa_new(&rsa, no_keys[i], &err), OTLS_E_UNSUPPORTED, "%zu", i);
        cr_expect_null(rsa);
        cr_expect_eq(err.code, OTLS_CODE_KEY_UNSUPPORTED);
    }
    by->gcm_free(NULL);
    by->rsa_free(NULL);
    cr_expect_eq(peek_error(), 0);
}
