/* SPDX-License-Identifier: MIT */
/* The setters: each checks its value completely before it changes anything. */
#include "base/base.h"
#include "context/context.h"
#include "trust/trust.h"
#include "verify/verify.h"
#include "x509/x509.h"
#include <omnitls/insecure.h>
#include <omnitls/options.h>

#include <string.h>

static const char *bad_version(uint16_t version)
{
    if (version == 0x0002 || version == 0x0200)
        return "SSLv2 is refused: it is broken (RFC 6176)";
    if (version == 0x0300)
        return "SSLv3 is refused: it is broken (RFC 7568)";
    if (version != OTLS_TLS1_0 && version != OTLS_TLS1_1 && version != OTLS_TLS1_2 &&
        version != OTLS_TLS1_3)
        return "is no TLS version";
    return NULL;
}

static otls_status check_version(const otls_context *context, uint16_t version, otls_error *err)
{
    const char *problem;
    const char *why;

    if (version == OTLS_VERSION_DEFAULT || version == OTLS_VERSION_LOWEST ||
        version == OTLS_VERSION_HIGHEST)
        return OTLS_OK;
    problem = bad_version(version);
    if (problem != NULL)
        return omni_fail(err, OTLS_E_CONFIG,
                         version <= 0x0300 ? OTLS_CODE_OBSOLETE : OTLS_CODE_NONE,
                         "version 0x%04x: %s", version, problem);
    if (otls_backend_supports(context->backend,
                              (otls_feature)(OTLS_FEATURE_TLS1_0 + (version - OTLS_TLS1_0)),
                              &why) == OTLS_NO)
        return omni_fail_unsupported(
            err, context->backend,
            (otls_feature)(OTLS_FEATURE_TLS1_0 + (version - OTLS_TLS1_0)));
    return OTLS_OK;
}

otls_status otls_context_set_versions(otls_context *context, uint16_t lowest, uint16_t highest,
                                      otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(check_version(context, lowest, err));
    OMNI_TRY(check_version(context, highest, err));
    /* LOWEST and HIGHEST are below and above all, so they compare as they should */
    if (lowest != OTLS_VERSION_DEFAULT && highest != OTLS_VERSION_DEFAULT && lowest > highest &&
        lowest != OTLS_VERSION_HIGHEST && highest != OTLS_VERSION_LOWEST)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NONE,
                         "the lowest version, %s, is above the highest, %s",
                         otls_version_name(lowest), otls_version_name(highest));
    context->settings.offer.lowest = lowest;
    context->settings.offer.highest = highest;
    return OTLS_OK;
}

/* One end at a time, in any order: whether anything is left between them shows at the seal. */
static otls_status set_end(otls_context *context, uint16_t *end, uint16_t version, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(check_version(context, version, err));
    *end = version;
    return OTLS_OK;
}

otls_status otls_context_set_min_version(otls_context *context, uint16_t lowest, otls_error *err)
{
    return set_end(context, &context->settings.offer.lowest, lowest, err);
}

otls_status otls_context_set_max_version(otls_context *context, uint16_t highest, otls_error *err)
{
    return set_end(context, &context->settings.offer.highest, highest, err);
}

/* Keep one half of the suite list (TLS 1.3 or the older ones), replace the other. */
static void replace_suites(omni_settings *settings, bool thirteen, const otls_suite *const *with,
                           size_t count)
{
    const otls_suite *merged[OMNI_SUITE_MAX];
    size_t used = 0;

    for (int pass = 0; pass < 2; pass++) {
        const bool now_thirteen = pass == 0;
        const otls_suite *const *from = now_thirteen == thirteen ? with : settings->offer.suites;
        const size_t from_count = now_thirteen == thirteen ? count : settings->offer.suite_count;

        for (size_t i = 0; i < from_count && used < OMNI_SUITE_MAX; i++)
            if ((from[i]->min_version == OTLS_TLS1_3) == now_thirteen)
                merged[used++] = from[i];
    }
    memcpy(settings->offer.suites, merged, used * sizeof(*merged));
    settings->offer.suite_count = used;
}

