/* SPDX-License-Identifier: MIT */
/* libcurl 7.62 or later: curl/curl.h. Handles are void there, codes and options enums. */
#ifndef OMNITLS_BENCH_PEERS_LIBCURL_CALLS_H
#define OMNITLS_BENCH_PEERS_LIBCURL_CALLS_H

struct curl_slist;

/* Every option that is set, and what is given for it. */
#define LIBCURL_OPTIONS(OPTION)                                                                    \
    OPTION(CURLOPT_WRITEDATA, 10001)                                                               \
    OPTION(CURLOPT_URL, 10002)                                                                     \
    OPTION(CURLOPT_PROXY, 10004)                                                                   \
    OPTION(CURLOPT_ERRORBUFFER, 10010)                                                             \
    OPTION(CURLOPT_WRITEFUNCTION, 20011)                                                           \
    OPTION(CURLOPT_SSLVERSION, 32)                                                                 \
    OPTION(CURLOPT_FAILONERROR, 45)                                                                \
    OPTION(CURLOPT_CAINFO, 10065)                                                                  \
    OPTION(CURLOPT_FRESH_CONNECT, 74)                                                              \
    OPTION(CURLOPT_FORBID_REUSE, 75)                                                               \
    OPTION(CURLOPT_CAPATH, 10097)                                                                  \
    OPTION(CURLOPT_NOSIGNAL, 99)                                                                   \
    OPTION(CURLOPT_TIMEOUT_MS, 155)                                                                \
    OPTION(CURLOPT_RESOLVE, 10203)                                                                 \
    OPTION(CURLOPT_SSL_EC_CURVES, 10298)

#define LIBCURL_NUMBER(name, number) LIB##name = (number),
enum { LIBCURL_OPTIONS(LIBCURL_NUMBER) LIBCURL_SSLVERSION_1_3 = 7, LIBCURL_ERROR_SIZE = 256 };

#define LIBCURL_CALLS(CALL)                                                                        \
    CALL(char *, curl_version, (void))                                                             \
    CALL(void *, curl_easy_init, (void))                                                           \
    CALL(unsigned, curl_easy_setopt, (void *, unsigned, ...))                                      \
    CALL(unsigned, curl_easy_perform, (void *))                                                    \
    CALL(void, curl_easy_cleanup, (void *))                                                        \
    CALL(const char *, curl_easy_strerror, (unsigned))                                             \
    CALL(struct curl_slist *, curl_slist_append, (struct curl_slist *, const char *))              \
    CALL(void, curl_slist_free_all, (struct curl_slist *))

#endif
