/* SPDX-License-Identifier: MIT */
/* What a finding means to others: its alert, its words, and which of several comes first. */
#include "base/base.h"
#include "verify/path.h"

#include <stdio.h>

typedef struct cause {
    uint32_t flag;
    uint8_t alert;
    const char *words; /* follow the certificate's name */
    const char *section, *advice;
} cause;

/*
 * Gravest first: when a path has several faults, the first of them here is the one reported, and
 * its alert is sent. Alerts by RFC 8446 6.2: bad_certificate for corrupt ones and failing
 * signatures (also for too weak ones, 4.4.2.4), unknown_ca where no acceptable CA was found,
 * unsupported_certificate for the wrong kind, certificate_unknown for the rest. The name check uses
 * bad_certificate, as OpenSSL and its users do.
 */
static const cause causes[] = {
    {OTLS_VERIFY_MISSING, OTLS_ALERT_CERTIFICATE_REQUIRED, "no certificate was presented",
     "RFC 8446 4.4.2.4", "present a certificate"},
    {OTLS_VERIFY_MALFORMED, OTLS_ALERT_BAD_CERTIFICATE, "is malformed", "RFC 5280 4",
     "have the certificate issued again, as the rule says"},
    {OTLS_VERIFY_BAD_SIGNATURE, OTLS_ALERT_BAD_CERTIFICATE, "has a bad signature",
     "RFC 5280 6.1.3 (a)", "present the certificate as it was issued, with its issuer's"},
    {OTLS_VERIFY_UNSUPPORTED, OTLS_ALERT_UNSUPPORTED_CERTIFICATE,
     "has a key or a signature that cannot be checked", "RFC 5280 6.1.3 (a)",
     "choose another engine (docs/features.md), or have it issued with another key or algorithm"},
    {OTLS_VERIFY_REVOKED, OTLS_ALERT_CERTIFICATE_REVOKED, "has been revoked", "RFC 5280 6.3",
     "do not use it; have another one issued, with a new key"},
    {OTLS_VERIFY_SELF_SIGNED, OTLS_ALERT_UNKNOWN_CA, "is self-signed and not trusted",
     "RFC 5280 6.1.1 (d)", "add it to the trust store, if it is the right one"},
    {OTLS_VERIFY_UNKNOWN_CA, OTLS_ALERT_UNKNOWN_CA, "was issued by an unknown authority",
     "RFC 5280 6.1.1 (d)",
     "present the intermediate certificates, or add the authority to the trust store"},
    {OTLS_VERIFY_NOT_CA, OTLS_ALERT_UNKNOWN_CA, "may not issue certificates",
     "RFC 5280 6.1.4 (k), (n)", "present a chain whose issuers are authorities"},
    {OTLS_VERIFY_PATH_LENGTH, OTLS_ALERT_UNKNOWN_CA,
     "has more authorities below it than it permits", "RFC 5280 6.1.4 (l), (m)",
     "have the certificate issued by an authority that is nearer to the root"},
    {OTLS_VERIFY_DEPTH, OTLS_ALERT_UNKNOWN_CA, "has a chain that is longer than permitted",
     "RFC 5280 6.1", "present a shorter chain, or permit a greater depth"},
    {OTLS_VERIFY_LIMIT, OTLS_ALERT_UNKNOWN_CA, "needs more work to verify than is permitted",
     "RFC 5280 9", "present the certificates of one path only, or raise the limits"},
    {OTLS_VERIFY_CRITICAL_EXTENSION, OTLS_ALERT_UNSUPPORTED_CERTIFICATE,
     "has a critical extension that is not understood", "RFC 5280 4.2",
     "have it issued without that extension"},
    {OTLS_VERIFY_EXPIRED, OTLS_ALERT_CERTIFICATE_EXPIRED, "has expired", "RFC 5280 6.1.3 (a) (2)",
     "renew it; where only this machine says so, look at its clock"},
    {OTLS_VERIFY_NOT_YET_VALID, OTLS_ALERT_CERTIFICATE_EXPIRED, "is not yet valid",
     "RFC 5280 6.1.3 (a) (2)", "look at the clocks of this machine and of who issued it"},
    {OTLS_VERIFY_WRONG_PURPOSE, OTLS_ALERT_UNSUPPORTED_CERTIFICATE, "is not for this purpose",
     "RFC 5280 4.2.1.12", "have one issued for this purpose"},
    {OTLS_VERIFY_NAME_CONSTRAINT, OTLS_ALERT_CERTIFICATE_UNKNOWN,
     "has a name that its issuers may not certify", "RFC 5280 4.2.1.10",
     "have it issued by an authority that may, or without that name"},
    {OTLS_VERIFY_POLICY, OTLS_ALERT_CERTIFICATE_UNKNOWN, "has no valid certificate policy",
     "RFC 5280 6.1.5 (g)", "have it issued under a policy that is asked for"},
    {OTLS_VERIFY_WEAK, OTLS_ALERT_BAD_CERTIFICATE, "is too weak for the security level",
     "NIST SP 800-57 5.6.1", "have it issued with a larger key and a newer digest"},
    {OTLS_VERIFY_NAME_MISMATCH, OTLS_ALERT_BAD_CERTIFICATE, "is for another name", "RFC 9525 6",
     "connect by a name that it has, or have it issued with this one"},
    {OTLS_VERIFY_STAPLE, OTLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE,
     "came without a good stapled OCSP response", "RFC 6066 8",
     "have the server staple a current one"},
    {OTLS_VERIFY_REVOCATION_UNKNOWN, OTLS_ALERT_CERTIFICATE_UNKNOWN,
     "is covered by no usable revocation list", "RFC 5280 6.3.3",
     "give a current list of whoever issued it"},
    {OTLS_VERIFY_PIN_MISMATCH, OTLS_ALERT_CERTIFICATE_UNKNOWN,
     "has a chain without any of the pinned keys", "RFC 7469 2.6",
     "pin the key that the server has now, if it is the right one"},
    {OTLS_VERIFY_REFUSED, OTLS_ALERT_CERTIFICATE_UNKNOWN, "was refused by the application", "",
     "ask the application why"},
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
    omni_findings_add_rule(findings, flag, depth, certificate, detail, NULL);
}

