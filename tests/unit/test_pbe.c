/* SPDX-License-Identifier: MIT */
/* Passwords in their forms, MACs of PKCS #12, and BER made DER. */
#include "base/base.h"
#include "der_make.h"
#include "identity/ber.h"
#include "identity/pbe.h"
#include "identity/pfx.h"

#include <criterion/criterion.h>
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <string.h>

static otls_slice text(const char *bytes)
{
    return (otls_slice){(const uint8_t *)bytes, strlen(bytes)};
}

Test(pbe, passwords)
{
    static const struct {
        const char *given, *bmp;
        size_t size;
    } rows[] = {
        {"", "\0\0", 2},
        {"aB", "\0a\0B\0\0", 6},
        {"\xc3\xa4", "\0\xe4\0\0", 4},
        {"\xe2\x82\xac", "\x20\xac\0\0", 4},
        {"\xf0\x9f\x98\x80", "\xd8\x3d\xde\x00\0\0", 6},
        /* no UTF-8: Latin 1 */
        {"\xe4", "\0\xe4\0\0", 4},
        {"\xc3", "\0\xc3\0\0", 4},
        {"\xc0\x80", "\0\xc0\0\x80\0\0", 6},           /* overlong */
        {"\xe0\x81\xa1", "\0\xe0\0\x81\0\xa1\0\0", 8}, /* overlong, of three and four octets */
        {"\xf0\x80\x81\xa1", "\0\xf0\0\x80\0\x81\0\xa1\0\0", 10},
        {"\xed\xa0\x80", "\0\xed\0\xa0\0\x80\0\0", 8}, /* a surrogate */
        {"a\xe4", "\0a\0\xe4\0\0", 6},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        omni_pbe_password password;

        cr_assert_eq(omni_pbe_password_set(&password, text(rows[i].given), NULL), OTLS_OK);
        cr_expect_eq(password.bmp_size, rows[i].size, "row %zu", i);
        cr_expect(memcmp(password.bmp, rows[i].bmp, rows[i].size) == 0, "row %zu", i);
        omni_pbe_password_clear(&password);
    }
}

#define PBKDF2 "06{2a864886f70d01050c}"
#define PBMAC1(kdf)                                                                                \
    "30{ 30{ 06{2a864886f70d01050e} 30{ 30{ " kdf " } 30{ 06{2a864886f70d020b} 05{} } } } 04{"          \
    "144a2ec040ede6e1cfc9f526cb7d801767288700d41e0aead327710f4056756a"                             \
    "1d9f0e6eb0d0de8914bb88eaf659db1af0d47622d94c52926ce33968f9a92f6f} } 04{'x'} 02{01}"

#define MAC12(digest, mac)                                                                         \
    "30{ 30{ 06{" digest "} 05{} } 04{" mac "} } 04{'saltsalt'} 02{03}"

/* RFC 9579; the number was computed elsewhere: PBKDF2 with HMAC-SHA-256 of "secret", "saltsalt" and
 * 1,000 rounds, 32 octets; HMAC-SHA-512 of "content" with them. */
