/* SPDX-License-Identifier: MIT */
/** @file x509/time.h The proleptic Gregorian calendar in UTC; no time zone, no leap seconds. */
#ifndef OMNI_X509_TIME_H
#define OMNI_X509_TIME_H

#include <stdbool.h>
#include <stdint.h>

/** Seconds since 1970-01-01T00:00:00Z; false when there is no such moment (month 13, 30 February,
 *  24:00, second 60). Years 0 to 9999. */
bool omni_time_make(int64_t *seconds, int year, unsigned month, unsigned day, unsigned hour,
                    unsigned minute, unsigned second);
/** A moment as the calendar has it. */
typedef struct omni_civil {
    int64_t year;
    int month, day; /* from 1 */
    int hour, minute, second;
} omni_civil;
void omni_time_civil(int64_t seconds, omni_civil *out);

#endif
