/* SPDX-License-Identifier: MIT */
/**
 * @file program.h
 * omnitls-conformance: the conformance tests as a program that takes any module. The tests are those
 * of the directory above, linked in; here is what runs them and says what came of it.
 */
#ifndef OMNITLS_CONFORMANCE_PROGRAM_H
#define OMNITLS_CONFORMANCE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

enum { PROGRAM_OK = 0, PROGRAM_FAILED = 1, PROGRAM_USAGE = 2 };

/** What the command line says; strings are argv's. */
typedef struct program_options {
    const char *module;
    const char *against;
    const char *filter;
    size_t jobs;
    bool list, json, help;
} program_options;

/** False, having said why on standard error, when the command line is wrong. */
bool program_parse(program_options *out, int argc, char **argv);

/**
 * Find the module and the engines that it is to talk to, and tell the tests by the environment.
 * False, having said which and why, when one cannot be used.
 */
bool program_engines(const program_options *options);

/** The name of the engine under test. */
const char *program_subject(void);

/* report.c: filled by Criterion's hooks, case by case */

typedef struct program_totals {
    size_t passed, failed, absent;
} program_totals;
/** Print the cases and the count; the count is also given back. */
program_totals program_report(bool json);
/** Print each failure when it happens. */
void program_report_at_once(bool on);

#endif
