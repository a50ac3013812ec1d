/* SPDX-License-Identifier: MIT */
/* wolfSSL for a microcontroller: no operating system, one thread. */
#ifndef USER_SETTINGS_H
#define USER_SETTINGS_H

#include <stddef.h>
#include <time.h>

/* the machine */
#define SINGLE_THREADED
#define SIZEOF_LONG_LONG 8
#define SIZEOF_LONG 4
#define WOLFSSL_SMALL_STACK

/* clock and random numbers come from hooks in port.c */
#define HAVE_HASHDRBG
extern int port_seed(unsigned char *out, unsigned size);
#define CUSTOM_RAND_GENERATE_SEED port_seed
extern time_t port_time(time_t *out);
#define XTIME(out) port_time(out)
#define HAVE_GMTIME_R
#define XGMTIME(clock, out) gmtime_r((clock), (out))
#define USER_TICKS

#include "wolfssl_common.h"

#endif
