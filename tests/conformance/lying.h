/* SPDX-License-Identifier: MIT */
/** @file lying.h The engine that lies (tests/support/lying), about each engine of the build. */
#ifndef OTLS_TEST_LYING_H
#define OTLS_TEST_LYING_H

#include "lying/lying_engine.h"
#include "pair.h"

#define LYING_TRUTHS 3
/** The engines there may be to lie about. */
extern const char *const lying_truths[LYING_TRUTHS];
/** Their indexes, for a test of its own about each. */
struct criterion_test_params lying_parameters(void);
/** What is said, and on which side; valid after lying_about. One engine per process. */
extern lying_control *lying;

/** The engine that lies about the given one; false when this build has no such module. */
bool lying_about(const otls_backend **out, const char *truth);
/** Read the five bytes that the other side wrote, or what comes instead. */
otls_status lying_read(otls_connection *conn, otls_connection *other, otls_error *err);

#endif
