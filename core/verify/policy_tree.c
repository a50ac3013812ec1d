/* SPDX-License-Identifier: MIT */
/*
 * Certificate policies, RFC 5280 6.1, with any-policy as the user's initial set. The question is
 * then only whether the valid policy tree is empty when an explicit policy is required, so instead
 * of the tree (whose size grows exponentially with hostile input, CVE-2023-0464) only its lowest
 * level is kept: the set of expected policies, and whether an anyPolicy node is among them.
 */
#include "verify/path.h"
#include "x509/x509.h"

/** More policies in one level count as none: that refuses at worst. */
#define POLICY_MAX 64

#define OID_ANY_POLICY "\x55\x1d\x20\x00"

typedef struct policy_set {
    otls_slice oids[POLICY_MAX];
    size_t count;
    bool any; /* a node with anyPolicy */
    bool overflow;
} policy_set;

typedef struct policy_state {
    policy_set level;
    bool empty;                                            /* valid_policy_tree is NULL */
    uint32_t explicit_policy, policy_mapping, inhibit_any; /* counters of 6.1.2 */
    bool malformed, any_mapped;
} policy_state;

static bool set_has(const policy_set *set, otls_slice oid)
{
    for (size_t i = 0; i < set->count; i++)
        if (omni_slice_equal(set->oids[i], oid))
            return true;
    return false;
}

static void set_add(policy_set *set, otls_slice oid)
{
    if (set_has(set, oid))
        return;
    if (set->count == POLICY_MAX)
        set->overflow = true;
    else
        set->oids[set->count++] = oid;
}

/* 6.1.3 (d) and (e) */
static void apply_policies(policy_state *state, const omni_x509 *cert, bool any_allowed)
{
    policy_set next = {.count = 0};
    omni_der list, info;
    otls_slice oid;
    bool any_listed = false;

    if (cert->policies.data == NULL || state->empty) {
        state->empty = true;
        return;
    }
    if (!omni_der_only(cert->policies, OMNI_DER_SEQUENCE, &list)) {
        state->malformed = true;
        return;
    }
    while (omni_der_enter(&list, OMNI_DER_SEQUENCE, &info)) {
        if (!omni_der_value(&info, OMNI_DER_OID, &oid)) {
            state->malformed = true;
            return;
        }
        if (OMNI_OID_IS(oid, OID_ANY_POLICY))
            any_listed = true;
        else if (state->level.any || set_has(&state->level, oid))
            set_add(&next, oid);
    }
    if (any_listed && any_allowed) {
        for (size_t i = 0; i < state->level.count; i++)
            set_add(&next, state->level.oids[i]);
        next.any = state->level.any;
    }
    state->malformed |= !omni_der_at_end(&list);
    state->empty = next.overflow || (next.count == 0 && !next.any);
    state->level = next;
}

/* 6.1.4 (a) and (b): the issuer's policies are replaced by the subject's. */
static void apply_mappings(policy_state *state, const omni_x509 *cert)
{
    const policy_set before = state->level;
    policy_set mapped = {.count = 0}, next = {.any = before.any};
    omni_der list, pair;
    otls_slice issuer, subject;

    if (cert->policy_mappings.data == NULL)
        return;
    if (!omni_der_only(cert->policy_mappings, OMNI_DER_SEQUENCE, &list)) {
        state->malformed = true;
        return;
    }
    while (omni_der_enter(&list, OMNI_DER_SEQUENCE, &pair)) {
        if (!omni_der_value(&pair, OMNI_DER_OID, &issuer) ||
            !omni_der_value(&pair, OMNI_DER_OID, &subject)) {
            state->malformed = true;
            return;
        }
        if (OMNI_OID_IS(issuer, OID_ANY_POLICY) || OMNI_OID_IS(subject, OID_ANY_POLICY))
            state->any_mapped = true;
        set_add(&mapped, issuer);
        if (state->policy_mapping != 0 && (before.any || set_has(&before, issuer)))
            set_add(&next, subject);
    }
    for (size_t i = 0; i < before.count; i++)
        if (!set_has(&mapped, before.oids[i]))
            set_add(&next, before.oids[i]);
    state->malformed |= !omni_der_at_end(&list);
    if (!state->empty)
        state->empty = mapped.overflow || next.overflow || (next.count == 0 && !next.any);
    state->level = next;
}

