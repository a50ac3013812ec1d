/* SPDX-License-Identifier: MIT */
/*
 * What the profile `strict` asks of revocation lists (verify/profile.c: of certificates). A list
 * that breaks a rule is no list, so what it covers is not known to be good. docs/verification.md is
 * made from this table, too. Dates of entries are looked at anew each time: the profile is not for
 * hurried ones.
 */
#include "base/base.h"
#include "verify/path.h"
#include "x509/x509.h"

enum { STRICT = OTLS_VERIFY_OPTION_STRICT };

typedef struct list_rule {
    const char *name, *section;
    unsigned profiles;
    uint32_t flag;
    bool (*broken)(const omni_crl *crl);
    const char *words;
} list_rule;

bool omni_profile_early_general(const omni_tlv *time)
{
    return time->tag == OMNI_DER_GENERALIZED_TIME && time->value.size >= 4 &&
           memcmp(time->value.data, "2050", 4) < 0;
}

static bool next_update_absent(const omni_crl *crl)
{
    return crl->next_update == INT64_MAX;
}

static bool key_unnamed(const omni_crl *crl)
{
    return crl->authority_key_id.data == NULL;
}

static bool number_absent(const omni_crl *crl)
{
    return crl->number.data == NULL;
}

/* thisUpdate and nextUpdate are the only times among the elements of tbsCertList. */
static bool date_form(const omni_crl *crl)
{
    omni_der list = omni_der_of(crl->entries), tbs, entry;
    omni_tlv part;

    if (!omni_der_only(crl->tbs, OMNI_DER_SEQUENCE, &tbs))
        return true;
    while (omni_der_next(&tbs, &part))
        if (omni_profile_early_general(&part))
            return true;
    while (omni_der_enter(&list, OMNI_DER_SEQUENCE, &entry))
        if (omni_der_next(&entry, &part) && omni_der_next(&entry, &part) &&
            omni_profile_early_general(&part))
            return true;
    return false;
}

#define REVOCATION_UNKNOWN OTLS_VERIFY_REVOCATION_UNKNOWN

static const list_rule rules[] = {
    {"list-date-form", "RFC 5280 5.1.2.4, 5.1.2.5, 5.1.2.6", STRICT, REVOCATION_UNKNOWN, date_form,
     "is covered only by a revocation list with a date before 2050 as GeneralizedTime"},
    {"list-next-update-absent", "RFC 5280 5.1.2.5", STRICT, REVOCATION_UNKNOWN, next_update_absent,
     "is covered only by a revocation list that does not say when the next one comes"},
    {"list-key-unnamed", "RFC 5280 5.2.1", STRICT, REVOCATION_UNKNOWN, key_unnamed,
     "is covered only by a revocation list that does not identify its issuer's key"},
    {"list-number-absent", "RFC 5280 5.2.3", STRICT, REVOCATION_UNKNOWN, number_absent,
     "is covered only by a revocation list without a number"},
};

bool omni_profile_list(const omni_verify_request *request, const omni_crl *crl, const char **words,
                       const char **section)
{
    for (size_t i = 0; i < OMNI_COUNT(rules); i++) {
        if ((request->flags & rules[i].profiles) == 0 || !rules[i].broken(crl))
            continue;
        *words = rules[i].words;
        *section = rules[i].section;
        return true;
    }
    return false;
}
