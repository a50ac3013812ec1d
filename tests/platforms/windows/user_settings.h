/* SPDX-License-Identifier: MIT */
/* wolfSSL for Windows: its threads, its clock and its random numbers. */
#ifndef USER_SETTINGS_H
#define USER_SETTINGS_H

#define USE_WINDOWS_API
#define HAVE_HASHDRBG
#define SIZEOF_LONG_LONG 8
#define SIZEOF_LONG 4

#include "wolfssl_common.h"

#endif
