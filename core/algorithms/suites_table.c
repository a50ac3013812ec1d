/* SPDX-License-Identifier: MIT */
/* All of the suites. */
#include "algorithms/suites_list.h"

#include "base/base.h"

const otls_suite omni_suites[] = {OMNI_SUITES(OMNI_SUITE_ROW, OMNI_SUITE_ROW)};

_Static_assert(OMNI_COUNT(omni_suites) <= OMNI_SUITE_MAX, "table too long");

const size_t omni_suites_count = OMNI_COUNT(omni_suites);
