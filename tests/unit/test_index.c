/* SPDX-License-Identifier: MIT */
/* Numbers under hashes: all of a hash are found, no other, whatever stands beside them. */
#include "base/base.h"

#include <criterion/criterion.h>

enum { MANY = 1000 };

static size_t count_of(const omni_index *index, uint64_t hash, uint32_t wanted)
{
    omni_index_cursor cursor = omni_index_look(index, hash);
    size_t count = 0;
    uint32_t number;

    while ((number = omni_index_next(index, &cursor)) != OMNI_INDEX_END)
        count += number == wanted;
    return count;
}

Test(index, all_under_one_hash)
{
    omni_index index = {0};

    cr_expect_eq(count_of(&index, 1, 1), 0, "an empty one");
    for (uint32_t i = 0; i < MANY; i++)
        cr_assert(omni_index_add(&index, i % 7, i)); /* long runs, side by side */
    for (uint32_t i = 0; i < MANY; i++) {
        cr_expect_eq(count_of(&index, i % 7, i), 1);
        cr_expect_eq(count_of(&index, i % 7 + 1, i), 0);
    }
    cr_expect(index.capacity >= 2 * index.count, "a search ends");
    omni_index_release(&index);
}

Test(index, emptied_and_copied)
{
    omni_index index = {0}, copy, nothing;

    cr_assert(omni_index_copy(&nothing, &index));
    cr_expect_null(nothing.entries);
    for (uint32_t i = 0; i < MANY; i++)
        cr_assert(omni_index_add(&index, omni_hash_bytes(OMNI_HASH_START, &i, sizeof(i)), i));
    cr_assert(omni_index_copy(&copy, &index));
    omni_index_empty(&index);
    for (uint32_t i = 0; i < MANY; i++) {
        const uint64_t hash = omni_hash_bytes(OMNI_HASH_START, &i, sizeof(i));

        cr_expect_eq(count_of(&index, hash, i), 0);
        cr_expect_eq(count_of(&copy, hash, i), 1);
    }
    omni_index_release(&index);
    omni_index_release(&copy);
}

Test(index, names_have_no_case)
{
    cr_expect_eq(omni_hash_name(OMNI_HASH_START, "A-Z[@`{.Test", 12),
                 omni_hash_name(OMNI_HASH_START, "a-z[@`{.tESt", 12));
    cr_expect_neq(omni_hash_name(OMNI_HASH_START, "@", 1), omni_hash_name(OMNI_HASH_START, "`", 1));
    cr_expect_neq(omni_hash_name(1, "a", 1), omni_hash_name(2, "a", 1), "the seed counts");
}
