/* SPDX-License-Identifier: MIT */
/*
 * Looking for a path from the leaf to an anchor: depth first, without recursion, within a budget.
 *
 * An edge of the graph exists where the names chain and the signature is good. Everything else
 * (validity, constraints, purpose) is checked on whole paths, so that a refused path can say what
 * is wrong with it, and the next one is tried. Key identifiers only decide the order: RFC 5280 6.1
 * does not make them a condition (4.2.1.1 and 4.2.1.2 call them a means to find a key), and
 * certificates whose identifiers disagree while the signature is good do exist.
 */
#include "verify/path.h"

#include "base/base.h"
#include "x509/x509.h"

enum { EDGE_GOOD = 1, EDGE_BAD, EDGE_UNSUPPORTED };

/* ---- signatures ---------------------------------------------------------------------------- */

/* What the engine answers, as an edge; all else is no answer. */
static otls_status edge_result(otls_status status, uint8_t *result)
{
    switch (status) {
    case OTLS_OK:
        *result = EDGE_GOOD;
        return OTLS_OK;
    case OTLS_E_VERIFY:
    case OTLS_E_CREDENTIAL: /* no key, say engines that look at a point when they read it */
        *result = EDGE_BAD;
        return OTLS_OK;
    case OTLS_E_UNSUPPORTED:
        *result = EDGE_UNSUPPORTED;
        return OTLS_OK;
    default:
        return status;
    }
}

/* Authorities come again and again, leaves are many. */
static bool worth_remembering(const omni_path_step *child, const omni_path_step *issuer)
{
    return issuer->anchor != NULL && child->anchor == NULL && child->certificate->x509.is_ca;
}

/* There is room for every step, whether or not an engine was asked; what is not noted would be found out
 * again. */
static void note_edge(omni_search *search, const omni_path_step *child,
                      const omni_path_step *issuer, uint8_t result)
{
    if (search->edge_count < OMNI_COUNT(search->edges))
        search->edges[search->edge_count++] = (omni_path_edge){.child = child->certificate,
                                                               .issuer = issuer->certificate,
                                                               .result = result,
                                                               .by = search->by};
}

/* `*result`, and search->by: who says so. */
static otls_status edge(omni_search *search, const omni_path_step *child,
                        const omni_path_step *issuer, uint8_t *result, otls_error *err)
{
    const omni_x509 *cert = &child->certificate->x509;
    otls_error native = OTLS_ERROR_INIT;
    otls_status status;

    search->by = OMNI_VERIFY_NAME;
    for (size_t i = 0; i < search->edge_count; i++)
        if (search->edges[i].child == child->certificate &&
            search->edges[i].issuer == issuer->certificate) {
            *result = search->edges[i].result;
            search->by = search->edges[i].by;
            return OTLS_OK;
        }
    if (worth_remembering(child, issuer) &&
        omni_trust_knows(search->request->trust, issuer->anchor, search->request->backend->index,
                         cert->der)) {
        *result = EDGE_GOOD;
        return OTLS_OK;
    }
    if (cert->signature_algorithm.kind == 0) {
        *result = EDGE_UNSUPPORTED;
        return OTLS_OK;
    }
    if (search->signature_count >= search->signature_max) {
        search->exhausted = true;
        *result = EDGE_UNSUPPORTED;
        return OTLS_OK;
    }
    status = edge_result(omni_path_signature(search, issuer, &cert->signature_algorithm, cert->tbs,
                                             cert->signature, &native),
                         result);
    if (status != OTLS_OK) {
        omni_error_give(err, &native);
        return status;
    }
    if (*result == EDGE_GOOD && worth_remembering(child, issuer))
        omni_trust_remember(search->request->trust, issuer->anchor, search->request->backend->index,
                            cert->der);
    note_edge(search, child, issuer, *result);
    return OTLS_OK;
}

/* ---- possible issuers ---------------------------------------------------------------------- */

static bool key_ids_disagree(const omni_x509 *child, const omni_x509 *issuer)
{
    return child->authority_key_id.data != NULL && issuer->subject_key_id.data != NULL &&
           !omni_slice_equal(child->authority_key_id, issuer->subject_key_id);
}