Test(pbe, macs)
{
    static const struct {
        const char *mac, *password;
        otls_status status;
        int32_t code;
    } rows[] = {
        {PBMAC1(PBKDF2 "30{ 04{'saltsalt'} 02{03e8} 02{20} 30{ 06{2a864886f70d0209} 05{} } }"),
         "secret", OTLS_OK, 0},
        {PBMAC1(PBKDF2 "30{ 04{'saltsalt'} 02{03e8} 02{20} 30{ 06{2a864886f70d0209} 05{} } }"),
         "Secret", OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD},
        {PBMAC1(PBKDF2 "30{ 04{'saltsalt'} 02{03e9} 02{20} 30{ 06{2a864886f70d0209} 05{} } }"),
         "secret", OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD},
        /* the length of the key must be there (RFC 9579 5), and is bounded */
        {PBMAC1(PBKDF2 "30{ 04{'saltsalt'} 02{03e8} 30{ 06{2a864886f70d0209} 05{} } }"), "secret",
         OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER},
        {PBMAC1(PBKDF2 "30{ 04{'saltsalt'} 02{03e8} 02{41} 30{ 06{2a864886f70d0209} 05{} } }"),
         "secret", OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER},
        {PBMAC1(PBKDF2 "30{ 04{'saltsalt'} 02{00} 02{20} 30{ 06{2a864886f70d0209} 05{} } }"),
         "secret", OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER},
        /* HMAC with SHA-512/256 */
        {PBMAC1(PBKDF2 "30{ 04{'saltsalt'} 02{03e8} 02{20} 30{ 06{2a864886f70d020d} 05{} } }"),
         "secret", OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED},
        /* PKCS #12's own, made elsewhere: of no password, of the empty one, and of "ab" */
        {MAC12("608648016503040201",
               "7e93b5294ed69298bbe5b940a5a6235a76b692476c65ad8bfd0e4c021fe40eaf"),
         "", OTLS_OK, 0},
        {MAC12("608648016503040203",
               "33bc04a81202bcb1df157ed5634581c56f85a9a561b682b90c2f374e208101dc"
               "73ca76b81adfc743e262f93bba4de63327dd4fab14bbfe392a8c4cb1e42e9263"),
         "", OTLS_OK, 0},
        {MAC12("608648016503040201",
               "ef4f70046caab8bd21f97a4a612b005e032e2af1a54266700e2821713f2fe360"),
         "", OTLS_OK, 0},
        {MAC12("608648016503040203",
               "cf0cde25ee5a015ee1e1e4e2237fae58df07993bb29363340196efa41789d391"
               "f4a061d6490923ee122b71cc8196cb2cf11580ad6d05f0569218d40801d650d9"),
         "", OTLS_OK, 0},
        {MAC12("608648016503040201",
               "74bcee587fc6c392e091fd0e2ff44ac13b8fbe9b3453e60ab3cdffab2fc605c7"),
         "ab", OTLS_OK, 0},
        {MAC12("608648016503040203",
               "6ad663af0a6dcc02935915ffa72eba1dd94bc6158298b83d0e139cc6ad316a73"
               "a4df0f1730ad50a0b433a940d86a1e3008003a0bfdfdbe618bca66bed8f8408c"),
         "ab", OTLS_OK, 0},
        /* MD5 */
        {"30{ 30{ 06{2a864886f70d0205} 05{} } 04{00112233445566778899aabbccddeeff} } 04{00}",
         "secret", OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED},
    };
    const otls_backend *backend;

    cr_assert_eq(otls_backend_find(&backend, NULL, NULL), OTLS_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t mac[512];
        const size_t size = der_make(rows[i].mac, mac, sizeof(mac));
        omni_pbe_password password;
        otls_error err = OTLS_ERROR_INIT;

        cr_assert_eq(omni_pbe_password_set(&password, text(rows[i].password), NULL), OTLS_OK);
        cr_expect_eq(omni_pbe_mac_check(backend, (otls_slice){mac, size}, text("content"), &password,
                                        &err),
                     rows[i].status, "row %zu: %s", i, err.text);
        cr_expect_eq(err.code, rows[i].code, "row %zu: %s", i, err.text);
        omni_pbe_password_clear(&password);
    }
}

/* What scrypt may take is bounded before an engine sees it. */
Test(pbe, scrypt_bounds)
{
    static const struct {
        const char *n;
        int32_t code;
    } rows[] = {{"02{03}", OTLS_CODE_BAD_DER}, /* no power of two */
                {"02{01}", OTLS_CODE_BAD_DER},
                {"02{020000}", OTLS_CODE_LIMIT}}; /* 131,072 * 8 * 128 */
    const otls_backend *backend;

    cr_assert_eq(otls_backend_find(&backend, NULL, NULL), OTLS_OK);
    for (size_t i = 0; i < 3; i++) {
        static const uint8_t sealed[16];
        char notation[256];
        uint8_t algorithm[128];
        omni_pbe_password password;
        omni_buffer out = {0};
        otls_error err = OTLS_ERROR_INIT;
        size_t size;

        (void)snprintf(notation, sizeof(notation),
                       "06{2a864886f70d01050d} 30{ 30{ 06{2b06010401da47040b} 30{ 04{'salt'} %s "
                       "02{08} 02{01} } } 30{ 06{60864801650304012a} "
                       "04{00000000000000000000000000000000} } }",
                       rows[i].n);
        size = der_make(notation, algorithm, sizeof(algorithm));
        cr_assert_eq(omni_pbe_password_set(&password, text("secret"), NULL), OTLS_OK);
        cr_expect_eq(omni_pbe_open(backend, (otls_slice){algorithm, size},
                                   (otls_slice){sealed, sizeof(sealed)}, &password, &out, &err),
                     OTLS_E_CREDENTIAL);
        cr_expect_eq(err.code, rows[i].code, "row %zu: %s", i, err.text);
        omni_pbe_password_clear(&password);
        omni_buffer_release(&out);
    }
}

#define BYTES(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}