/* OpenSSL's rule: an unknown word is no error. */
static void log_unknown(const char *word, size_t length, void *user)
{
    const omni_callbacks *calls = user;
    char text[160];

    if (calls->log == NULL)
        return;
    (void)snprintf(text, sizeof(text), "the cipher expression has the unknown word \"%.*s\"",
                   length < 100 ? (int)length : 100, word);
    calls->log(text, calls->log_user);
}

/* Python's and OpenSSL's rule: nothing of it left is an error, and at once. The level may still change. */
static otls_status need_one(const otls_context *context, const char *expression,
                            const otls_suite *const *suites, size_t count, otls_error *err)
{
    const unsigned before = omni_backend_unanswered(context->backend);

    for (size_t i = 0; i < count; i++)
        if (omni_backend_has_suite(context->backend, suites[i]))
            return OTLS_OK;
    if (omni_backend_unanswered(context->backend) != before)
        return omni_fail_nomem(err);
    return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT,
                     "%s has none of the cipher suites that \"%.80s\" selects",
                     otls_backend_name(context->backend), expression);
}

otls_status otls_context_set_ciphers(otls_context *context, const char *openssl_expression,
                                     otls_error *err)
{
    const otls_suite *suites[OMNI_SUITE_MAX];
    int level = context->settings.verdict.security_level;
    size_t count;

    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(omni_ciphers_parse(openssl_expression, suites, OMNI_SUITE_MAX, &count, &level,
                                log_unknown, &context->settings.callbacks, err));
    OMNI_TRY(need_one(context, openssl_expression, suites, count, err));
    context->settings.verdict.security_level = level;
    replace_suites(&context->settings, false, suites, count);
    return OTLS_OK;
}

otls_status otls_context_set_tls13_suites(otls_context *context, const char *names,
                                           otls_error *err)
{
    const otls_suite *suites[OMNI_SUITE_MAX];
    size_t count;

    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(omni_ciphers13_parse(names, suites, OMNI_SUITE_MAX, &count, err));
    replace_suites(&context->settings, true, suites, count);
    return OTLS_OK;
}

otls_status otls_context_set_groups(otls_context *context, const char *names, otls_error *err)
{
    uint16_t groups[OMNI_GROUP_MAX];
    size_t count;

    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(omni_groups_parse(names, groups, OMNI_GROUP_MAX, &count, err));
    memcpy(context->settings.offer.groups, groups, count * sizeof(*groups));
    context->settings.offer.group_count = count;
    return OTLS_OK;
}

otls_status otls_context_set_signature_algorithms(otls_context *context, const char *names,
                                                  otls_error *err)
{
    uint16_t signatures[OMNI_SIGNATURE_MAX];
    size_t count;

    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(omni_signatures_parse(names, signatures, OMNI_SIGNATURE_MAX, &count, err));
    memcpy(context->settings.offer.signatures, signatures, count * sizeof(*signatures));
    context->settings.offer.signature_count = count;
    return OTLS_OK;
}

otls_status otls_context_set_trust(otls_context *context, otls_trust *trust, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (trust != NULL)
        omni_trust_seal(trust);
    (void)otls_trust_ref(trust);
    otls_trust_free(context->settings.verdict.trust);
    context->settings.verdict.trust = trust;
    return OTLS_OK;
}

otls_status otls_context_set_verify_mode(otls_context *context, otls_verify_mode mode,
                                         otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (mode != OTLS_VERIFY_MODE_NONE && mode != OTLS_VERIFY_MODE_OPTIONAL &&
        mode != OTLS_VERIFY_MODE_REQUIRED)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%d is no verify mode", (int)mode);
    if (context->role == OTLS_CLIENT && mode != OTLS_VERIFY_MODE_REQUIRED)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "a client always verifies; see omnitls/insecure.h");
    if (context->role != OTLS_SERVER && mode == OTLS_VERIFY_MODE_REQUIRED)
        context->settings.verdict.no_verify = false;
    context->settings.verdict.verify_mode = mode;
    return OTLS_OK;
}

