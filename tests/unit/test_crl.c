/* SPDX-License-Identifier: MIT */
/* A revocation list finds each of its serials, and no other, however many there are. */
#include "base/alloc.h"
#include "x509/crl.h"
#include "der_make.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { ENTRIES_MAX = 70, STEP = 4 }; /* serials of one and two octets */

#define TIME "17{'260101000000Z'}"
#define NAME "30{ 31{ 30{ 06{550403} 0c{'issuer'} } } }"
#define ALGORITHM "30{ 06{2b6570} }"

/* The serial of entry `i` as an INTEGER's content in hexadecimal. */
static void serial_text(unsigned number, char out[16])
{
    if (number < 0x80)
        (void)snprintf(out, 16, "%02x", number);
    else
        (void)snprintf(out, 16, "%04x", number);
}

static omni_crl *make(size_t count)
{
    static char text[ENTRIES_MAX * 64 + 1024];
    static uint8_t bytes[ENTRIES_MAX * 40 + 1024];
    size_t used, size;
    otls_error err = OTLS_ERROR_INIT;
    omni_crl *crl = NULL;

    used = (size_t)snprintf(text, sizeof(text), "30{ 30{ 02{01} " ALGORITHM NAME TIME TIME " 30{");
    for (size_t i = count; i-- > 0;) { /* not in order */
        char serial[16];

        serial_text((unsigned)(STEP * (i + 1)), serial);
        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, " 30{ 02{%s} " TIME " }", serial);
    }
    (void)snprintf(text + used, sizeof(text) - used, "} } " ALGORITHM " 03{ 00 'signature' } }");
    size = der_make(text, bytes, sizeof(bytes));
    cr_assert_eq(omni_crl_parse(&crl, omni_memdup(bytes, size), size, &err), OTLS_OK, "%zu: %s",
                 count, err.text);
    return crl;
}

static bool has(const omni_crl *crl, size_t number)
{
    const uint8_t wide[2] = {(uint8_t)(number >> 8), (uint8_t)number};

    return omni_crl_find(crl, crl->issuer,
                         number < 0x80 ? (otls_slice){wide + 1, 1} : (otls_slice){wide, 2}) ==
           OMNI_CRL_REVOKED;
}

Test(crl, finds_each_and_no_other)
{
    for (size_t count = 1; count <= ENTRIES_MAX; count++) {
        omni_crl *crl = make(count);

        for (size_t number = 0; number < STEP * (count + 2); number++)
            cr_expect_eq(has(crl, number),
                         number != 0 && number % STEP == 0 && number <= STEP * count,
                         "%zu of %zu entries", number, count);
        omni_crl_free(crl);
    }
}

Test(crl, negative_and_padded_serials_are_other_ones)
{
    static const uint8_t padded[] = {0, STEP}, longer[] = {STEP, 0}, empty[1];
    omni_crl *crl = make(3);

    cr_expect_eq(omni_crl_find(crl, crl->issuer, (otls_slice){padded, 2}), OMNI_CRL_ABSENT);
    cr_expect_eq(omni_crl_find(crl, crl->issuer, (otls_slice){longer, 2}), OMNI_CRL_ABSENT);
    cr_expect_eq(omni_crl_find(crl, crl->issuer, (otls_slice){empty, 0}), OMNI_CRL_ABSENT);
    omni_crl_free(crl);
}

/* RFC 5280 5.1.1.2: inside and outside the signature the same algorithm, parameters and all. */
Test(crl, names_its_algorithm_twice_alike)
{
    static const struct {
        const char *inner, *outer;
        otls_status status;
    } rows[] = {
        {ALGORITHM, ALGORITHM, OTLS_OK},
        {ALGORITHM, "30{ 06{2b6571} }", OTLS_E_CREDENTIAL},
        {ALGORITHM, "30{ 06{2b6570} 05{} }", OTLS_E_CREDENTIAL},
        {"30{ 06{2b6570} 05{} }", ALGORITHM, OTLS_E_CREDENTIAL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512];
        uint8_t bytes[512];
        otls_error err = OTLS_ERROR_INIT;
        omni_crl *crl = NULL;
        uint8_t *block;
        size_t size;

        (void)snprintf(text, sizeof(text), "30{ 30{ 02{01} %s " NAME TIME TIME " } %s 03{ 00 'signature' } }",
                       rows[i].inner, rows[i].outer);
        size = der_make(text, bytes, sizeof(bytes));
        block = omni_memdup(bytes, size);
        cr_expect_eq(omni_crl_parse(&crl, block, size, &err), rows[i].status, "row %zu", i);
        if (crl == NULL)
            omni_free(block);
        omni_crl_free(crl);
    }
}

