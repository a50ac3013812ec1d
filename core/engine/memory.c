/* SPDX-License-Identifier: MIT */
/*
 * An engine whose malloc failed often says something else: that a signature is wrong, that two halves
 * of a key do not belong together, that a certificate cannot be read. A lack of memory is no verdict on
 * anybody's keys; malloc itself tells the thread of it (POSIX malloc: ENOMEM).
 */
#include "engine/engine.h"

#include "base/base.h"

#include <stdio.h>

otls_status omni_engine_said(otls_status status, otls_error *report)
{
    otls_error said;

    /* where the engine says it itself, the words and the code may still be about something else */
    if (!omni_status_is_failure(status) || (status != OTLS_E_NOMEM && !omni_os_memory_short()))
        return status;
    said = omni_error_of(report);
    said.status = OTLS_E_NOMEM;
    said.code = OTLS_CODE_NONE;
    said.verify_flags = 0;
    (void)snprintf(said.text, sizeof(said.text), "out of memory");
    omni_error_give(report, &said);
    return OTLS_E_NOMEM;
}

bool omni_engine_fell_short(otls_status status)
{
    return status == OTLS_OK && omni_os_memory_short();
}

otls_status omni_engine_gave(otls_status status, otls_error *report)
{
    return omni_engine_said(omni_engine_fell_short(status) ? OTLS_E_BACKEND : status, report);
}
