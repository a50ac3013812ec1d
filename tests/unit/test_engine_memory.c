/* SPDX-License-Identifier: MIT */
/* What an engine says while malloc fails is no verdict. */
#include <criterion/criterion.h>

#include "engine/engine.h"
#include "engine/registry.h"
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
    report = refusal(); /* one that says it itself, in words about something else */
    cr_expect_eq(OMNI_ENGINE_ASK(&report, answer(OTLS_E_NOMEM, false)), OTLS_E_NOMEM);
    cr_expect_eq(report.code, OTLS_CODE_NONE);
    cr_expect_str_eq(report.text, "out of memory");
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

static bool starts_short;

static otls_status start(otls_error *err)
{
    (void)err;
    return answer(OTLS_OK, starts_short);
}

/* libcrypto has fewer algorithms then, for the rest of the process's life. */
Test(engine_memory, starts)
{
    otls_error err = OTLS_ERROR_INIT;

    cr_expect_eq(omni_module_start(start, "engine", "short", &err), OTLS_OK);
    starts_short = true;
    cr_expect_eq(omni_module_start(start, "engine", "short", &err), OTLS_E_NOMEM);
    cr_expect_eq(err.status, OTLS_E_NOMEM);
}

#ifndef OTLS_ONLY_BACKEND

static bool is_short, all_the_same; /* it says that it has it, of what it made of less */

static bool has(uint16_t number)
{
    omni_os_memory_set(is_short);
    return all_the_same || (!is_short && number != 0x0001);
}

static bool has_suite(const otls_suite *suite)
{
    (void)suite;
    return has(0);
}

/* What could not be found out is not remembered, and counted: whoever makes a list of it must not go on. */
Test(engine_memory, unanswered)
{
    static const otls_context_ops context = {
        .has_suite = has_suite, .has_group = has, .has_signature = has};
    static const otls_backend_module module = {.context = &context};
    static otls_backend backend = {.module = &module};
    size_t count;
    const otls_suite *suite = omni_suite_table(&count);

    is_short = true;
    for (unsigned said = 0; said < 2; said++) {
        all_the_same = said != 0;
        cr_expect_not(omni_backend_has_suite(&backend, suite));
        cr_expect_not(omni_backend_has_group(&backend, 0x001d));
        cr_expect_not(omni_backend_has_signature(&backend, 0x0804));
        cr_expect_eq(omni_backend_unanswered(&backend), 3 * (said + 1));
    }
    is_short = all_the_same = false;
    cr_expect(omni_backend_has_suite(&backend, suite));
    cr_expect(omni_backend_has_group(&backend, 0x001d));
    cr_expect(omni_backend_has_signature(&backend, 0x0804));
    cr_expect_not(omni_backend_has_group(&backend, 0x0001));
    cr_expect_eq(omni_backend_unanswered(&backend), 6);
}

#endif
