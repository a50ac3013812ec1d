/* SPDX-License-Identifier: MIT */
/* The OCSP responses of a context follow its identities: those of one that goes are forgotten. */
#include "base/base.h"
#include "context/context.h"

#include <criterion/criterion.h>
#include <omnitls/omnitls.h>

#define PKI OTLS_TEST_PKI "/"

static otls_identity *identity_of(const otls_backend *backend, const char *chain, const char *key)
{
    otls_identity *identity;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_identity_from_files(&identity, backend, chain, key, NULL, NULL, &err),
                 OTLS_OK, "%s", err.text);
    return identity;
}

/* FNV-1a of the response; 0 for none. */
static uint32_t staple(const otls_context *context, const otls_identity *identity)
{
    const otls_slice found = omni_staple_find(context->settings.present.staples, identity);
    uint32_t hash = found.size != 0 ? 2166136261u : 0;

    for (size_t i = 0; i < found.size; i++)
        hash = (hash ^ found.data[i]) * 16777619u;
    return hash;
}

Test(staples, follow_identities)
{
    static const char file[] = PKI "ocsp/server-ecdsa-p256.der";
    const otls_backend *backend;
    otls_identity *own, *other;
    otls_context *context, *copy, *removed;
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_backend_find(&backend, NULL, NULL), OTLS_OK);
    if (otls_backend_supports(backend, OTLS_FEATURE_OCSP_STAPLE_SERVER, NULL) == OTLS_NO)
        cr_skip("the engine staples nothing");
    own = identity_of(backend, PKI "server-ecdsa-p256.pem", PKI "server-ecdsa-p256.key");
    other = identity_of(backend, PKI "server-alpha.pem", PKI "server-alpha.key");
    cr_assert_eq(otls_context_new(&context, backend, OTLS_SERVER, &err), OTLS_OK);
    cr_assert_eq(otls_context_add_identity(context, own, &err), OTLS_OK);
    for (int twice = 0; twice < 2; twice++)
        cr_assert_eq(otls_context_set_ocsp_response_file(context, own, file, &err), OTLS_OK, "%s",
                     err.text);
    cr_assert_eq(otls_context_set_ocsp_response_file(context, NULL,
                                                     PKI "ocsp/server-rsa-2048.der", &err),
                 OTLS_OK);
    const uint32_t for_own = staple(context, own), for_any = staple(context, other);

    cr_assert_neq(for_own, for_any);
    cr_assert_eq(otls_context_copy(&copy, context, &err), OTLS_OK);
    cr_assert_eq(otls_context_replace_identity(copy, own, other, &err), OTLS_OK);
    cr_assert_eq(otls_context_copy(&removed, context, &err), OTLS_OK);
    cr_assert_eq(otls_context_remove_identity(removed, own, &err), OTLS_OK);
    cr_expect_eq(staple(copy, own), for_any);
    cr_expect_eq(staple(copy, other), for_any);
    cr_expect_eq(staple(removed, own), for_any);
    cr_expect_eq(staple(context, own), for_own, "the original keeps what it had");
    otls_context_free(removed);
    otls_context_free(copy);
    otls_context_free(context);
    otls_identity_free(own);
    otls_identity_free(other);
}
