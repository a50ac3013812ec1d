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
/** The first and the last moment of them. */
#define OMNI_TIME_FIRST INT64_C(-62167219200)
#define OMNI_TIME_LAST INT64_C(253402300799)
/** The nearest moment that a certificate can name: nothing is added to a clock that cannot take it. */
static inline int64_t omni_time_of_calendar(int64_t seconds)
{
    return seconds < OMNI_TIME_FIRST ? OMNI_TIME_FIRST
           : seconds > OMNI_TIME_LAST ? OMNI_TIME_LAST
                                      : seconds;
}
/** A moment as the calendar has it. */
typedef struct omni_civil {
    int64_t year;
    int month, day; /* from 1 */
    int hour, minute, second;
} omni_civil;
void omni_time_civil(int64_t seconds, omni_civil *out);

#endif