/* Better first: may sign, is valid now, has the key named, is an anchor. */
static uint16_t score(const omni_search *search, const omni_x509 *child, const omni_path_step *step)
{
    const omni_x509 *cert = &step->certificate->x509;
    unsigned points = 0;

    if (cert->is_ca || (step->anchor != NULL && cert->version < 3))
        points += 16;
    if (cert->not_before <= search->request->time && search->request->time <= cert->not_after)
        points += 8;
    if (!key_ids_disagree(child, cert))
        points += child->authority_key_id.data != NULL && cert->subject_key_id.data != NULL ? 4 : 2;
    if (step->anchor != NULL)
        points += 1;
    return (uint16_t)points;
}

/* Keeps a node's part of the pool sorted; equal scores stay in the order they came. */
static void pool_insert(omni_search *search, omni_path_node *node, omni_path_step step)
{
    size_t at = node->end;

    if (node->end == OMNI_PATH_CANDIDATE_MAX) {
        search->exhausted = true;
        if (node->first == node->end || search->pool[at - 1].score >= step.score)
            return;
        at--; /* the worst makes room */
    } else {
        node->end++;
    }
    while (at > node->first && search->pool[at - 1].score < step.score) {
        search->pool[at] = search->pool[at - 1];
        at--;
    }
    search->pool[at] = step;
}

static otls_status gather_anchors(omni_search *search, omni_path_node *node, uint64_t hash,
                                  otls_error *err)
{
    const otls_trust *trust = search->request->trust;
    const omni_x509 *child = &node->step.certificate->x509;
    size_t first, end;

    if (trust == NULL || trust->anchor_count == 0)
        return OTLS_OK;
    end = omni_trust_range(trust, hash, &first);
    for (size_t i = first; i < end; i++) {
        const omni_anchor *anchor = &trust->anchors[i];
        omni_path_step step = {.anchor = anchor};

        if (!omni_anchor_is_for(anchor, search->request->purpose) ||
            !omni_dn_equal(anchor->subject, child->issuer))
            continue;
        OMNI_TRY(omni_anchor_certificate(anchor, &step.certificate, err));
        if (step.certificate == NULL)
            continue;
        step.score = score(search, child, &step);
        pool_insert(search, node, step);
    }
    return OTLS_OK;
}

static bool in_pool(const omni_search *search, const omni_path_node *node, otls_slice der)
{
    for (size_t i = node->first; i < node->end; i++)
        if (omni_slice_equal(search->pool[i].certificate->x509.der, der))
            return true;
    return false;
}

static void gather_sent(omni_search *search, omni_path_node *node, uint64_t hash)
{
    const omni_x509 *child = &node->step.certificate->x509;

    for (size_t i = 1; i < search->sent_count; i++) {
        omni_path_step step = {.certificate = search->request->chain[i], .sent = (uint16_t)i};

        if (search->sent_hash[i] != hash ||
            !omni_dn_equal(step.certificate->x509.subject, child->issuer) ||
            in_pool(search, node, step.certificate->x509.der))
            continue;
        step.score = score(search, child, &step);
        pool_insert(search, node, step);
    }
}

/* ---- the search ---------------------------------------------------------------------------- */

/* The same name with the same key twice is a loop, whatever else the certificates say. */
static bool in_path(const omni_search *search, const otls_certificate *cert)
{
    for (size_t i = 0; i < search->length; i++) {
        const omni_x509 *other = &omni_path_at(search, i)->x509;

        if (omni_slice_equal(other->spki, cert->x509.spki) &&
            omni_dn_equal(other->subject, cert->x509.subject))
            return true;
    }
    return false;
}

static bool ends_path(const omni_search *search, const omni_path_step *step)
{
    return step->anchor != NULL &&
           ((search->request->flags & OTLS_VERIFY_OPTION_PARTIAL_CHAIN) != 0 ||
            omni_self_signed(&step->certificate->x509));
}