void omni_findings_add_rule(omni_findings *findings, uint32_t flag, int32_t depth,
                            const otls_certificate *certificate, const char *detail,
                            const char *section)
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
    findings->section = section;
}

void omni_findings_add_key_fault(omni_findings *findings, int32_t depth,
                                 const otls_certificate *certificate)
{
    const uint8_t fault = certificate->x509.key_fault;

    if (fault != OMNI_KEY_FAULT_NONE)
        omni_findings_add_rule(findings,
                               omni_key_malformed(fault)      ? OTLS_VERIFY_MALFORMED
                               : fault == OMNI_KEY_FAULT_SIZE ? OTLS_VERIFY_LIMIT
                                                              : OTLS_VERIFY_UNSUPPORTED,
                               depth, certificate, omni_key_fault_words(fault),
                               omni_key_fault_section(fault));
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
    omni_verdict_say(verdict, "%s", "");
    verdict->rule = verdict->advice = NULL;
    if (findings->flags == 0)
        return;
    verdict->advice = i < CAUSE_COUNT ? causes[i].advice : "";
    verdict->rule = findings->section != NULL ? findings->section
                    : i < CAUSE_COUNT         ? causes[i].section
                                              : "";
    if (words == NULL && (findings->reason & OTLS_VERIFY_UNSUPPORTED) != 0 &&
        findings->unsupported[0] != '\0')
        words = findings->unsupported;
    if (words == NULL)
        words = i < CAUSE_COUNT ? causes[i].words : "was not accepted";
    if (findings->certificate == NULL)
        omni_verdict_say(verdict, "%s", words);
    else
        omni_verdict_say(verdict, "the certificate \"%.80s\" %s",
                         otls_certificate_subject(findings->certificate), words);
}

void omni_findings_join(const omni_findings *findings, otls_verdict *verdict)
{
    const uint32_t before = verdict->flags;

    if (rank(findings->flags) < rank(before))
        omni_findings_report(findings, verdict);
    verdict->flags = before | findings->flags;
    verdict->alert = omni_verify_alert(verdict->flags);
    if (verdict->path != NULL)
        verdict->path_flags[0] |= findings->flags;
}