otls_status otls_context_set_verify_depth(otls_context *context, int depth, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (depth < 0 || depth > 100)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "verify depth %d is not in 0..100",
                         depth);
    context->settings.verdict.verify_depth = depth;
    return OTLS_OK;
}

static otls_status alpn_wire_size(const char *const *names, size_t count, size_t *size,
                                  otls_error *err)
{
    size_t total = 0;

    *size = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t length = names[i] != NULL ? strlen(names[i]) : 0;

        if (length == 0 || length > 255)
            return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                             "ALPN name %zu has %zu bytes, 1 to 255 are allowed", i + 1, length);
        total += length + 1;
        if (total > OMNI_ALPN_WIRE_MAX)
            return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                             "ALPN names exceed 65535 bytes at \"%.40s\"", names[i]);
    }
    *size = total;
    return OTLS_OK;
}

/* What the engine cannot offer (a client), or answer with (a server), is refused here. */
static otls_status alpn_possible(const otls_context *context, const char *const *names,
                                 size_t count, otls_error *err)
{
    const bool client = context->role != OTLS_SERVER;
    bool is_long = client && count > 8, comma = false;
    size_t total = 0;

    for (size_t i = 0; i < count; i++) {
        total += strlen(names[i]) + 1;
        is_long = is_long || strlen(names[i]) > 32;
        comma = comma || (client && strchr(names[i], ',') != NULL);
    }
    if (is_long)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_LONG_ALPN, err));
    if (comma)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_ALPN_COMMA, err));
    if (client && total > OMNI_ALPN_SHORT)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_LONG_HELLOS, err));
    return OTLS_OK;
}

otls_status otls_context_set_alpn(otls_context *context, const char *const *names, size_t count,
                                  otls_error *err)
{
    omni_settings *settings = &context->settings;
    uint8_t *wire, *at;
    size_t size;

    OMNI_TRY(omni_context_unsealed(context, err));
    OMNI_TRY(alpn_wire_size(names, count, &size, err));
    OMNI_TRY(alpn_possible(context, names, count, err));
    wire = omni_malloc(size);
    if (wire == NULL)
        return omni_fail_nomem(err);
    at = wire;
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(names[i]);

        *at++ = (uint8_t)length;
        memcpy(at, names[i], length);
        at += length;
    }
    omni_free(settings->offer.alpn);
    settings->offer.alpn = wire;
    settings->offer.alpn_size = size;
    return OTLS_OK;
}

otls_status otls_context_set_alpn_required(otls_context *context, bool required, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    context->settings.offer.alpn_optional = !required;
    return OTLS_OK;
}

otls_status otls_context_set_clock_callback(otls_context *context, int64_t (*now)(void *user), void *user,
                                   otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    context->settings.callbacks.now = now;
    context->settings.callbacks.now_user = user;
    return OTLS_OK;
}

otls_status otls_context_set_key_log_callback(otls_context *context, otls_key_log_callback callback,
                                     void *user, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (callback != NULL)
        OMNI_TRY(omni_backend_require(context->backend, OTLS_FEATURE_KEY_LOG, err));
    context->settings.callbacks.key_log = callback;
    context->settings.callbacks.key_log_user = user;
    return OTLS_OK;
}

otls_status otls_context_insecure_no_verify(otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (context->role == OTLS_SERVER)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "a server's verification is its verify mode's to switch off");
    OMNI_TRY(omni_context_demands_nothing(context, err));
    context->settings.verdict.no_verify = true;
    return OTLS_OK;
}

otls_status otls_context_insecure_no_name_check(otls_context *context, otls_error *err)
{
    OMNI_TRY(omni_context_unsealed(context, err));
    if (context->role == OTLS_SERVER)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "a server has no name to match its clients with");
    if (context->settings.verdict.no_verify)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "no name is matched anyway while nothing is verified");
    context->settings.verdict.no_name_check = true;
    return OTLS_OK;
}
