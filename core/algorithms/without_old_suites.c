/* SPDX-License-Identifier: MIT */
/* The suites that new software needs (OMNITLS_WITH_OLD_SUITES). */
#include "algorithms/suites_list.h"

#include "base/base.h"

const otls_suite omni_suites[] = {OMNI_SUITES(OMNI_SUITE_ROW, OMNI_SUITE_NONE)};

const size_t omni_suites_count = OMNI_COUNT(omni_suites);
