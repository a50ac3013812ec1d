/* SPDX-License-Identifier: MIT */
/* What a trust store remembers of intermediates, and the chains that connections and sessions share. */
#include "base/base.h"
#include "engine/engine.h"
#include "trust/trust.h"
#include "verify/verify.h"

#include <criterion/criterion.h>
#include <time.h>

#define PKI(name) OTLS_TEST_PKI "/" name

static otls_trust *new_trust(void)
{
    otls_trust *trust = NULL;

    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    return trust;
}

static otls_certificate *read_certificate(const char *path)
{
    otls_certificate *cert = NULL;

    cr_assert_eq(otls_certificate_from_file(&cert, path, NULL), OTLS_OK);
    return cert;
}

/* ---- remembered signatures ---- */

Test(known, exactly_what_was_remembered)
{
    uint8_t bytes[3] = {0x30, 0x01, 0x00};
    const otls_slice der = {bytes, sizeof(bytes)};
    omni_anchor one = {.der = {(const uint8_t *)"one", 3}},
                two = {.der = {(const uint8_t *)"two", 3}};
    otls_trust *trust;

    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    cr_assert(!omni_trust_knows(trust, &one, 0, der));
    omni_trust_remember(trust, &one, 0, der);
    omni_trust_remember(trust, &one, 0, der); /* once is enough */
    cr_assert(omni_trust_knows(trust, &one, 0, der));
    cr_assert(!omni_trust_knows(trust, &two, 0, der), "another anchor");
    cr_assert(!omni_trust_knows(trust, &one, 1, der), "another engine");
    cr_assert(!omni_trust_knows(trust, &one, 0, (otls_slice){bytes, 2}), "a shorter one");
    bytes[2] ^= 1;
    cr_assert(!omni_trust_knows(trust, &one, 0, der), "another byte");
    otls_trust_free(trust);
}

Test(known, bounded)
{
    static uint8_t large[8193];
    const omni_anchor anchor = {.der = {(const uint8_t *)"a", 1}};
    otls_trust *trust;

    cr_assert_eq(otls_trust_new(&trust, NULL), OTLS_OK);
    omni_trust_remember(trust, &anchor, 0, (otls_slice){large, sizeof(large)});
    cr_assert(!omni_trust_knows(trust, &anchor, 0, (otls_slice){large, sizeof(large)}));
    for (uint8_t i = 0; i < OMNI_TRUST_KNOWN_MAX + 5; i++)
        omni_trust_remember(trust, &anchor, 0, (otls_slice){&i, 1});
    for (uint8_t i = 0; i < OMNI_TRUST_KNOWN_MAX + 5; i++)
        cr_assert_eq(omni_trust_knows(trust, &anchor, 0, (otls_slice){&i, 1}),
                     i < OMNI_TRUST_KNOWN_MAX);
    otls_trust_free(trust);
}

/* Once for all connections; nothing but the same bytes gives it. */
Test(known, certificates_are_decoded_once)
{
    const omni_anchor anchor = {.der = {(const uint8_t *)"a", 1}};
    otls_certificate *between = read_certificate(PKI("int.pem"));
    otls_certificate *other = read_certificate(PKI("root.pem"));
    const otls_slice der = between->x509.der;
    const otls_certificate *first, *again;
    const uint8_t broken[] = {0x30, 0x01, 0x00};
    otls_trust *trust = new_trust();

    cr_expect_null(omni_trust_known_certificate(trust, der), "nothing is remembered");
    omni_trust_remember(trust, &anchor, 3, der);
    omni_trust_remember(trust, &anchor, 3, (otls_slice){broken, sizeof(broken)});
    first = omni_trust_known_certificate(trust, der);
    again = omni_trust_known_certificate(trust, der);
    cr_assert_not_null(first);
    cr_expect_eq(first, again);
    cr_expect_neq(first, between, "the application's certificate stays its own");
    cr_expect(otls_certificate_equal(first, between));
    cr_expect_null(omni_trust_known_certificate(trust, other->x509.der));
    cr_expect_null(omni_trust_known_certificate(trust, (otls_slice){broken, sizeof(broken)}));
    otls_trust_free(trust);
    cr_expect(otls_certificate_equal(first, between), "the references are the caller's");
    otls_certificate_free(first);
    otls_certificate_free(again);
    otls_certificate_free(other);
    otls_certificate_free(between);
}

/* ---- chains ---- */

/* A chain has references of its own, is shared as it is, and none is the empty one. */
Test(chains, references)
{
    otls_certificate *one = read_certificate(PKI("root.pem"));
    const otls_certificate *const twice[] = {one, one};
    const omni_chain *chain, *shared, *empty;

    cr_assert(omni_chain_new(&empty, NULL, 0));
    cr_expect_null(empty);
    cr_assert(omni_chain_new(&chain, twice, 2));
    otls_certificate_free(one);
    shared = omni_chain_ref(chain);
    cr_expect_eq(shared, chain);
    omni_chain_free(chain);
    cr_expect_eq(omni_chain_count(shared), 2);
    cr_expect_eq(omni_chain_at(shared, 1), one);
    cr_expect_str_eq(otls_certificate_key_type(omni_chain_at(shared, 0)), "EC");
    cr_expect_null(omni_chain_at(shared, 2));
    omni_chain_free(shared);
    cr_expect_null(omni_chain_ref(NULL));
    cr_expect_eq(omni_chain_count(NULL), 0);
    cr_expect_null(omni_chain_at(NULL, 0));
    omni_chain_free(NULL);
}

