/* SPDX-License-Identifier: MIT */
/*
 * An extension that is there twice says two things: a list is then of no use, a response is refused. Also
 * one that nobody here knows, for what it means may be known to whoever made it.
 */
#include "base/alloc.h"
#include "x509/crl.h"
#include "x509/ocsp.h"
#include "der_make.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define TIME "17{'260101000000Z'}"
#define LONG_TIME "18{'20260101000000Z'}"
#define NAME "30{ 31{ 30{ 06{550403} 0c{'issuer'} } } }"
#define ALGORITHM "30{ 06{2b6570} }"

#define KEY_ID "30{ 06{551d23} 04{ 30{ 80{0102} } } }"
#define OTHER_KEY_ID "30{ 06{551d23} 04{ 30{ 80{0304} } } }"
#define NUMBER "30{ 06{551d14} 04{ 02{05} } }"
#define POINT "30{ 06{551d1c} 01{ff} 04{ 30{ 81{ff} } } }"
#define DELTA "30{ 06{551d1b} 01{ff} 04{ 02{01} } }"
#define REASON "30{ 06{551d15} 04{ 0a{01} } }"
#define UNKNOWN "30{ 06{2a0304} 04{00} }"
#define ANOTHER "30{ 06{2a0305} 04{00} }"

typedef struct row {
    const char *extensions;
    bool usable;
} row;

static omni_crl *parse_crl(const char *extensions, const char *of_entry)
{
    static char text[16384];
    static uint8_t bytes[8192];
    omni_crl *crl = NULL;
    uint8_t *block;
    size_t size;

    (void)snprintf(text, sizeof(text),
                   "30{ 30{ 02{01} " ALGORITHM NAME TIME TIME " 30{ 30{ 02{07} " TIME
                   " 30{%s} } } a0{ 30{%s} } } " ALGORITHM " 03{ 00 'signature' } }",
                   of_entry, extensions);
    size = der_make(text, bytes, sizeof(bytes));
    block = omni_memdup(bytes, size);
    if (omni_crl_parse(&crl, block, size, NULL) != OTLS_OK)
        omni_free(block);
    return crl;
}

Test(extensions_twice, of_a_list)
{
    static const row rows[] = {
        {NUMBER, true},
        {NUMBER KEY_ID, true},
        {NUMBER KEY_ID POINT UNKNOWN ANOTHER, true},
        {NUMBER KEY_ID KEY_ID, false},
        {NUMBER KEY_ID OTHER_KEY_ID, false},
        {NUMBER NUMBER, false},
        {POINT NUMBER POINT, false},
        {DELTA NUMBER DELTA, false},
        {NUMBER UNKNOWN UNKNOWN, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        omni_crl *crl = parse_crl(rows[i].extensions, REASON);

        cr_assert_not_null(crl, "%s", rows[i].extensions);
        cr_expect_eq(!crl->unusable, rows[i].usable, "%s", rows[i].extensions);
        omni_crl_free(crl);
    }
}

Test(extensions_twice, of_an_entry)
{
    static const row rows[] = {
        {REASON, true},
        {REASON UNKNOWN ANOTHER, true},
        {REASON REASON, false},
        {UNKNOWN REASON UNKNOWN, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        omni_crl *crl = parse_crl(NUMBER, rows[i].extensions);

        cr_assert_not_null(crl, "%s", rows[i].extensions);
        cr_expect_eq(!crl->unusable, rows[i].usable, "%s", rows[i].extensions);
        omni_crl_free(crl);
    }
}

/* More than are compared: what the others say is not known. */
Test(extensions_twice, too_many_to_tell)
{
    for (unsigned count = 128; count <= 129; count++) {
        char list[8192];
        size_t used = 0;
        omni_crl *crl;

        for (unsigned i = 0; i < count; i++)
            used += (size_t)snprintf(list + used, sizeof(list) - used, "30{ 06{2a 8%u %02x} 04{00} }",
                                     1 + i / 128, i % 128);
        crl = parse_crl(list, REASON);
        cr_assert_not_null(crl);
        cr_expect_eq(crl->unusable, count > 128, "%u", count);
        omni_crl_free(crl);
    }
}

static otls_status parse_response(const char *of_single, const char *of_response)
{
    static char text[4096];
    static uint8_t bytes[4096];
    omni_ocsp response;
    otls_slice der = {.data = bytes};

    (void)snprintf(text, sizeof(text),
                   "30{ 0a{00} a0{ 30{ 06{2b0601050507300101} 04{ 30{ 30{ a1{" NAME "}" LONG_TIME
                   " 30{ 30{ 30{ 30{ 06{2b0e03021a} } 04{01} 04{02} 02{03} } 80{} " LONG_TIME
                   " a1{ 30{%s} } } } a1{ 30{%s} } } " ALGORITHM
                   " 03{ 00 'signature' } } } } } }",
                   of_single, of_response);
    der.size = der_make(text, bytes, sizeof(bytes));
    return omni_ocsp_parse(&response, der, NULL);
}

Test(extensions_twice, of_a_response)
{
    static const row rows[] = {
        {UNKNOWN, true},
        {UNKNOWN ANOTHER, true},
        {UNKNOWN UNKNOWN, false},
        {UNKNOWN ANOTHER UNKNOWN, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const otls_status wanted = rows[i].usable ? OTLS_OK : OTLS_E_CREDENTIAL;

        cr_expect_eq(parse_response(rows[i].extensions, UNKNOWN), wanted, "%s", rows[i].extensions);
        cr_expect_eq(parse_response(UNKNOWN, rows[i].extensions), wanted, "%s", rows[i].extensions);
    }
}
