/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a server's Diffie-Hellman parameters, PEM or DER: refused with a reason, or a group whose
 * numbers lie inside, of a size and a form that are allowed; a lower security level takes no less.
 */
#include "context/context.h"
#include "x509/x509.h"

#include <omnitls/omnitls.h>
#include <omnitls/options.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

static otls_context *server_of(int level)
{
    otls_context *context = NULL;

    must(otls_context_new(&context, NULL, OTLS_SERVER, NULL) == OTLS_OK);
    must(otls_context_set_security_level(context, level, NULL) == OTLS_OK);
    return context;
}

static void check_inside(otls_slice whole, otls_slice part)
{
    must(part.data >= whole.data && part.data <= whole.data + whole.size);
    must(part.size <= (size_t)(whole.data + whole.size - part.data));
}

/* What was taken is what the seal will find. */
static void check_kept(const otls_context *context)
{
    const omni_offer *offer = &context->settings.offer;
    const otls_slice der = {offer->dh_params, offer->dh_params_size};
    otls_slice p = {0}, g = {0};

    must(der.data != NULL && omni_dh_params_parse(der, &p, &g));
    check_inside(der, p);
    check_inside(der, g);
    must(p.size >= OMNI_DH_MODULUS_BITS_MIN / 8 && p.size <= OMNI_DH_MODULUS_BITS_MAX / 8);
    must((p.data[p.size - 1] & 1) != 0 && g.size != 0 && g.size <= p.size);
}

static otls_status take(int level, const uint8_t *data, size_t size)
{
    static otls_context *contexts[6];
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    if (contexts[level] == NULL)
        contexts[level] = server_of(level);
    status = otls_context_set_dh_params_memory(contexts[level], data, size, &err);
    if (status == OTLS_OK)
        check_kept(contexts[level]);
    else
        must((status == OTLS_E_CREDENTIAL || status == OTLS_E_UNSUPPORTED) && err.text[0] != '\0');
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const otls_status low = take(0, data, size), high = take(3, data, size);
    const otls_slice whole = {data, size};
    otls_slice p = {0}, g = {0};

    must(high != OTLS_OK || low == OTLS_OK);
    if (omni_dh_params_parse(whole, &p, &g)) {
        check_inside(whole, p);
        check_inside(whole, g);
    }
    return 0;
}