#ifndef OTLS_ONLY_BACKEND /* there the engine's table is the linker's */
/* ---- their keys ---- */

static const otls_crypto_ops *real;
static unsigned imports;

static otls_status counted_import(otls_native_public_key **out, otls_slice spki, otls_error *err)
{
    imports++;
    return real->public_key_import(out, spki, err);
}

/* The first chain's intermediate is not remembered yet, so its key goes with the chain; then no more
 * keys are imported, however many chains come. */
Test(known, keys_are_imported_once)
{
    otls_certificate *leaf = read_certificate(PKI("server-ecdsa-p256.pem"));
    otls_certificate *between = read_certificate(PKI("int.pem"));
    otls_certificate *root = read_certificate(PKI("root.pem"));
    const otls_certificate *const chain[] = {leaf, between};
    const otls_backend *backend;
    otls_trust *trust = new_trust();
    otls_crypto_ops crypto;
    otls_backend_module module;

    cr_assert_eq(otls_backend_find(&backend, NULL, NULL), OTLS_OK);
    module = *OMNI_MODULE(backend);
    real = module.crypto;
    crypto = *real;
    crypto.public_key_import = counted_import;
    module.crypto = &crypto;
    const otls_backend counting = {.module = &module};
    const omni_verify_request request = {.chain = chain,
                                         .chain_count = 2,
                                         .trust = trust,
                                         .backend = &counting,
                                         .max_depth = -1,
                                         .security_level = -1,
                                         .time = (int64_t)time(NULL)};

    cr_assert_eq(otls_trust_add_certificate(trust, root, NULL), OTLS_OK);
    for (unsigned round = 0; round < 4; round++) {
        otls_verdict verdict;

        cr_assert_eq(omni_verify_chain(&request, &verdict, NULL), OTLS_OK);
        cr_expect_eq(verdict.flags, 0);
        cr_expect_eq(imports, round == 0 ? 2u : 3u, "%u in round %u", imports, round);
        omni_verdict_clear(&verdict);
    }
    otls_trust_free(trust);
    otls_certificate_free(root);
    otls_certificate_free(between);
    otls_certificate_free(leaf);
}

/* Whose signature is remembered signs responses, too, and so does an anchor: no key is imported for them.
 * Where nothing is kept, it is imported each time. */
Test(known, keys_of_responses)
{
    otls_certificate *leaf = read_certificate(PKI("server-ecdsa-p256.pem"));
    otls_certificate *issuer = read_certificate(PKI("int.pem"));
    const omni_anchor anchor = {.der = {(const uint8_t *)"a", 1}};
    const otls_backend *backend;
    otls_trust *kept[] = {NULL, new_trust(), new_trust(), new_trust()};
    const unsigned expected[] = {4, 4, 1, 1}; /* no store; one that is empty, remembers, has an anchor */
    uint8_t *response;
    size_t size;
    otls_crypto_ops crypto;
    otls_backend_module module;

    cr_assert_eq(otls_backend_find(&backend, NULL, NULL), OTLS_OK);
    cr_assert_eq(omni_file_read(PKI("ocsp/server-ecdsa-p256.der"), &response, &size, NULL), OTLS_OK);
    module = *OMNI_MODULE(backend);
    real = module.crypto;
    crypto = *real;
    crypto.public_key_import = counted_import;
    module.crypto = &crypto;
    const otls_backend counting = {.module = &module};

    omni_trust_remember(kept[2], &anchor, counting.index, issuer->x509.der);
    cr_assert_eq(otls_trust_add_certificate(kept[3], issuer, NULL), OTLS_OK);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        const omni_ocsp_question question = {.response = {response, size},
                                             .cert = &leaf->x509,
                                             .issuer = &issuer->x509,
                                             .backend = &counting,
                                             .time = (int64_t)time(NULL),
                                             .security_level = -1,
                                             .trust = kept[i]};

        imports = 0;
        for (unsigned round = 0; round < 4; round++) {
            omni_ocsp_result result = OMNI_OCSP_RESULT_FAILED;

            cr_assert_eq(omni_ocsp_check(&question, &result, NULL), OTLS_OK);
            cr_expect_eq(result, OMNI_OCSP_RESULT_GOOD, "store %zu: %d", i, (int)result);
        }
        cr_expect_eq(imports, expected[i], "store %zu: %u", i, imports);
        otls_trust_free(kept[i]);
    }
    omni_free(response);
    otls_certificate_free(issuer);
    otls_certificate_free(leaf);
}
#endif
