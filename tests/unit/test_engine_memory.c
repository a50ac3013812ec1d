/* SPDX-License-Identifier: MIT */
/* What an engine says while malloc fails is no verdict. */
#include <criterion/criterion.h>

#include "engine/engine.h"
#include "platform/platform.h"
#include <stdio.h>

static otls_error refusal(void)
{
    otls_error report = OTLS_ERROR_INIT;

    report.status = OTLS_E_VERIFY;
    report.code = OTLS_CODE_BAD_DER;
    report.verify_flags = OTLS_VERIFY_BAD_SIGNATURE;
    (void)snprintf(report.text, sizeof(report.text), "a wrong signature");
    (void)snprintf(report.native_text, sizeof(report.native_text), "native");
    return report;
}

/* An engine: malloc fails within the call, or not. */
static otls_status answer(otls_status status, bool is_short)
{
    if (is_short)
        omni_os_memory_set(true);
    return status;
}

Test(engine_memory, failures)
{
    otls_error report = refusal();

    cr_expect_eq(OMNI_ENGINE_ASK(&report, answer(OTLS_E_VERIFY, true)), OTLS_E_NOMEM);
    cr_expect_eq(report.status, OTLS_E_NOMEM);
    cr_expect_eq(report.code, OTLS_CODE_NONE);
    cr_expect_eq(report.verify_flags, 0);
    cr_expect_str_eq(report.text, "out of memory");
    cr_expect_str_eq(report.native_text, "native");
    cr_expect_eq(OMNI_ENGINE_ASK(NULL, answer(OTLS_E_CREDENTIAL, true)), OTLS_E_NOMEM);
}

Test(engine_memory, older_lacks)
{
    otls_error report = refusal();

    omni_os_memory_set(true); /* before the call: not this call's */
    cr_expect_eq(OMNI_ENGINE_ASK(&report, answer(OTLS_E_VERIFY, false)), OTLS_E_VERIFY);
    cr_expect_eq(report.verify_flags, OTLS_VERIFY_BAD_SIGNATURE);
    omni_os_memory_set(true);
    cr_expect_eq(OMNI_ENGINE_GET(&report, answer(OTLS_OK, false)), OTLS_OK);
}

Test(engine_memory, other_answers)
{
    otls_error report = OTLS_ERROR_INIT;

    cr_expect_eq(OMNI_ENGINE_ASK(&report, answer(OTLS_OK, true)), OTLS_OK);
    cr_expect_eq(OMNI_ENGINE_ASK(&report, answer(OTLS_WANT_READ, true)), OTLS_WANT_READ);
    /* octets may lack what there was no memory for */
    cr_expect_eq(OMNI_ENGINE_GET(&report, answer(OTLS_OK, true)), OTLS_E_NOMEM);
    cr_expect_eq(report.status, OTLS_E_NOMEM);
    cr_expect_eq(OMNI_ENGINE_GET(&report, answer(OTLS_E_VERIFY, true)), OTLS_E_NOMEM);
}
