/* SPDX-License-Identifier: MIT */
/* RFC 3492: what is the Punycode of some text. */
#include "x509/x509.h"

#include <criterion/criterion.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool ok(const char *text)
{
    return omni_punycode_ok((otls_slice){.data = (const uint8_t *)text, .size = strlen(text)});
}

/* The samples of section 7.1, but those that are longer than a label. */
Test(punycode, samples)
{
    static const char *const samples[] = {
        "egbpdaj6bu4bxfgehfvwxn",
        "ihqwcrb4cv8a8dqg056pqjye",
        "ihqwctvzc91f659drss3x8bo0yb",
        "Proprostnemluvesky-uyb24dma41a",
        "4dbcagdahymbxekheh6e0a7fei0b",
        "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd",
        "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa",
        "b1abfaaepdrnnbgefbaDotcwatmq2g4l",
        "PorqunopuedensimplementehablarenEspaol-fmd56a",
        "TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g",
        "3B-ww4c5e180e575a65lsy2b",
        "-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n",
        "Hello-Another-Way--fc4qua05auwb3674vfr0b",
        "2-u9tlzr9756bt3uc0v",
        "MajiKoi5-783gue6qz075azm5e",
        "de-jg4avhby1noc0d",
        "d9juau41awczczp",
        "-> $1.00 <--",
        "hb9b", /* U+D7FF, before the surrogates */
        "0y0c", /* U+E000, behind them */
    };

    for (size_t i = 0; i < COUNT(samples); i++)
        cr_expect(ok(samples[i]), "%s", samples[i]);
}

Test(punycode, none)
{
    static const char *const others[] = {
        "",         "-",        "-a", /* a hyphen in front ends no ASCII */
        "a.",       "abc-_",    "_a",       "9",  "99999999", "abc-9", /* a number without an end */
        "en32g",                                           /* U+110000 */
        "k0902716a", "l0902716a",                          /* 32 bits are full */
        "ib9b",                                            /* U+D800 */
        "zy0c",                                            /* U+DFFF */
        "99999999999999999999999999999999999999999999a",
    };

    for (size_t i = 0; i < COUNT(others); i++)
        cr_expect_not(ok(others[i]), "%s", others[i]);
}
