/* SPDX-License-Identifier: MIT */
/* What a finding means to others: its alert, its words, and which of several comes first. */
#include "base/base.h"
#include "verify/path.h"

#include <stdio.h>

typedef struct cause {
    uint32_t flag;
    uint8_t alert;
    const char *words; /* follow the certificate's name */
} cause;

/*
 * Gravest first: when a path has several faults, the first of them here is the one reported, and
 * its alert is sent. Alerts by RFC 8446 6.2: bad_certificate for corrupt ones and failing
 * signatures (also for too weak ones, 4.4.2.4), unknown_ca where no acceptable CA was found,
 * unsupported_certificate for the wrong kind, certificate_unknown for the rest. The name check uses
 * bad_certificate, as OpenSSL and its users do.
 */
static const cause causes[] = {
    {OTLS_VERIFY_MISSING, OTLS_ALERT_CERTIFICATE_REQUIRED, "no certificate was presented"},
    {OTLS_VERIFY_MALFORMED, OTLS_ALERT_BAD_CERTIFICATE, "is malformed"},
    {OTLS_VERIFY_BAD_SIGNATURE, OTLS_ALERT_BAD_CERTIFICATE, "has a bad signature"},
    {OTLS_VERIFY_UNSUPPORTED, OTLS_ALERT_UNSUPPORTED_CERTIFICATE,
     "has a key or a signature that cannot be checked"},
    {OTLS_VERIFY_REVOKED, OTLS_ALERT_CERTIFICATE_REVOKED, "has been revoked"},
    {OTLS_VERIFY_SELF_SIGNED, OTLS_ALERT_UNKNOWN_CA, "is self-signed and not trusted"},
    {OTLS_VERIFY_UNKNOWN_CA, OTLS_ALERT_UNKNOWN_CA, "was issued by an unknown authority"},
    {OTLS_VERIFY_NOT_CA, OTLS_ALERT_UNKNOWN_CA, "may not issue certificates"},
    {OTLS_VERIFY_PATH_LENGTH, OTLS_ALERT_UNKNOWN_CA,
     "has more authorities below it than it permits"},
    {OTLS_VERIFY_DEPTH, OTLS_ALERT_UNKNOWN_CA, "has a chain that is longer than permitted"},
    {OTLS_VERIFY_LIMIT, OTLS_ALERT_UNKNOWN_CA, "needs more work to verify than is permitted"},
    {OTLS_VERIFY_CRITICAL_EXTENSION, OTLS_ALERT_UNSUPPORTED_CERTIFICATE,
     "has a critical extension that is not understood"},
    {OTLS_VERIFY_EXPIRED, OTLS_ALERT_CERTIFICATE_EXPIRED, "has expired"},
    {OTLS_VERIFY_NOT_YET_VALID, OTLS_ALERT_CERTIFICATE_EXPIRED, "is not yet valid"},
    {OTLS_VERIFY_WRONG_PURPOSE, OTLS_ALERT_UNSUPPORTED_CERTIFICATE, "is not for this purpose"},
    {OTLS_VERIFY_NAME_CONSTRAINT, OTLS_ALERT_CERTIFICATE_UNKNOWN,
     "has a name that its issuers may not certify"},
    {OTLS_VERIFY_POLICY, OTLS_ALERT_CERTIFICATE_UNKNOWN, "has no valid certificate policy"},
    {OTLS_VERIFY_WEAK, OTLS_ALERT_BAD_CERTIFICATE, "is too weak for the security level"},
    {OTLS_VERIFY_NAME_MISMATCH, OTLS_ALERT_BAD_CERTIFICATE, "is for another name"},
    {OTLS_VERIFY_STAPLE, OTLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE,
     "came without a good stapled OCSP response"},
    {OTLS_VERIFY_REVOCATION_UNKNOWN, OTLS_ALERT_CERTIFICATE_UNKNOWN,
     "is covered by no usable revocation list"},
    {OTLS_VERIFY_PIN_MISMATCH, OTLS_ALERT_CERTIFICATE_UNKNOWN,
     "has a chain without any of the pinned keys"},
    {OTLS_VERIFY_REFUSED, OTLS_ALERT_CERTIFICATE_UNKNOWN, "was refused by the application"},
};

