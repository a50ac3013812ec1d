/* SPDX-License-Identifier: MIT */
/*
 * wolfSSL for Linux with musl: what configure would find out there. run.sh puts the options of the
 * distribution's own wolfSSL after it.
 */
#include <sys/time.h> /* it uses struct timeval */

#define HAVE_GMTIME_R 1
#define HAVE_PTHREAD 1
#define HAVE_PTHREAD_H 1
#define HAVE_UNISTD_H 1
#define HAVE_LIMITS_H 1
#define HAVE___UINT128_T 1
#define SIZEOF_LONG_LONG 8
#define SIZEOF_LONG 8
