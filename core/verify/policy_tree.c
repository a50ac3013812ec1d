/* SPDX-License-Identifier: MIT */
/*
 * Certificate policies, RFC 5280 6.1. Instead of the valid policy tree (whose size grows exponentially
 * with hostile input, CVE-2023-0464) only its lowest level is kept: for each expected policy the one
 * in the anchor's domain that it stands for, which is what the user's initial set speaks of, and
 * whether an anyPolicy node is among them.
 */
#include "base/base.h"
#include "verify/path.h"
#include "x509/x509.h"

/** More nodes in one level count as none: that refuses at worst. */
#define NODE_MAX 128

#define OID_ANY_POLICY "\x55\x1d\x20\x00"

typedef struct policy_node {
    otls_slice origin; /* the valid policy of the node below anyPolicy that it comes from */
    otls_slice oid;    /* what is expected of the next certificate */
} policy_node;

typedef struct policy_set {
    policy_node nodes[NODE_MAX];
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
        if (omni_slice_equal(set->nodes[i].oid, oid))
            return true;
    return false;
}

static void set_add(policy_set *set, otls_slice origin, otls_slice oid)
{
    for (size_t i = 0; i < set->count; i++)
        if (omni_slice_equal(set->nodes[i].oid, oid) &&
            omni_slice_equal(set->nodes[i].origin, origin))
            return;
    if (set->count == NODE_MAX)
        set->overflow = true;
    else
        set->nodes[set->count++] = (policy_node){.origin = origin, .oid = oid};
}

/* 6.1.3 (d) (1): each node that expects the policy, or, if none does, the one of anyPolicy. */
static void match_policy(const policy_set *level, otls_slice oid, policy_set *next)
{
    bool matched = false;

    for (size_t i = 0; i < level->count; i++) {
        if (!omni_slice_equal(level->nodes[i].oid, oid))
            continue;
        matched = true;
        set_add(next, level->nodes[i].origin, oid);
    }
    if (!matched && level->any)
        set_add(next, oid, oid);
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
        else
            match_policy(&state->level, oid, &next);
    }
    if (any_listed && any_allowed) {
        for (size_t i = 0; i < state->level.count; i++)
            set_add(&next, state->level.nodes[i].origin, state->level.nodes[i].oid);
        next.any = state->level.any;
    }
    state->malformed |= !omni_der_at_end(&list);
    state->empty = next.overflow || (next.count == 0 && !next.any);
    state->level = next;
}

/* 6.1.4 (b): what the issuer's policy comes to be called; without a node of it, one of anyPolicy. */
static void map_policy(const policy_set *before, otls_slice issuer, otls_slice subject,
                       policy_set *next)
{
    for (size_t i = 0; i < before->count; i++)
        if (omni_slice_equal(before->nodes[i].oid, issuer))
            set_add(next, before->nodes[i].origin, subject);
    if (!set_has(before, issuer) && before->any)
        set_add(next, issuer, subject);
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
        set_add(&mapped, issuer, issuer);
        if (state->policy_mapping != 0)
            map_policy(&before, issuer, subject, &next);
    }
    for (size_t i = 0; i < before.count; i++)
        if (!set_has(&mapped, before.nodes[i].oid))
            set_add(&next, before.nodes[i].origin, before.nodes[i].oid);
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

/* ---- the user's initial set ------------------------------------------------------------------ */

static bool wanted(otls_slice policies, otls_slice oid)
{
    omni_der list = omni_der_of(policies);
    otls_slice each;

    while (omni_der_value(&list, OMNI_DER_OID, &each))
        if (omni_slice_equal(each, oid))
            return true;
    return false;
}

/* 6.1.5 (g) (iii): of the nodes those that the user asked for, and what an anyPolicy node permits of
 * the rest. Afterwards origin and policy are the same. */
static void intersect(policy_state *state, otls_slice policies)
{
    const otls_slice any = {.data = (const uint8_t *)OID_ANY_POLICY,
                            .size = sizeof(OID_ANY_POLICY) - 1};
    const bool all = policies.data == NULL || wanted(policies, any);
    omni_der list = omni_der_of(policies);
    policy_set out = {.any = all && state->level.any};
    otls_slice each;

    for (size_t i = 0; i < state->level.count; i++)
        if (all || wanted(policies, state->level.nodes[i].origin))
            set_add(&out, state->level.nodes[i].origin, state->level.nodes[i].origin);
    while (!all && state->level.any && omni_der_value(&list, OMNI_DER_OID, &each))
        set_add(&out, each, each);
    state->level = out;
    state->empty = state->empty || out.overflow || (out.count == 0 && !out.any);
}

/* ---- the path ------------------------------------------------------------------------------- */

bool omni_verify_asks_policies(const omni_verify_request *request)
{
    return request->policies.data != NULL ||
           (request->flags & (OTLS_VERIFY_OPTION_EXPLICIT_POLICY | OTLS_VERIFY_OPTION_INHIBIT_ANY |
                              OTLS_VERIFY_OPTION_INHIBIT_MAPPING |
                              OTLS_VERIFY_OPTION_ANCHOR_POLICIES)) != 0;
}

/* Without these, no explicit policy can come to be required and nothing can fail. */
static bool policies_matter(const omni_search *search)
{
    for (size_t depth = 0; depth + 1 < search->length; depth++) {
        const omni_x509 *cert = &omni_path_at(search, depth)->x509;

        if (cert->policy_constraints.data != NULL || cert->policy_mappings.data != NULL)
            return true;
    }
    return omni_verify_asks_policies(search->request);
}