Test(pbe, ber)
{
    static const struct {
        const char *name;
        otls_slice ber, der; /* der NULL: refused */
    } rows[] = {
        {"DER", BYTES("\x30\x03\x02\x01\x05"), BYTES("\x30\x03\x02\x01\x05")},
        {"nothing inside", BYTES("\x30\x00"), BYTES("\x30\x00")},
        {"long length", BYTES("\x30\x82\x00\x03\x02\x01\x05"), BYTES("\x30\x03\x02\x01\x05")},
        {"indefinite", BYTES("\x30\x80\x02\x01\x05\x00\x00"), BYTES("\x30\x03\x02\x01\x05")},
        {"twice", BYTES("\x30\x80\xa0\x80\x02\x01\x05\x00\x00\x00\x00"),
         BYTES("\x30\x05\xa0\x03\x02\x01\x05")},
        {"octets in pieces", BYTES("\x24\x80\x04\x01\xaa\x04\x02\xbb\xcc\x00\x00"),
         BYTES("\x04\x03\xaa\xbb\xcc")},
        {"pieces in pieces", BYTES("\x24\x80\x24\x80\x04\x01\xaa\x00\x00\x04\x01\xbb\x00\x00"),
         BYTES("\x04\x02\xaa\xbb")},
        {"pieces of something else", BYTES("\x24\x80\x02\x01\xaa\x00\x00"), {NULL, 0}},
        {"no end", BYTES("\x30\x80\x02\x01\x05"), {NULL, 0}},
        {"half an end", BYTES("\x30\x80\x02\x01\x05\x00"), {NULL, 0}},
        {"primitive and indefinite", BYTES("\x04\x80\x00\x00"), {NULL, 0}},
        {"cut short", BYTES("\x30\x04\x02\x01\x05"), {NULL, 0}},
        {"something behind", BYTES("\x30\x00\x05\x00"), {NULL, 0}},
        {"a length of six octets", BYTES("\x30\x86\x00\x00\x00\x00\x00\x00"), {NULL, 0}},
        {"nothing", BYTES(""), {NULL, 0}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        omni_buffer out = {0};
        const otls_status status = omni_ber_to_der(&out, rows[i].ber);

        cr_expect_eq(status, rows[i].der.data != NULL ? OTLS_OK : OTLS_E_CREDENTIAL, "%s",
                     rows[i].name);
        if (status == OTLS_OK)
            cr_expect(omni_buffer_size(&out) == rows[i].der.size &&
                          memcmp(omni_buffer_front(&out), rows[i].der.data, rows[i].der.size) == 0,
                      "%s", rows[i].name);
        omni_buffer_release(&out);
    }
}

/* Not as deep as the stack. */
Test(pbe, ber_depth)
{
    uint8_t deep[4096];
    omni_buffer out = {0};

    for (size_t i = 0; i < sizeof(deep); i += 2) {
        deep[i] = 0x30;
        deep[i + 1] = 0x80;
    }
    cr_expect_eq(omni_ber_to_der(&out, (otls_slice){deep, sizeof(deep)}), OTLS_E_CREDENTIAL);
    omni_buffer_release(&out);
}

static otls_status nothing(void *user, otls_slice der, otls_error *err)
{
    (void)user;
    (void)der;
    (void)err;
    return OTLS_OK;
}

/* AES-128-CBC with the key that PBKDF2 makes of "pw" and "salt" in one round, an IV of zeros: a bag of a
 * kind that is passed over, with a derivation of 600 rounds in it. */
#define HIDES_600                                                                                  \
    "30{ 06{2a864886f70d010706} a0{ 30{ 02{00} 30{ 06{2a864886f70d010701} "                        \
    "30{ 06{2a864886f70d01050d} 30{ 30{ 06{2a864886f70d01050c} 30{ 04{'salt'} 02{01} } } "         \
    "30{ 06{60864801650304 0102} 04{ 00000000000000000000000000000000 } } } } "                    \
    "80{ 8090f2eb79046a504436095e4070b80d042cb27d7c39fca51e8057c1306f3e07"                         \
    "66e2cc6e3df35b9bfeeae963d84320be } } } } } "

/* However many encrypted parts a file has, what they hide is counted together. */
Test(pbe, hidden_derivations_add_up)
{
    static const struct {
        const char *contents;
        uint64_t total;
    } rows[] = {{HIDES_600, 601}, {HIDES_600 HIDES_600, 1202}};
    omni_pbe_password password;
    omni_pfx_reader reader = {.password = &password, .key = nothing, .certificate = nothing};

    cr_assert_eq(otls_backend_find(&reader.backend, NULL, NULL), OTLS_OK);
    cr_assert_eq(omni_pbe_password_set(&password, text("pw"), NULL), OTLS_OK);
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        const bool enough = i % 2 != 0;
        char file[2048];
        uint8_t pfx[1024];
        otls_error err = OTLS_ERROR_INIT;
        size_t size;

        (void)snprintf(file, sizeof(file),
                       "30{ 02{03} 30{ 06{2a864886f70d010701} a0{ 04{ 30{ %s } } } } }",
                       rows[i / 2].contents);
        size = der_make(file, pfx, sizeof(pfx));
        otls_key_set_derivation_limit(rows[i / 2].total - !enough);
        cr_expect_eq(omni_pfx_read(&reader, (otls_slice){pfx, size}, &err),
                     enough ? OTLS_OK : OTLS_E_CREDENTIAL, "%zu: %s", i, err.text);
        cr_expect_eq(err.code, enough ? OTLS_CODE_NONE : OTLS_CODE_LIMIT, "%zu: %s", i, err.text);
    }
    otls_key_set_derivation_limit(0);
    omni_pbe_password_clear(&password);
}
