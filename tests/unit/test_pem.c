/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "x509/x509.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define BEGIN(label) "-----BEGIN " label "-----"
#define END(label) "-----END " label "-----"

/** What the reader reported, as "LABEL=hex;". */
typedef struct seen {
    char text[256];
} seen;

static otls_status note(const omni_pem_block *block, void *user, otls_error *err)
{
    seen *all = user;
    size_t used = strlen(all->text);

    (void)err;
    used += (size_t)snprintf(all->text + used, sizeof(all->text) - used,
                             "%.*s=", (int)block->label_size, block->label);
    if (block->has_headers)
        used += (size_t)snprintf(all->text + used, sizeof(all->text) - used, "headers");
    for (size_t i = 0; i < block->der.size && used + 4 < sizeof(all->text); i++)
        used += (size_t)snprintf(all->text + used, sizeof(all->text) - used, "%02x",
                                 (unsigned)block->der.data[i]);
    (void)snprintf(all->text + used, sizeof(all->text) - used, ";");
    return OTLS_OK;
}

/* `seen` NULL: the text is refused, and `blocks` is the number of the broken one */
static const struct text {
    const char *text, *seen;
    size_t blocks;
} texts[] = {
    {"", "", 0},
    {"no block here", "", 0},
    {BEGIN("A") "\nAQID\n" END("A"), "A=010203;", 1},
    {BEGIN("A") "\nAQI=\n" END("A") "\n", "A=0102;", 1},
    {BEGIN("A") "\nAQ==\n" END("A") "\n", "A=01;", 1},
    {BEGIN("A") "\n" END("A") "\n", "A=;", 1},
    {BEGIN("A") "\r\nAQ\r\nID\r\n" END("A") "\r\n", "A=010203;", 1},
    {BEGIN("A") "\rAQID\r" END("A") "\r", "A=010203;", 1},
    {BEGIN("A") "  \n A Q\tI D \n\n" END("A") "  \n", "A=010203;", 1},
    {BEGIN("A") "\nAQI\n=\n" END("A") "\n", "A=0102;", 1},
    {"text\n" BEGIN("A B") "\nAQID\n" END("A B") "\nmore\n" BEGIN("C") "\nBA==\n" END("C") "\n",
     "A B=010203;C=04;", 2},
    {"\xef\xbb\xbf" BEGIN("A") "\nAQID\n" END("A"), "A=010203;", 1},
    {"x " BEGIN("A") "\nAQID\n" END("A"), "", 0},
    {BEGIN("K") "\nProc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\nAAAA\n" END("K") "\n", "K=headers;",
     1},
    {BEGIN("A") "\nAQID\n", NULL, 1},
    {BEGIN("A") "\nAQID", NULL, 1},
    {BEGIN("A") "\nAQID\n" END("B") "\n", NULL, 1},
    {BEGIN("A") "\nAQI\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nA\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nA===\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAQI=AQID\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAQID=\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\n====\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAQ!D\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAR==\n" END("A") "\n", NULL, 1}, /* bits that are left over */
    /* sixteen and more at a time */
    {BEGIN("A") "\nAQIDBAUGBwgJCgsMDQ==\n" END("A"), "A=0102030405060708090a0b0c0d;", 1},
    {BEGIN("A") "\rAQIDBAUGBwgJCgsM\r" END("A") "\r", "A=0102030405060708090a0b0c;", 1},
    {BEGIN("A") "\nAQIDBAUGBwgJ CgsM\n" END("A") "\n", "A=0102030405060708090a0b0c;", 1},
    {BEGIN("A") "\nAQIDBAUG!wgJCgsM\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAQIDBAUGBwgJCgs-\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAQIDBA==BwgJCgsM\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAQIDBAUGBwgJCgsM\xc3\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAQJ=\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAQID\n" BEGIN("A") "\nAQID\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAQID\n" END("A") "\n" BEGIN("A") "\n?\n" END("A") "\n", NULL, 2},
    {"-----BEGIN A", NULL, 1},
    {BEGIN("A") " junk\nAQID\n" END("A") "\n", NULL, 1},
    {BEGIN("A") "\nAQID\n" END("A") " junk\n", NULL, 1},
    {BEGIN("A") "\nh: x\n\nAQID\n", NULL, 1},
    {BEGIN("0123456789012345678901234567890123456789012345678901234567890123456789") "\n", NULL, 1},
};

ParameterizedTestParameters(pem, texts)
{
    static size_t indexes[COUNT(texts)];

    for (size_t i = 0; i < COUNT(texts); i++)
        indexes[i] = i;
    return cr_make_param_array(size_t, indexes, COUNT(texts));
}

/* `text` is overwritten. */
static void expect_same_in_place(uint8_t *text, size_t size, otls_status status,
                                 const char *expected)
{
    seen all = {.text = ""};

    cr_expect_eq(omni_pem_each_in_place(text, size, note, &all, NULL), status);
    cr_expect_str_eq(all.text, expected);
}