#define CAUSE_COUNT (OMNI_COUNT(causes))

static size_t rank(uint32_t flags)
{
    size_t i = 0;

    while (i < CAUSE_COUNT && (causes[i].flag & flags) == 0)
        i++;
    return i;
}

uint8_t omni_verify_alert(uint32_t flags)
{
    const size_t i = rank(flags);

    if (flags == 0)
        return 0;
    return i < CAUSE_COUNT ? causes[i].alert : (uint8_t)OTLS_ALERT_CERTIFICATE_UNKNOWN;
}

void omni_findings_add(omni_findings *findings, uint32_t flag, int32_t depth,
                       const otls_certificate *certificate, const char *detail)
{
    const bool graver = findings->reason == 0 || rank(flag) < rank(findings->reason);

    findings->flags |= flag;
    findings->at[depth > 0 && depth < OMNI_VERIFY_CHAIN_MAX ? depth : 0] |= flag;
    if (!graver)
        return;
    findings->reason = flag;
    findings->depth = depth;
    findings->certificate = certificate;
    findings->detail = detail;
}

void omni_findings_add_key_fault(omni_findings *findings, int32_t depth,
                                 const otls_certificate *certificate)
{
    const uint8_t fault = certificate->x509.key_fault;

    if (fault != OMNI_KEY_FAULT_NONE)
        omni_findings_add(findings,
                          fault == OMNI_KEY_FAULT_SIZE ? OTLS_VERIFY_LIMIT : OTLS_VERIFY_MALFORMED,
                          depth, certificate, omni_key_fault_words(fault));
}

void omni_findings_add_unsupported(omni_findings *findings, int32_t depth,
                                   const otls_certificate *certificate,
                                   const otls_certificate *issuer, const char *who)
{
    const char *curve = otls_certificate_key_curve(issuer);
    char algorithm[OTLS_OID_TEXT_SIZE], key[16];

    otls_certificate_signature_algorithm(certificate, algorithm);
    if (curve != NULL)
        (void)snprintf(key, sizeof(key), "%.15s", curve);
    else
        (void)snprintf(key, sizeof(key), "%.7s %hu", otls_certificate_key_type(issuer),
                       issuer->x509.key_bits);
    (void)snprintf(findings->unsupported, sizeof(findings->unsupported),
                   "is signed with %.23s (%s), which %.14s cannot check", algorithm, key, who);
    omni_findings_add(findings, OTLS_VERIFY_UNSUPPORTED, depth, certificate, NULL);
}

void omni_findings_report(const omni_findings *findings, otls_verdict *verdict)
{
    const size_t i = rank(findings->reason);
    const char *words = findings->detail;

    verdict->flags = findings->flags;
    verdict->depth = findings->depth;
    verdict->alert = omni_verify_alert(findings->flags);
    verdict->text[0] = '\0';
    if (findings->flags == 0)
        return;
    if (words == NULL && (findings->reason & OTLS_VERIFY_UNSUPPORTED) != 0 &&
        findings->unsupported[0] != '\0')
        words = findings->unsupported;
    if (words == NULL)
        words = i < CAUSE_COUNT ? causes[i].words : "was not accepted";
    if (findings->certificate == NULL)
        (void)snprintf(verdict->text, sizeof(verdict->text), "%s", words);
    else
        (void)snprintf(verdict->text, sizeof(verdict->text), "the certificate \"%.80s\" %s",
                       otls_certificate_subject(findings->certificate), words);
}

void omni_findings_join(const omni_findings *findings, otls_verdict *verdict)
{
    const uint32_t before = verdict->flags;

    if (rank(findings->flags) < rank(before))
        omni_findings_report(findings, verdict);
    verdict->flags = before | findings->flags;
    verdict->alert = omni_verify_alert(verdict->flags);
    if (verdict->path_count != 0)
        verdict->path_flags[0] |= findings->flags;
}