static otls_status push(omni_search *search, omni_path_step step, otls_error *err)
{
    const uint16_t first = search->length != 0 ? search->path[search->length - 1].end : 0;
    omni_path_node *node = &search->path[search->length++];

    *node = (omni_path_node){.step = step, .first = first, .next = first, .end = first};
    if (ends_path(search, &step))
        return OTLS_OK;
    if (search->length == OMNI_VERIFY_CHAIN_MAX) {
        node->out_of_depth = true;
        return OTLS_OK;
    }
    const uint64_t hash = omni_dn_hash(step.certificate->x509.issuer);
    OMNI_TRY(gather_anchors(search, node, hash, err));
    gather_sent(search, node, hash);
    return OTLS_OK;
}

/* Try the next possible issuer of the path's last certificate. */
static otls_status advance(omni_search *search, omni_path_node *node, otls_error *err)
{
    const omni_path_step candidate = search->pool[node->next++];
    uint8_t result = EDGE_BAD;

    if (in_path(search, candidate.certificate))
        return OTLS_OK;
    search->expansion_count++;
    OMNI_TRY(edge(search, &node->step, &candidate, &result, err));
    if (result == EDGE_GOOD) {
        node->advanced = true;
        return push(search, candidate, err);
    }
    if (result == EDGE_UNSUPPORTED) {
        node->unsupported = candidate.certificate;
        node->unsupported_by = search->by;
    } else if (!key_ids_disagree(&node->step.certificate->x509, &candidate.certificate->x509)) {
        node->bad_signature = true; /* else: merely another key of the same name */
    }
    return OTLS_OK;
}

static bool budget_left(const omni_search *search)
{
    return search->expansion_count < OMNI_PATH_EXPANSION_MAX &&
           search->signature_count < search->signature_max;
}

/*
 * Nine certificates need nine checks at most, in whatever order they come, when each names its issuer's
 * key; what goes beyond is somebody who lets us try keys, of 4,096 bits perhaps.
 */
size_t omni_path_signature_max(const omni_verify_request *request)
{
    const bool lists =
        (request->flags & (OTLS_VERIFY_OPTION_CRL_LEAF | OTLS_VERIFY_OPTION_CRL_CHAIN)) != 0;
    const size_t certificates = request->max_certificates;

    return OMNI_PATH_SIGNATURE_MAX + (lists ? OMNI_PATH_LISTS_MAX : 0u) +
           (certificates > OTLS_CHAIN_CERTIFICATES ? certificates - OTLS_CHAIN_CERTIFICATES : 0u);
}

void omni_search_begin(omni_search *search, const omni_verify_request *request)
{
    search->request = request;
    search->crypto = OMNI_MODULE(request->backend)->crypto;
    search->length = 0;
    search->sent_count = request->chain_count; /* bounded and decoded: omni_verify_presented */
    for (size_t i = 0; i < search->sent_count; i++)
        search->sent_key[i] = NULL;
    search->edge_count = search->signature_count = 0;
    search->signature_max = omni_path_signature_max(request);
    search->expansion_count = search->name_check_count = 0;
    search->exhausted = false;
    search->best = (omni_findings){.depth = -1};
    search->best_length = 0;
    search->best_complete = false;
}

otls_status omni_path_search(omni_search *search, bool *found, otls_error *err)
{
    const omni_verify_request *request = search->request;
    omni_path_step leaf = {.certificate = request->chain[0]};

    *found = false;
    leaf.anchor = omni_trust_find_der(request->trust, &leaf.certificate->x509, request->purpose);
    for (size_t i = 1; i < search->sent_count; i++)
        search->sent_hash[i] = omni_dn_hash(request->chain[i]->x509.subject);
    OMNI_TRY(push(search, leaf, err));
    while (search->length != 0) {
        omni_path_node *node = &search->path[search->length - 1];
        const bool complete = ends_path(search, &node->step);

        if (node->next < node->end && budget_left(search)) {
            OMNI_TRY(advance(search, node, err));
            continue;
        }
        if (complete || !node->advanced)
            OMNI_TRY(omni_path_judge(search, complete, found, err));
        if (*found)
            return OTLS_OK;
        if (node->next < node->end)
            search->exhausted = true;
        search->length--;
    }
    return OTLS_OK;
}

void omni_path_finish(omni_search *search)
{
    for (size_t i = 0; i < search->sent_count; i++)
        if (search->sent_key[i] != NULL)
            search->crypto->public_key_free(search->sent_key[i]);
}
