/* SPDX-License-Identifier: MIT */
/* Versions, options, security level: what the application asked for, and what that leaves. */
#include "context/options.h"

#include "base/base.h"
#include <omnitls/connection.h>
#include <omnitls/parity.h>

#include <string.h>

#define ALWAYS_ON                                                                                  \
    (OTLS_OPTION_NO_COMPRESSION | OTLS_OPTION_SINGLE_DH_USE | OTLS_OPTION_SINGLE_ECDH_USE |        \
     OTLS_OPTION_NO_SSLV2 | OTLS_OPTION_NO_SSLV3)
#define VERSION_SWITCHES                                                                           \
    (OTLS_OPTION_NO_TLSV1_0 | OTLS_OPTION_NO_TLSV1_1 | OTLS_OPTION_NO_TLSV1_2 |                    \
     OTLS_OPTION_NO_TLSV1_3)

static const struct {
    uint32_t bit;
    const char *name;
} option_names[] = {
    {OTLS_OPTION_NO_TICKET, "no-ticket"},
    {OTLS_OPTION_NO_COMPRESSION, "no-compression"},
    {OTLS_OPTION_CIPHER_SERVER_PREFERENCE, "cipher-server-preference"},
    {OTLS_OPTION_SINGLE_DH_USE, "single-dh-use"},
    {OTLS_OPTION_SINGLE_ECDH_USE, "single-ecdh-use"},
    {OTLS_OPTION_NO_RENEGOTIATION, "no-renegotiation"},
    {OTLS_OPTION_IGNORE_UNEXPECTED_EOF, "ignore-unexpected-eof"},
    {OTLS_OPTION_NO_TLSV1_0, "no-tlsv1.0"},
    {OTLS_OPTION_NO_TLSV1_1, "no-tlsv1.1"},
    {OTLS_OPTION_NO_TLSV1_2, "no-tlsv1.2"},
    {OTLS_OPTION_NO_TLSV1_3, "no-tlsv1.3"},
    {OTLS_OPTION_NO_SSLV2, "no-sslv2"},
    {OTLS_OPTION_NO_SSLV3, "no-sslv3"},
};

#define OPTION_COUNT (OMNI_COUNT(option_names))

uint32_t omni_options_default(void)
{
    return ALWAYS_ON | OTLS_OPTION_CIPHER_SERVER_PREFERENCE | OTLS_OPTION_NO_RENEGOTIATION;
}

/* ---- versions ---- */

otls_status otls_version_parse(const char *name, uint16_t *version, otls_error *err)
{
    static const struct {
        const char *name;
        uint16_t version;
    } names[] = {
        {"1.0", OTLS_TLS1_0},
        {"1", OTLS_TLS1_0},
        {"1.1", OTLS_TLS1_1},
        {"1.2", OTLS_TLS1_2},
        {"1.3", OTLS_TLS1_3},
        {"lowest", OTLS_VERSION_LOWEST},
        {"highest", OTLS_VERSION_HIGHEST},
        {"default", OTLS_VERSION_DEFAULT},
    };
    const char *bare = name;

    if (name == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no version given");
    if (omni_same_word(name, "SSLv2"))
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_OBSOLETE,
                         "SSLv2 is refused: it is broken (RFC 6176)");
    if (omni_same_word(name, "SSLv3"))
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_OBSOLETE,
                         "SSLv3 is refused: it is broken (RFC 7568)");
    if (omni_same_letters(name, "TLSv", sizeof("TLSv") - 1))
        bare = name + 4;
    else if (omni_same_letters(name, "TLS", sizeof("TLS") - 1))
        bare = name + 3;
    for (size_t i = 0; i < OMNI_COUNT(names); i++) {
        const bool word = names[i].name[0] > '9';

        if (omni_same_word(word ? name : bare, names[i].name)) {
            *version = names[i].version;
            return OTLS_OK;
        }
    }
    return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NONE,
                     "\"%.40s\" is no TLS version; there are 1.0, 1.1, 1.2, 1.3", name);
}

otls_status otls_context_set_versions_by_name(otls_context *context, const char *lowest,
                                              const char *highest, otls_error *err)
{
    uint16_t low = OTLS_VERSION_DEFAULT, high = OTLS_VERSION_DEFAULT;

    if (lowest != NULL)
        OMNI_TRY(otls_version_parse(lowest, &low, err));
    if (highest != NULL)
        OMNI_TRY(otls_version_parse(highest, &high, err));
    return otls_context_set_versions(context, low, high, err);
}

void otls_context_versions_set(const otls_context *context, uint16_t *lowest, uint16_t *highest)
{
    *lowest = context->settings.offer.lowest;
    *highest = context->settings.offer.highest;
}

static bool engine_has(const otls_backend *backend, uint16_t version)
{
    return otls_backend_supports(backend,
                                 (otls_feature)(OTLS_FEATURE_TLS1_0 + (version - OTLS_TLS1_0)),
                                 NULL) != OTLS_NO;
}

void otls_backend_versions(const otls_backend *backend, uint16_t *lowest, uint16_t *highest)
{
    *lowest = *highest = 0;
    for (uint16_t version = OTLS_TLS1_0; version <= OTLS_TLS1_3; version++) {
        if (!engine_has(backend, version))
            continue;
        if (*lowest == 0)
            *lowest = version;
        *highest = version;
    }
}

/* TLS 1.0 and 1.1 sign with SHA-1 and MD5: as in OpenSSL, only level 0 has them. */
static bool version_on(const otls_context *context, uint32_t options, uint16_t version)
{
    return engine_has(context->backend, version) &&
           (options & ((uint32_t)OTLS_OPTION_NO_TLSV1_0 << (version - OTLS_TLS1_0))) == 0 &&
           (!otls_version_before(version, OTLS_TLS1_2) ||
            context->settings.verdict.security_level == 0);
}

