/* SPDX-License-Identifier: MIT */
/* What C libraries have or have not, done by ourselves. */
#include "base/plain.h"

#include <criterion/criterion.h>
#include <string.h>

#define FIND(data, wanted) omni_find(data, strlen(data), wanted, strlen(wanted))

Test(plain, finds_the_first)
{
    const char *text = "--a---begin--begin";

    cr_expect_eq(FIND(text, "---begin"), text + 3);
    cr_expect_eq(FIND(text, "--begin"), text + 4);
    cr_expect_eq(FIND(text, "-"), text);
    cr_expect_eq(FIND(text, text), text);
}

Test(plain, finds_nothing_that_is_not_whole)
{
    cr_expect_null(FIND("--begi", "--begin"));
    cr_expect_null(FIND("", "--begin"));
    cr_expect_null(omni_find("--begin", 6, "--begin", 7));
    cr_expect_not_null(omni_find("x--begin", 8, "--begin", 7), "at the very end");
}

Test(plain, finds_behind_a_nul)
{
    cr_expect_not_null(omni_find("a\0bc", 4, "bc", 2));
}

Test(plain, letters_without_case)
{
    cr_expect(omni_same_word("TLSv1.2", "tlsV1.2"));
    cr_expect(omni_same_word("", ""));
    cr_expect_not(omni_same_word("TLSv1", "TLSv1.2"));
    cr_expect_not(omni_same_word("TLSv1.2", "TLSv1"));
    cr_expect_not(omni_same_word("[", "{"), "one bit apart, but no letters");
    cr_expect_not(omni_same_word("\xe4", "\xc4"), "ASCII only, whatever the locale");
}

Test(plain, a_beginning)
{
    cr_expect(omni_same_letters("TLSv1.2", "tls", 3));
    cr_expect_not(omni_same_letters("TL", "tls", 3));
    cr_expect(omni_same_letters("TL", "tl", 9), "both end there");
}

Test(plain, ipv4)
{
    char text[OMNI_IP_TEXT_MAX];

    cr_assert(omni_ip_text((const uint8_t[]){255, 255, 255, 255}, 4, text, 16));
    cr_expect_str_eq(text, "255.255.255.255");
    cr_expect_not(omni_ip_text((const uint8_t[]){255, 255, 255, 255}, 4, text, 15));
    cr_expect_str_eq(text, "", "half an address is none");
}

/* RFC 5952, section 4 */
Test(plain, ipv6)
{
    static const struct {
        uint8_t ip[16];
        const char *text;
    } rows[] = {
        {{0}, "::"},
        {{[15] = 1}, "::1"},
        {{0x20, 0x01, 0x0d, 0xb8}, "2001:db8::"},
        {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, "2001:db8:0:1:1:1:1:1"},
        {{0x20, 0x01, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, "2001:0:0:1::1"},
        {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1}, "2001:db8::1:0:0:1"},
        {{0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xab, 0xcd, 0xab,
          0xcd},
         "abcd:abcd:abcd:abcd:abcd:abcd:abcd:abcd"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[OMNI_IP_TEXT_MAX];

        cr_expect(omni_ip_text(rows[i].ip, 16, text, sizeof(text)));
        cr_expect_str_eq(text, rows[i].text);
    }
}

Test(plain, no_address)
{
    char text[OMNI_IP_TEXT_MAX] = "x";

    cr_expect_not(omni_ip_text((const uint8_t[]){1, 2, 3, 4, 5}, 5, text, sizeof(text)));
    cr_expect_str_eq(text, "");
    cr_expect_not(omni_ip_text((const uint8_t[]){1}, 0, text, 0));
}
