/* SPDX-License-Identifier: MIT */
/** @file make_corpus.h What the parts of make_corpus share. */
#ifndef OTLS_TEST_MAKE_CORPUS_H
#define OTLS_TEST_MAKE_CORPUS_H

#include <stdbool.h>
#include <stddef.h>

struct evp_pkey_st;
struct x509_st;
struct X509_crl_st;
struct X509_name_st;
struct asn1_string_st;
struct conf_st;

enum { MEMBERS_MAX = 160, EXTENSIONS_MAX = 24, ATTRIBUTES_MAX = 32, CRLS_MAX = 8 };

/* 2026-01-01T00:00:00Z: the time at which every chain is judged unless the case says otherwise. */
static const long long reference_time = 1767225600;

typedef struct member { /* a certificate of a case */
    char id[32];
    struct evp_pkey_st *key;
    struct x509_st *cert;
    unsigned char *der; /* tampered with or not */
    bool odd_key;       /* no key that signs */
    size_t der_size;
    bool shared; /* the root and intermediate that all cases share: not freed with the case */
} member;

typedef struct corpus_case {
    char name[64], source[200], host[280], purpose[16], options[240], want[120];
    int wanted_depth, depth, level;
    long long time;
    member members[MEMBERS_MAX];
    size_t member_count;
    char send[2048], trust[256];
    struct X509_crl_st *crls[CRLS_MAX];
    size_t crl_count;
    bool active;
} corpus_case;

typedef struct attribute {
    char *name, *value;
} attribute;

/** Ends the program, with the line of chains.txt. */
__attribute__((format(printf, 1, 2), noreturn)) void fail(const char *format, ...);
/** "id | name=value | name" -> attributes; the first has no name. */
size_t split(char *text, attribute *out);
const char *get(const attribute *list, size_t count, const char *name, const char *other);
/** The certificate of that name; there must be one. */
member *need(corpus_case *test, const char *id);
/** "-10d", "5s" from the reference time, or seconds since 1970. */
long long when(const char *text);
struct asn1_string_st *time_of(struct asn1_string_st *time, long long seconds);
/** The same as GeneralizedTime. */
struct asn1_string_st *general_of(long long seconds);
struct X509_name_st *parse_name(char *text, const char *type);
struct conf_st *empty_configuration(void);

/* ---- make_crl.c ---- */
void make_crl(corpus_case *test, char *text);

#endif
