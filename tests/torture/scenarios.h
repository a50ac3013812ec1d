/* SPDX-License-Identifier: MIT */
/**
 * @file scenarios.h
 * What programs do with omnitls, each whole: from nothing to nothing. A scenario may be ended at any
 * allocation, has then given back all it had, and says what it was told.
 */
#ifndef OTLS_TEST_TORTURE_SCENARIOS_H
#define OTLS_TEST_TORTURE_SCENARIOS_H

#include <omnitls/omnitls.h>

/** What came of one run. */
typedef struct outcome {
    otls_status status; /* OTLS_OK: everything came out as it should, refusals included */
    otls_error error;   /* of the first that did not */
    const char *wrong;  /* NULL, or what nobody may ever answer: a false success, a stall */
} outcome;

typedef struct world {
    const otls_backend *backend;
    uint16_t version;
    const char *pki; /* the directory of the tests' certificates */
} world;

typedef struct torture_scenario {
    const char *name;
    bool versions; /* once for each of TLS 1.2 and 1.3 */
    void (*run)(const world *w, outcome *out);
} torture_scenario;

extern const torture_scenario torture_scenarios[];
extern const size_t torture_scenario_count;

/** Files that are encrypted, with a password that is not theirs, so that it goes all the way down. */
void torture_wrong_password(const world *w, otls_password_callback password);

#endif
