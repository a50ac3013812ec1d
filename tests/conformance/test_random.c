/* SPDX-License-Identifier: MIT */
/* Random bytes from every engine. */
#include <criterion/criterion.h>

#include "pair.h"

#include <omnitls/omnitls.h>
#include <omnitls/parity.h>
#include <string.h>

Test(random, every_engine)
{
    const otls_backend *engines[PAIR_ENGINES];
    const size_t count = test_subjects(engines);
    otls_error err = OTLS_ERROR_INIT;

    for (size_t i = 0; i < count; i++) {
        uint8_t a[64] = {0}, b[64] = {0};
        static const uint8_t zero[64];

        cr_assert(otls_random_status(engines[i]));
        cr_assert_eq(otls_random(engines[i], a, sizeof(a), &err), OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_random(engines[i], b, sizeof(b), &err), OTLS_OK);
        cr_assert_neq(memcmp(a, zero, sizeof(a)), 0);
        cr_assert_neq(memcmp(a, b, sizeof(a)), 0);
        cr_assert_eq(otls_random(engines[i], a, 0, &err), OTLS_OK);
        cr_assert_eq(otls_random(engines[i], NULL, 1, &err), OTLS_E_USAGE);
        cr_assert_eq(otls_random_add(engines[i], a, sizeof(a), &err), OTLS_E_UNSUPPORTED);
        cr_assert_eq(err.code, OTLS_CODE_OBSOLETE);
    }
    cr_assert_eq(otls_random(NULL, &err, 1, NULL), OTLS_OK, "the default engine");
}
