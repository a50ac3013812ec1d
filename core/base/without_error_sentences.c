/* SPDX-License-Identifier: MIT */
/* A library without sentences for engines' failures (OMNITLS_WITH_ERROR_SENTENCES): codes and alerts say it. */
#include "base/base.h"

const char *omni_sentence(int32_t code, int alert)
{
    (void)code, (void)alert;
    return "the TLS protocol failed";
}