/* A list with these entries and, in it or not, an issuingDistributionPoint that says it is indirect. */
static otls_status parse_entries(omni_crl **out, const char *entries, bool indirect, bool delta)
{
    char text[1024];
    uint8_t bytes[1024];
    otls_error err = OTLS_ERROR_INIT;
    uint8_t *block;
    size_t size;
    otls_status status;

    (void)snprintf(text, sizeof(text),
                   "30{ 30{ 02{01} " ALGORITHM NAME TIME TIME " 30{ %s } %s%s%s%s } " ALGORITHM
                   " 03{ 00 'signature' } }",
                   entries, indirect || delta ? "a0{ 30{" : "",
                   indirect ? "30{ 06{551d1c} 0101ff 04{ 30{ 8401ff } } }" : "",
                   delta ? "30{ 06{551d1b} 0101ff 04{ 020101 } }" : "",
                   indirect || delta ? "} }" : "");
    size = der_make(text, bytes, sizeof(bytes));
    block = omni_memdup(bytes, size);
    *out = NULL;
    status = omni_crl_parse(out, block, size, &err);
    if (*out == NULL)
        omni_free(block);
    return status;
}

/* A serial that is no DER would be found under none of the ways to look for it. */
Test(crl, serials_are_der)
{
    static const char *const bad[] = {"0004", "ff84", ""};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char entry[64];
        omni_crl *crl;

        (void)snprintf(entry, sizeof(entry), "30{ 02{%s} " TIME " }", bad[i]);
        cr_expect_eq(parse_entries(&crl, entry, false, false), OTLS_E_CREDENTIAL, "\"%s\"", bad[i]);
        omni_crl_free(crl);
    }
}

/* RFC 5280 5.3.3: whose certificate an entry revokes must be readable, or nobody's status is known. */
Test(crl, entries_name_an_issuer)
{
    static const struct {
        const char *names;
        bool unusable;
    } rows[] = {
        {"a4{ " NAME " }", false},
        {"82{'host.test'} a4{ " NAME " }", false},
        {"", true},                         /* no name */
        {"82{'host.test'}", true},          /* none that is a directory's */
        {"a4{ 30{ 31{ } } }", true},        /* no name in it */
        {"a4{ " NAME " } 8205 'ab'", true}, /* cut short */
        {"a4{ " NAME " } 8a{'x'}", true},   /* no kind of name */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char entry[256];
        omni_crl *crl;

        (void)snprintf(entry, sizeof(entry),
                       "30{ 02{05} " TIME " 30{ 30{ 06{551d1d} 0101ff 04{ 30{ %s } } } } }",
                       rows[i].names);
        cr_assert_eq(parse_entries(&crl, entry, true, false), OTLS_OK, "row %zu", i);
        cr_expect_eq(crl->unusable, rows[i].unusable, "row %zu", i);
        omni_crl_free(crl);
    }
}

/* 5.3.1: removeFromCRL "may only appear in delta CRLs"; elsewhere it takes nothing back. */
Test(crl, only_a_delta_takes_back)
{
    static const char entry[] = "30{ 02{05} " TIME " 30{ 30{ 06{551d15} 04{ 0a0108 } } } }";
    static const uint8_t serial[] = {5};

    for (unsigned kind = 0; kind < 4; kind++) {
        const bool indirect = (kind & 1) != 0, delta = (kind & 2) != 0;
        omni_crl *crl;

        cr_assert_eq(parse_entries(&crl, entry, indirect, delta), OTLS_OK);
        cr_expect_eq(omni_crl_find(crl, crl->issuer, (otls_slice){serial, 1}),
                     delta ? OMNI_CRL_REMOVED : OMNI_CRL_REVOKED, "kind %u", kind);
        omni_crl_free(crl);
    }
}
