/* SPDX-License-Identifier: MIT */
/**
 * @file corpus.h
 * The corpus as make_corpus wrote it: one row of the manifest, and the files of its case. Whatever
 * is missing or broken ends the program.
 */
#ifndef OTLS_TEST_CORPUS_H
#define OTLS_TEST_CORPUS_H

#include <omnitls/verify.h>
#include <stdbool.h>
#include <stdio.h>

enum { CORPUS_CHAIN_MAX = 128, CORPUS_LINE_SIZE = 2048 };

typedef struct corpus_case {
    otls_trust *trust;
    otls_certificate *chain[CORPUS_CHAIN_MAX]; /* NULL where it cannot be decoded */
    size_t count;
    bool long_chain; /* with the largest limits; `parameters` has them */
    otls_verify_parameters parameters;
    char words[256];
    const char *policies[16]; /* into `words` */
    const char *gives;        /* policies joined by +, or NULL */
} corpus_case;

/** Points into its line. */
typedef struct corpus_row {
    char *name, *host, *purpose, *options, *want, *source;
    int depth, level, wanted_depth;
    int64_t time;
} corpus_row;

_Noreturn void corpus_die(const char *what, const char *why);
/** Ends the program with the report when the status is an error. */
void corpus_must(otls_status status, const otls_error *err, const char *what);
/** NULL when there is no such file; malloc'd, with a zero behind it. */
char *corpus_read_file(const char *path);
FILE *corpus_open(const char *directory);
/** False at the end. */
bool corpus_next(FILE *manifest, char line[CORPUS_LINE_SIZE], corpus_row *out);
void corpus_load(corpus_case *loaded, const char *directory, const corpus_row *test);
void corpus_unload(corpus_case *loaded);
/** The case is about a host that nobody may ask for: "USAGE" stands in a verdict's place. */
bool corpus_refuses_host(const corpus_row *row);
/** Of "EXPIRED,WEAK" the set; the alert of the first, -1 for "ok". */
uint32_t corpus_parse_flags(const char *text, int *alert);
/** The way back; returns `out`, or "ok". */
const char *corpus_flag_text(uint32_t set, char *out, size_t size);

#endif