static void asked_for(const omni_settings *settings, uint16_t *lowest, uint16_t *highest)
{
    *lowest = settings->offer.lowest;
    *highest = settings->offer.highest;
    if (*highest == OTLS_VERSION_DEFAULT || *highest == OTLS_VERSION_HIGHEST)
        *highest = OTLS_TLS1_3;
    else if (*highest == OTLS_VERSION_LOWEST)
        *highest = OTLS_TLS1_0; /* raised to what there is */
    if (*lowest == OTLS_VERSION_DEFAULT)
        *lowest = otls_version_before(*highest, OTLS_TLS1_2) ? *highest : OTLS_TLS1_2;
    else if (*lowest == OTLS_VERSION_LOWEST)
        *lowest = OTLS_TLS1_0;
    else if (*lowest == OTLS_VERSION_HIGHEST)
        *lowest = OTLS_TLS1_3; /* lowered to what there is */
}

otls_status omni_versions_left(const otls_context *context, uint32_t options, uint16_t *lowest,
                               uint16_t *highest, otls_error *err)
{
    const omni_settings *settings = &context->settings;
    uint16_t low, high;

    asked_for(settings, &low, &high);
    while (settings->offer.highest == OTLS_VERSION_LOWEST &&
           otls_version_before(high, OTLS_TLS1_3) && !version_on(context, options, high))
        high++;
    while (settings->offer.lowest == OTLS_VERSION_HIGHEST &&
           otls_version_before(OTLS_TLS1_0, low) && !version_on(context, options, low))
        low--;
    while (low < high && !version_on(context, options, low))
        low++;
    while (high > low && !version_on(context, options, high))
        high--;
    if (low > high || !version_on(context, options, low)) {
        if (otls_version_before(high, OTLS_TLS1_2) && settings->verdict.security_level > 0)
            return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_WEAK,
                             "%s needs security level 0, the context has %d",
                             otls_version_name(high), settings->verdict.security_level);
        if (low > high)
            return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SHARED_VERSION,
                             "the lowest version, %s, is above the highest, %s",
                             otls_version_name(low), otls_version_name(high));
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SHARED_VERSION,
                         "no TLS version is left: %s has none that is neither switched off nor "
                         "out of range",
                         otls_backend_name(context->backend));
    }
    for (uint16_t version = low; version <= high; version++)
        if (!version_on(context, options, version))
            return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NONE,
                             "%s is off between versions that are on: only a range without gaps "
                             "can be negotiated",
                             otls_version_name(version));
    *lowest = low;
    *highest = high;
    return OTLS_OK;
}

/* ---- options ---- */

static otls_status check_known(uint32_t options, otls_error *err)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        options &= ~option_names[i].bit;
    return options == 0 ? OTLS_OK
                        : omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NONE,
                                    "0x%x is no option of a context", (unsigned)options);
}

static otls_status check_switches(const otls_context *context, uint32_t options, otls_error *err)
{
    uint16_t lowest, highest;

    return omni_versions_left(context, options, &lowest, &highest, err);
}

otls_status otls_context_set_options(otls_context *context, uint32_t options, otls_error *err)
{
    const uint32_t all = context->settings.offer.options | options;

    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(check_known(options, err));
    if ((options & VERSION_SWITCHES) != 0)
        OMNI_TRY(check_switches(context, all, err));
    context->settings.offer.options = all;
    return OTLS_OK;
}

otls_status otls_context_clear_options(otls_context *context, uint32_t options, otls_error *err)
{
    const uint32_t all = context->settings.offer.options & ~options;

    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(check_known(options, err));
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if ((option_names[i].bit & ALWAYS_ON & options) != 0)
            return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_OBSOLETE, "option %s is always on",
                             option_names[i].name);
    if ((options & OTLS_OPTION_NO_RENEGOTIATION) != 0)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_RENEGOTIATION, err));
    if ((options & VERSION_SWITCHES) != 0)
        OMNI_TRY(check_switches(context, all, err));
    context->settings.offer.options = all;
    return OTLS_OK;
}

uint32_t otls_context_options(const otls_context *context)
{
    return context->settings.offer.options;
}

uint32_t otls_option_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < OPTION_COUNT; i++)
        if (omni_same_word(option_names[i].name, name))
            return option_names[i].bit;
    return 0;
}

const char *otls_option_name(uint32_t option)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_names[i].bit == option)
            return option_names[i].name;
    return "unknown";
}

/* ---- security level, curve ---- */

otls_status otls_context_set_security_level(otls_context *context, int level, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (level < 0 || level > 5)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "security level %d is not in 0..5",
                         level);
    context->settings.verdict.security_level = level;
    return OTLS_OK;
}

int otls_context_security_level(const otls_context *context)
{
    return context->settings.verdict.security_level;
}

otls_status otls_context_set_ecdh_curve(otls_context *context, const char *name, otls_error *err)
{
    uint16_t groups[2];
    size_t count;

    OMNI_TRY(omni_context_unsealed(context, err));
    if (name == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no group given");
    if (strchr(name, ':') != NULL || strchr(name, ',') != NULL)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_BAD_LIST, "\"%.80s\" is not one group", name);
    OMNI_TRY(omni_groups_parse(name, groups, 2, &count, err));
    if (!omni_backend_has_group(context->backend, groups[0]))
        return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NO_SHARED_GROUP,
                         "%s does not have the group %.80s", otls_backend_name(context->backend),
                         name);
    context->settings.offer.groups[0] = groups[0];
    context->settings.offer.group_count = 1;
    return OTLS_OK;
}