ParameterizedTest(size_t *index, pem, texts)
{
    const struct text *expected = &texts[*index];
    const size_t size = strlen(expected->text);
    otls_error err = OTLS_ERROR_INIT;
    seen all = {.text = ""};
    /* no NUL behind it: a read past the end is seen */
    uint8_t *exact = malloc(size != 0 ? size : 1);
    size_t count = 99;
    otls_status status;
    char number[32];

    memcpy(exact, expected->text, size);
    status = omni_pem_each((otls_slice){.data = exact, .size = size}, note, &all, &count, &err);
    expect_same_in_place(exact, size, status, all.text);
    free(exact);
    if (expected->seen != NULL) {
        cr_expect_eq(status, OTLS_OK, "%zu: %s", *index, err.text);
        cr_expect_str_eq(all.text, expected->seen, "%zu", *index);
        cr_expect_eq(count, expected->blocks);
        return;
    }
    cr_expect_eq(status, OTLS_E_CREDENTIAL, "%zu was read as %s", *index, all.text);
    cr_expect_eq(err.code, OTLS_CODE_BAD_PEM);
    (void)snprintf(number, sizeof(number), "block %zu", expected->blocks);
    cr_expect_not_null(strstr(err.text, number), "%s", err.text);
}

Test(pem, a_nul_is_no_base64)
{
    static const char text[] = "-----BEGIN A-----\nAQ\0ID\n-----END A-----\n";
    seen all = {.text = ""};

    cr_expect_eq(
        omni_pem_each((otls_slice){.data = (const uint8_t *)text, .size = sizeof(text) - 1}, note,
                      &all, NULL, NULL),
        OTLS_E_CREDENTIAL);
}

static otls_status refuse(const omni_pem_block *block, void *user, otls_error *err)
{
    (void)block;
    (void)err;
    ++*(unsigned *)user;
    return OTLS_E_NOMEM;
}

Test(pem, the_callback_can_stop)
{
    static const char text[] = BEGIN("A") "\nAQID\n" END("A") "\n" BEGIN("A") "\nAQID\n" END("A");
    unsigned calls = 0;

    cr_expect_eq(
        omni_pem_each((otls_slice){.data = (const uint8_t *)text, .size = sizeof(text) - 1}, refuse,
                      &calls, NULL, NULL),
        OTLS_E_NOMEM);
    cr_expect_eq(calls, 1);
}

static otls_status compare(const omni_pem_block *block, void *user, otls_error *err)
{
    const otls_slice *expected = user;

    (void)err;
    cr_expect_eq(block->der.size, expected->size);
    cr_expect(expected->size == 0 || memcmp(block->der.data, expected->data, expected->size) == 0);
    cr_expect(omni_pem_label_is(block, "CERTIFICATE"));
    cr_expect_not(omni_pem_label_is(block, "CERTIFICAT"));
    cr_expect_not(omni_pem_label_is(block, "CERTIFICATES"));
    return OTLS_OK;
}

static otls_status keep(const omni_pem_block *block, void *user, otls_error *err)
{
    otls_slice **next = user;

    (void)err;
    *(*next)++ = block->der;
    return OTLS_OK;
}

Test(pem, what_is_decoded_in_place_stays_there)
{
    char text[] = BEGIN("A") "\nAQIDBAUGBwgJCgsM\n" END("A") "\n" BEGIN(
        "B") "\nAQIDBAUGBwgJCgsMDQ4=\n" END("B") "\n";
    uint8_t *const start = (uint8_t *)text;
    otls_slice kept[2], *next = kept;

    cr_assert_eq(omni_pem_each_in_place(start, sizeof(text) - 1, keep, &next, NULL), OTLS_OK);
    cr_assert_eq(next - kept, 2);
    for (size_t i = 0; i < 2; i++) {
        cr_expect(kept[i].data > start && kept[i].data < start + sizeof(text));
        cr_expect_eq(kept[i].size, 12 + 2 * i);
        for (size_t j = 0; j < kept[i].size; j++)
            cr_expect_eq(kept[i].data[j], j + 1);
    }
}

Test(pem, every_size_survives_the_round_trip)
{
    uint8_t data[300];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 151 + 7);
    for (size_t size = 0; size <= sizeof(data); size++) {
        otls_slice der = {.data = data, .size = size};
        size_t count = 0;
        char *text;

        cr_assert_eq(omni_pem_encode("CERTIFICATE", der, &text, NULL), OTLS_OK);
        for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1)
            cr_expect_leq(strchr(line, '\n') - line, 64, "size %zu", size);
        cr_expect_null(strstr(text, "\n\n"), "size %zu", size);
        cr_expect_eq(
            omni_pem_each((otls_slice){.data = (const uint8_t *)text, .size = strlen(text)},
                          compare, &der, &count, NULL),
            OTLS_OK);
        cr_expect_eq(count, 1);
        omni_free(text);
    }
}

Test(pem, base64_on_one_line)
{
    char out[16];

    cr_expect_eq(omni_base64((otls_slice){.data = (const uint8_t *)"abcd", .size = 4}, out, 16), 8);
    cr_expect_str_eq(out, "YWJjZA==");
    cr_expect_eq(omni_base64((otls_slice){.data = (const uint8_t *)"abcd", .size = 4}, out, 8), 0);
}
