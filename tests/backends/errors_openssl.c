/* SPDX-License-Identifier: MIT */
/* libssl's reasons: those of its own, and 1000 + n for the alerts that were received. */
#include "backends/openssl/ossl.h"

#include "errors.h"

int main(void)
{
    return walk("openssl", 0, 1200, ossl_cause, NULL, 0);
}
