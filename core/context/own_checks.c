/* SPDX-License-Identifier: MIT */
/* What a context presents, held against what it would negotiate, before any handshake. */
#include "base/base.h"
#include "context/context.h"
#include "x509/x509.h"

static bool signs_in_13(uint16_t curve)
{
    return curve >= 0x0017 && curve <= 0x0019; /* P-256, P-384, P-521: RFC 8446 4.2.3 */
}

/* A certificate on another curve is for TLS 1.2, with peers that name the curve (RFC 8422 5.1). */
static bool curve_fits(const otls_context *context, const omni_x509 *leaf)
{
    if (leaf->key_type != OMNI_KEY_EC || signs_in_13(leaf->key_group))
        return true;
    for (size_t i = 0; i < context->group_count; i++)
        if (context->groups[i] == leaf->key_group)
            return otls_version_before(context->lowest, OTLS_TLS1_3);
    return false;
}

/* RFC 5280 4.2.1.3: signing, or a server's RSA key that clients encrypt to. */
static bool usage_fits(const otls_context *context, const omni_x509 *leaf)
{
    if (!leaf->has_key_usage || (leaf->key_usage & OTLS_KU_DIGITAL_SIGNATURE) != 0)
        return true;
    if (context->role == OTLS_CLIENT || leaf->key_type != OMNI_KEY_RSA ||
        (leaf->key_usage & OTLS_KU_KEY_ENCIPHERMENT) == 0)
        return false;
    for (size_t i = 0; i < context->suite_count; i++)
        if (context->suites[i]->kx == OTLS_KX_RSA)
            return true;
    return false;
}

/* No handshake could ever present it: said here, not by every handshake as "no shared suite". */
static otls_status check_useful(const otls_context *context, const otls_certificate *leaf,
                                otls_error *err)
{
    if (!curve_fits(context, &leaf->x509))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                         "the key of %.80s is on the curve %s, which no version and group of the "
                         "context can use",
                         otls_certificate_subject(leaf), otls_group_name(leaf->x509.key_group));
    if (!usage_fits(context, &leaf->x509))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                         "the key usage of %.80s does not allow what the context needs: "
                         "digitalSignature is not there",
                         otls_certificate_subject(leaf));
    return OTLS_OK;
}

/* What we present must be as strong as what we ask for; settings may come in any order. */
otls_status omni_context_check_own(const otls_context *context, otls_error *err)
{
    const omni_settings *settings = &context->settings;
    otls_slice p, g;

    for (size_t i = 0; i < settings->present.identity_count; i++) {
        const otls_certificate *leaf = settings->present.identities[i]->chain[0];
        const int strength = omni_strength_of_key(&leaf->x509);

        if (strength >= 0 && strength < omni_strength_of_level(settings->verdict.security_level))
            return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_WEAK,
                             "the key of %.80s is too weak for security level %d",
                             otls_certificate_subject(leaf), settings->verdict.security_level);
    }
    if (settings->offer.dh_params == NULL ||
        !omni_dh_params_parse((otls_slice){settings->offer.dh_params, settings->offer.dh_params_size}, &p, &g))
        return OTLS_OK;
    return omni_dh_params_check(p, g, settings->verdict.security_level, "DH parameters", err);
}

otls_status omni_context_check_useful(const otls_context *context, otls_error *err)
{
    const omni_present *present = &context->settings.present;

    for (size_t i = 0; i < present->identity_count; i++)
        OMNI_TRY(check_useful(context, present->identities[i]->chain[0], err));
    return OTLS_OK;
}
