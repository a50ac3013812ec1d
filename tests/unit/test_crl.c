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
