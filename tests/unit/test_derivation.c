/* SPDX-License-Identifier: MIT */
/* What opening a file would cost, however its author wrote it down. */
#include "identity/derivation.h"

#include <criterion/criterion.h>
#include <omnitls/key.h>
#include <string.h>

#define BYTES(literal)                                                                             \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }

/* AlgorithmIdentifiers of one million rounds and more, as in EncryptedPrivateKeyInfo */
#define PBKDF2_PARAMETERS                                                                          \
    "\x30\x0b\x04\x02\xaa\xbb\x02\x03\x0f\x42\x40\x02\x01\x10" /* + keyLength */
#define PBKDF2 "\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c" PBKDF2_PARAMETERS
#define PKCS12_PBE                                                                                 \
    "\x30\x17\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x01\x30\x09\x04\x02\xaa\xbb\x02\x03\x0f" \
    "\x42\x40"
#define PBES1                                                                                      \
    "\x30\x16\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0a\x30\x09\x04\x02\xaa\xbb\x02\x03\x0f\x42" \
    "\x40"
#define SCRYPT                                                                                     \
    "\x30\x1d\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x04\x0b\x30\x10\x04\x02\xaa\xbb\x02\x02\x4e\x20" \
    "\x02\x01\x19\x02\x01\x02\x02\x00"
#define MAC                                                                                        \
    "\x30\x16\x30\x0b\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a\x04\x00\x04\x02\xaa\xbb\x02\x03\x0f\x42" \
    "\x40"

static const struct {
    const char *name;
    otls_slice file;
    uint64_t total; /* the lowest limit that takes it; UINT64_MAX: none does */
} rows[] = {
    {"PBKDF2", BYTES(PBKDF2), 1000000},
    {"PBKDF2 in PBES2",
     BYTES("\x30\x29\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d\x30\x1c" PBKDF2), 1000000},
    {"PKCS #12", BYTES(PKCS12_PBE), 1000000},
    {"PBES1", BYTES(PBES1), 1000000},
    {"scrypt", BYTES(SCRYPT), 1000000},
    {"MAC", BYTES(MAC), 1000000},
    {"one after the other", BYTES(PBES1 PKCS12_PBE MAC), 3000000},
    {"in octets", BYTES("\x30\x1a\x04\x18" PBES1), 1000000},
    {"in octets in octets", BYTES("\x04\x1e\x30\x1c\x04\x1a\x30\x18" PBES1), 1000000},
    /* BER: lengths in long form, and without one */
    {"long length",
     BYTES("\x30\x84\x00\x00\x00\x17\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0a\x30\x81\x09\x04"
           "\x02\xaa\xbb\x02\x03\x0f\x42\x40"),
     1000000},
    {"no length",
     BYTES("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0a\x30\x80\x04\x02\xaa\xbb\x02\x03"
           "\x0f\x42\x40\x00\x00\x00\x00"),
     1000000},
    {"salt in pieces",
     BYTES("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0a\x30\x80\x24\x80\x04\x01\xaa\x04"
           "\x01\xbb\x00\x00\x02\x03\x0f\x42\x40\x00\x00\x00\x00"),
     1000000},
    {"file in pieces",
     BYTES("\x24\x80\x04\x0a\x30\x16\x06\x09\x2a\x86\x48\x86\xf7\x0d\x24\x80\x04\x02\x01\x05\x00"
           "\x00\x24\x0e\x04\x0c\x0a\x30\x09\x04\x02\xaa\xbb\x02\x03\x0f\x42\x40\x00\x00"),
     1000000},
    {"leading zeros",
     BYTES("\x30\x1b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0a\x30\x0e\x04\x02\xaa\xbb\x02\x08"
           "\x00\x00\x00\x00\x00\x0f\x42\x40"),
     1000000},
    {"negative",
     BYTES("\x30\x15\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0a\x30\x08\x04\x02\xaa\xbb\x02\x02"
           "\xff\xff"),
     UINT64_MAX},
    {"no derivation", BYTES("\x30\x05\x02\x03\x0f\x42\x40"), 1},
    {"nothing", BYTES(""), 1},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

Test(derivation, counts)
{
    for (size_t i = 0; i < ROWS; i++) {
        const uint64_t total = rows[i].total;
        otls_error err = OTLS_ERROR_INIT;

        otls_key_set_derivation_limit(total);
        if (total != UINT64_MAX)
            cr_expect_eq(omni_derivation_check(rows[i].file, "file", &err), OTLS_OK, "%s: %s",
                         rows[i].name, err.text);
        if (total == 1)
            continue;
        otls_key_set_derivation_limit(total - 1);
        cr_expect_eq(omni_derivation_check(rows[i].file, "file", &err), OTLS_E_CREDENTIAL, "%s",
                     rows[i].name);
        cr_expect(err.code == OTLS_CODE_LIMIT && strstr(err.text, "file") != NULL, "%s: %s",
                  rows[i].name, err.text);
    }
}

Test(derivation, limit_is_told_and_reset)
{
    cr_expect_eq(otls_key_derivation_limit(), OTLS_KEY_DERIVATION_LIMIT);
    otls_key_set_derivation_limit(7);
    cr_expect_eq(otls_key_derivation_limit(), 7);
    otls_key_set_derivation_limit(0);
    cr_expect_eq(otls_key_derivation_limit(), OTLS_KEY_DERIVATION_LIMIT);
}

/* Engines go on with a key that they failed to read. */
Test(derivation, key_bags)
{
#define BAG "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01"
    const otls_slice good = BYTES("\x30\x11" BAG "\xa0\x02\x30\x00");
    const otls_slice bad = BYTES("\x30\x13" BAG "\xa0\x04\x30\x02\xff\xff");
    otls_error err = OTLS_ERROR_INIT;

    cr_expect_eq(omni_derivation_check(good, "file", &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(omni_derivation_check(bad, "file", &err), OTLS_E_CREDENTIAL);
    cr_expect_eq(err.code, OTLS_CODE_BAD_DER);
}

/* Nesting costs neither stack nor time without end, in any form. */
Test(derivation, nesting, .timeout = 10)
{
    static const char *const heads[] = {"\x30\x80", "\x24\x80", "\x30\x84\x00\xff\xff\xff",
                                        "\x24\x84\x00\xff\xff\xff"};
    static const size_t sizes[] = {2, 2, 6, 6};
    static uint8_t file[60000];

    for (size_t i = 0; i < 4; i++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_status status;

        for (size_t at = 0; at + sizes[i] <= sizeof(file); at += sizes[i])
            memcpy(file + at, heads[i], sizes[i]);
        status = omni_derivation_check((otls_slice){file, sizeof(file)}, "file", &err);
        cr_expect(status == OTLS_OK || err.code == OTLS_CODE_BAD_DER, "%zu: %s", i, err.text);
    }
}