static void lower(uint32_t *counter, uint32_t value)
{
    if (value < *counter)
        *counter = value;
}

/* 6.1.4 (i), (j); `leaf`: 6.1.5 (b), where only a zero counts. */
static void apply_constraints(policy_state *state, const omni_x509 *cert, bool leaf)
{
    omni_der list;
    omni_tlv part;
    otls_slice value;
    uint32_t number;

    if (cert->policy_constraints.data != NULL) {
        if (!omni_der_only(cert->policy_constraints, OMNI_DER_SEQUENCE, &list)) {
            state->malformed = true;
            return;
        }
        if (omni_der_take(&list, OMNI_DER_CONTEXT(0), &part)) {
            if (!omni_der_unsigned(part.value, &number))
                state->malformed = true;
            else if (!leaf || number == 0)
                lower(&state->explicit_policy, number);
        }
        if (omni_der_take(&list, OMNI_DER_CONTEXT(1), &part)) {
            if (!omni_der_unsigned(part.value, &number))
                state->malformed = true;
            else
                lower(&state->policy_mapping, number);
        }
        state->malformed |= !omni_der_at_end(&list);
    }
    if (cert->inhibit_any_policy.data != NULL) {
        list = omni_der_of(cert->inhibit_any_policy);
        if (omni_der_value(&list, OMNI_DER_INTEGER, &value) && omni_der_unsigned(value, &number))
            lower(&state->inhibit_any, number);
        else
            state->malformed = true;
    }
}

static void count_down(policy_state *state)
{
    state->explicit_policy -= state->explicit_policy != 0;
    state->policy_mapping -= state->policy_mapping != 0;
    state->inhibit_any -= state->inhibit_any != 0;
}

/* Without these, no explicit policy can come to be required and nothing can fail. */
static bool policies_matter(const omni_search *search)
{
    for (size_t depth = 0; depth + 1 < search->length; depth++) {
        const omni_x509 *cert = &omni_path_at(search, depth)->x509;

        if (cert->policy_constraints.data != NULL || cert->policy_mappings.data != NULL)
            return true;
    }
    return false;
}

void omni_path_check_policies(const omni_search *search, omni_findings *findings)
{
    const uint32_t start = (uint32_t)search->length; /* n + 1: the anchor does not count */
    policy_state state = {.explicit_policy = start, .policy_mapping = start, .inhibit_any = start};

    if (!policies_matter(search))
        return;
    state.level.any = true;
    for (size_t depth = search->length - 1; depth-- > 0;) {
        const otls_certificate *cert = omni_path_at(search, depth);
        const bool self_issued = omni_self_issued(&cert->x509);

        apply_policies(&state, &cert->x509, state.inhibit_any > 0 || (depth != 0 && self_issued));
        if (state.malformed)
            break;
        if (state.explicit_policy == 0 && state.empty) { /* 6.1.3 (f) */
            omni_findings_add(findings, OTLS_VERIFY_POLICY, (int32_t)depth, cert, NULL);
            return;
        }
        if (depth != 0)
            apply_mappings(&state, &cert->x509);
        if (state.any_mapped) { /* 6.1.4 (a) */
            omni_findings_add(findings, OTLS_VERIFY_POLICY, (int32_t)depth, cert,
                              "maps anyPolicy, which nobody may");
            return;
        }
        if (depth == 0 || !self_issued)
            count_down(&state);
        apply_constraints(&state, &cert->x509, depth == 0);
        if (state.malformed)
            break;
    }
    if (state.malformed)
        omni_findings_add(findings, OTLS_VERIFY_MALFORMED, 0, omni_path_at(search, 0),
                          "has a chain with malformed policy extensions");
    else if (state.explicit_policy == 0 && state.empty) /* 6.1.5 (g) */
        omni_findings_add(findings, OTLS_VERIFY_POLICY, 0, omni_path_at(search, 0), NULL);
}