/* RFC 5937 3.2, by choice: what the anchor says of policies binds as if it were an authority. */
static void apply_anchor(policy_state *state, const omni_x509 *anchor)
{
    if (anchor->policies.data != NULL)
        apply_policies(state, anchor, true);
    apply_mappings(state, anchor);
    apply_constraints(state, anchor, false);
}

static void begin(const omni_search *search, policy_state *state)
{
    const unsigned flags = search->request->flags;
    const uint32_t start = (uint32_t)search->length; /* n + 1: the anchor does not count */

    state->level.any = true;
    state->explicit_policy = flags & OTLS_VERIFY_OPTION_EXPLICIT_POLICY ? 0 : start;
    state->policy_mapping = flags & OTLS_VERIFY_OPTION_INHIBIT_MAPPING ? 0 : start;
    state->inhibit_any = flags & OTLS_VERIFY_OPTION_INHIBIT_ANY ? 0 : start;
    if ((flags & OTLS_VERIFY_OPTION_ANCHOR_POLICIES) != 0)
        apply_anchor(state, &omni_path_at(search, search->length - 1)->x509);
}

/* One certificate, 6.1.3 (d) to (f) and 6.1.4 or 6.1.5; false: it ends here. */
static bool step(policy_state *state, const omni_search *search, size_t depth,
                 omni_findings *findings)
{
    const otls_certificate *cert = omni_path_at(search, depth);
    const bool self_issued = omni_self_issued(&cert->x509);

    apply_policies(state, &cert->x509, state->inhibit_any > 0 || (depth != 0 && self_issued));
    if (state->malformed)
        return false;
    if (state->explicit_policy == 0 && state->empty) { /* 6.1.3 (f) */
        omni_findings_add(findings, OTLS_VERIFY_POLICY, (int32_t)depth, cert, NULL);
        return false;
    }
    if (depth != 0)
        apply_mappings(state, &cert->x509);
    if (state->any_mapped) { /* 6.1.4 (a) */
        omni_findings_add(findings, OTLS_VERIFY_POLICY, (int32_t)depth, cert,
                          "maps anyPolicy, which nobody may");
        return false;
    }
    if (depth == 0 || !self_issued)
        count_down(state);
    apply_constraints(state, &cert->x509, depth == 0);
    return !state->malformed;
}

static void walk(policy_state *state, const omni_search *search, omni_findings *findings)
{
    bool going = !state->malformed;

    for (size_t depth = search->length - 1; going && depth-- > 0;)
        going = step(state, search, depth, findings);
    if (state->malformed)
        omni_findings_add(findings, OTLS_VERIFY_MALFORMED, 0, omni_path_at(search, 0),
                          "has a chain with malformed policy extensions");
    if (!going)
        return;
    intersect(state, search->request->policies);
    if (state->explicit_policy == 0 && state->empty) /* 6.1.5 (g) */
        omni_findings_add(findings, OTLS_VERIFY_POLICY, 0, omni_path_at(search, 0), NULL);
}

void omni_path_check_policies(const omni_search *search, omni_findings *findings)
{
    policy_state state = {.empty = false};

    if (!policies_matter(search))
        return;
    begin(search, &state);
    walk(&state, search, findings);
}

/* ---- what is left of them -------------------------------------------------------------------- */

otls_status omni_path_policies(const omni_search *search, char **texts, size_t *count,
                               otls_error *err)
{
    const otls_slice any = {.data = (const uint8_t *)OID_ANY_POLICY,
                            .size = sizeof(OID_ANY_POLICY) - 1};
    omni_findings unused = {.depth = -1};
    policy_state state = {.empty = false};
    size_t total;

    *texts = NULL;
    *count = 0;
    begin(search, &state);
    walk(&state, search, &unused);
    if (state.malformed || state.empty || unused.flags != 0)
        return OTLS_OK;
    total = state.level.count + state.level.any;
    *texts = omni_malloc(total * OMNI_OID_TEXT_MAX);
    if (*texts == NULL)
        return omni_fail_nomem(err);
    for (size_t i = 0; i < total; i++)
        omni_oid_dotted(i < state.level.count ? state.level.nodes[i].oid : any,
                        *texts + i * OMNI_OID_TEXT_MAX);
    *count = total;
    return OTLS_OK;
}

otls_status omni_policy_list(const char *const *texts, size_t count, uint8_t **out, size_t *size,
                             otls_error *err)
{
    uint8_t *list;
    size_t used = 0;

    *out = NULL;
    *size = 0;
    if (texts == NULL && count != 0)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "policies are counted but not given");
    if (count > OTLS_POLICIES_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "%zu policies, at most %d are allowed",
                         count, OTLS_POLICIES_MAX);
    if (count == 0)
        return OTLS_OK;
    list = omni_malloc(count * (OMNI_OID_SIZE_MAX + 2));
    if (list == NULL)
        return omni_fail_nomem(err);
    for (size_t i = 0; i < count; i++) {
        size_t length;

        if (texts[i] == NULL || !omni_oid_parse(texts[i], list + used + 2, &length)) {
            omni_free(list);
            return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                             "\"%.60s\" is no object identifier, such as 2.23.140.1.2.1",
                             texts[i] != NULL ? texts[i] : "");
        }
        list[used] = OMNI_DER_OID;
        list[used + 1] = (uint8_t)length;
        used += length + 2;
    }
    *out = list;
    *size = used;
    return OTLS_OK;
}
