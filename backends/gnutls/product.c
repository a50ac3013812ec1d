/* SPDX-License-Identifier: MIT */
/*
 * Which suites of a policy go into one priority. TLS 1.3 and 1.2 share the ciphers there, so
 * TLS 1.3's AES-256 would also enable it for a TLS 1.2 that is to have AES-128 only, and core would
 * have to refuse what was negotiated. A server knows the version before it chooses and has one
 * priority for each. A client rather offers fewer TLS 1.3 suites, as long as any is left.
 */
#include "gtls.h"

#define TERMS_MAX 32u

typedef struct gtls_set {
    int term[TERMS_MAX];
    unsigned count;
} gtls_set;

typedef struct gtls_product {
    gtls_set kx, cipher, mac;
} gtls_product;

static bool has(const gtls_set *set, int term)
{
    for (unsigned i = 0; i < set->count; i++)
        if (set->term[i] == term)
            return true;
    return false;
}

static void put(gtls_set *set, int term)
{
    if (!has(set, term) && set->count < TERMS_MAX)
        set->term[set->count++] = term;
}

static void put_suite(gtls_product *product, const otls_suite *suite)
{
    if (gtls_kx_name(suite) != NULL)
        put(&product->kx, (int)gnutls_kx_get_id(gtls_kx_name(suite)));
    put(&product->cipher, (int)gnutls_cipher_get_id(gtls_cipher_name(suite)));
    put(&product->mac, (int)gnutls_mac_get_id(gtls_mac_name(suite)));
}

static bool is_tls13(const otls_suite *suite)
{
    return !otls_version_before(suite->min_version, OTLS_TLS1_3);
}

/* Without PSK credentials GnuTLS offers no such suite. */
static bool reachable(gnutls_kx_algorithm_t kx, const otls_policy *policy)
{
    if (kx != GNUTLS_KX_PSK && kx != GNUTLS_KX_DHE_PSK && kx != GNUTLS_KX_ECDHE_PSK &&
        kx != GNUTLS_KX_RSA_PSK)
        return true;
    return policy->psk_12 || policy->psk_13;
}

static bool in_policy(const unsigned char id[2], const otls_policy *policy)
{
    for (size_t i = 0; i < policy->suite_count; i++)
        if (policy->suites[i]->id == ((id[0] << 8) | id[1]))
            return true;
    return false;
}

/* How many suites below TLS 1.3 does the product enable that the policy does not name? */
static unsigned foreign(const gtls_product *product, const otls_policy *policy)
{
    unsigned char id[2];
    gnutls_kx_algorithm_t kx;
    gnutls_cipher_algorithm_t cipher;
    gnutls_mac_algorithm_t mac;
    gnutls_protocol_t version;
    unsigned count = 0;
    for (size_t i = 0; gnutls_cipher_suite_info(i, id, &kx, &cipher, &mac, &version) != NULL; i++)
        if (version != GNUTLS_TLS1_3 && has(&product->kx, (int)kx) && reachable(kx, policy) &&
            has(&product->cipher, (int)cipher) && has(&product->mac, (int)mac) &&
            !in_policy(id, policy))
            count++;
    return count;
}

static bool choose_older(const otls_policy *policy, gtls_product *product, bool *chosen)
{
    bool any = false;
    for (size_t i = 0; i < policy->suite_count; i++)
        if (!is_tls13(policy->suites[i])) {
            put_suite(product, policy->suites[i]);
            chosen[i] = any = true;
        }
    return any;
}

static bool choose_tls13(const otls_policy *policy, const gtls_product *older, bool *chosen)
{
    const unsigned before = foreign(older, policy);
    bool any = false;
    for (size_t i = 0; i < policy->suite_count; i++) {
        gtls_product wider = *older;
        if (!is_tls13(policy->suites[i]))
            continue;
        put_suite(&wider, policy->suites[i]);
        chosen[i] = foreign(&wider, policy) == before;
        any = any || chosen[i];
    }
    return any;
}

void gtls_choose_suites(const otls_policy *policy, gtls_part part, bool *chosen)
{
    gtls_product older;
    memset(&older, 0, sizeof(older));
    if (part == GTLS_ALL && !policy->server && choose_older(policy, &older, chosen) &&
        choose_tls13(policy, &older, chosen))
        return;
    for (size_t i = 0; i < policy->suite_count; i++)
        chosen[i] = part == GTLS_ALL || is_tls13(policy->suites[i]) == (part == GTLS_TLS13);
}
