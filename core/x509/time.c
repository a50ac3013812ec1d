/* SPDX-License-Identifier: MIT */
#include "x509/time.h"

#include "base/base.h"
#include <omnitls/certificate.h>
#include <omnitls/parity.h>

#include <stdio.h>
#include <string.h>

static const char month_names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_in_month(int year, unsigned month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/** Days from 1970-01-01; counts in 400-year eras that begin on 1 March, so leap days come last. */
static int64_t days_from_civil(int year, unsigned month, unsigned day)
{
    const int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t year_of_era = y - era * 400;
    const int64_t shifted = (int64_t)(month > 2 ? month - 3 : month + 9);
    const int64_t day_of_year = (153 * shifted + 2) / 5 + (int64_t)day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

bool omni_time_make(int64_t *seconds, int year, unsigned month, unsigned day, unsigned hour,
                    unsigned minute, unsigned second)
{
    if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 59)
        return false;
    *seconds = days_from_civil(year, month, day) * 86400 + (int64_t)hour * 3600 +
               (int64_t)minute * 60 + (int64_t)second;
    return true;
}

void omni_time_civil(int64_t seconds, omni_civil *out)
{
    const int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
    const int64_t rest = seconds - days * 86400;
    const int64_t shifted = days + 719468;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const int64_t doe = shifted - era * 146097;
    const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int64_t mp = (5 * doy + 2) / 153;

    out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    out->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    out->year = yoe + era * 400 + (out->month <= 2 ? 1 : 0);
    out->hour = (int)(rest / 3600);
    out->minute = (int)(rest / 60 % 60);
    out->second = (int)(rest % 60);
}

void otls_time_text(int64_t seconds, char out[32])
{
    omni_civil civil;
    char text[96]; /* room for any six numbers: compilers do not know that these are small */

    if (seconds != omni_time_of_calendar(seconds)) {
        (void)snprintf(out, 32, "(out of range)");
        return;
    }
    omni_time_civil(seconds, &civil);
    (void)snprintf(text, sizeof(text), "%s %2d %02d:%02d:%02d %d GMT", month_names[civil.month - 1], civil.day,
                   civil.hour, civil.minute, civil.second, (int)civil.year);
    (void)snprintf(out, 32, "%.31s", text);
}

/** White space as strptime() sees it: a blank in the format stands for any amount, none included.
 */
static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || (*at >= '\t' && *at <= '\r'))
        at++;
    return at;
}

/** At least one blank. */
static bool take_blanks(const char **at)
{
    const char *const start = *at;

    *at = skip_blanks(start);
    return *at != start;
}

static bool take_number(const char **at, unsigned least, unsigned most, unsigned *out)
{
    unsigned value = 0;
    unsigned digits = 0;

    while (digits < most && **at >= '0' && **at <= '9') {
        value = value * 10 + (unsigned)(**at - '0');
        (*at)++;
        digits++;
    }
    *out = value;
    return digits >= least;
}

static bool same_letters(const char *text, const char *word, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        /* the words are letters only, so one bit is the case; NUL differs in others */
        if ((text[i] | 0x20) != (word[i] | 0x20))
            return false;
    }
    return true;
}

static bool take_month(const char **at, unsigned *month)
{
    for (unsigned i = 0; i < 12; i++) {
        if (same_letters(*at, month_names[i], 3)) {
            *at += 3;
            *month = i + 1;
            return true;
        }
    }
    return false;
}

static bool take_char(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

otls_status otls_cert_time_to_seconds(const char *text, int64_t *out, otls_error *err)
{
    const char *at = text;
    unsigned month, day, hour, minute, second, year;

    if (text == NULL || out == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no time, or nowhere to put it");
    if (take_month(&at, &month) && take_blanks(&at) && take_number(&at, 1, 2, &day) &&
        take_blanks(&at) && take_number(&at, 1, 2, &hour) && take_char(&at, ':') &&
        take_number(&at, 1, 2, &minute) && take_char(&at, ':') && take_number(&at, 1, 2, &second) &&
        take_blanks(&at) && take_number(&at, 4, 4, &year) && take_blanks(&at) &&
        same_letters(at, "GMT", 3) && at[3] == '\0' && year > 0 && second <= 61 &&
        omni_time_make(out, (int)year, month, day, hour, minute, 0)) {
        /* 60 and 61 are leap seconds, as strptime() has them */
        *out += (int64_t)second;
        return OTLS_OK;
    }
    return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                     "a certificate's time looks like \"May  9 00:00:00 2007 GMT\"");
}
