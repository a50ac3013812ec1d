/* SPDX-License-Identifier: MIT */
/* Trust: until it is given to a context it may be filled, afterwards not; a copy may. */
#include "model.h"

#include <stdio.h>

static void trust_add(model_world *w, model_trust *t, const model_step *s)
{
    static const char *const files[] = {"root.pem", "other-root.pem", "server-ecdsa-p256.key",
                                        "not-there.pem"};
    const int which = s->a % 4;
    char path[512];
    otls_error err;

    (void)snprintf(path, sizeof(path), "%s/%s", w->pki, files[which]);
    model_call(w, &err, "otls_trust_add_file(t%d, \"%s\")", s->at, files[which]);
    model_wanted(w, &err, otls_trust_add_file(t->real, path, &err),
                 t->sealed    ? OTLS_E_SEALED
                 : which == 3 ? OTLS_E_IO
                 : which == 2 ? OTLS_E_CREDENTIAL
                              : OTLS_OK);
    t->has_root = t->has_root || (!t->sealed && which == 0);
    t->has_other = t->has_other || (!t->sealed && which == 1);
}

static void trust_verify(model_world *w, model_trust *t, const model_step *s)
{
    const model_identity kind = (model_identity)(1 + s->a % (ID_CLIENT - 1));
    const otls_identity *identity = w->identities[0][kind];
    const bool right = s->b % 2 == 0;
    const bool good = t->has_root && right && kind == ID_GOOD;
    otls_verify_parameters parameters = OTLS_VERIFY_PARAMETERS_INIT;
    const otls_certificate *chain[4];
    size_t count = 0;
    otls_verdict *verdict = NULL;
    otls_error err;

    while (count < 4 && (chain[count] = otls_identity_chain(identity, count)) != NULL)
        count++;
    parameters.backend = w->engines[s->b / 2 % 2];
    parameters.name = right ? "localhost" : "elsewhere.example";
    parameters.time = otls_certificate_not_before(otls_identity_chain(w->identities[0][ID_GOOD], 0)) + 3600;
    model_call(w, &err, "otls_trust_verify(t%d, %s, \"%s\")", s->at, model_identity_name(kind),
               parameters.name);
    model_wanted(w, &err, otls_trust_verify(t->real, chain, count, &parameters, &verdict, &err),
                 OTLS_OK);
    t->sealed = true;
    model_claim(w, verdict != NULL && (otls_verdict_flags(verdict) == 0) == good,
                "%s instead of %s", verdict != NULL ? otls_verdict_text(verdict) : "no verdict",
                good ? "accepted" : "refused");
    otls_verdict_free(verdict);
}

void model_trust_step(model_world *w, const model_step *step)
{
    const model_step s = {step->op, (uint8_t)(step->at % MODEL_TRUSTS), step->a, step->b, step->n};
    model_trust *t = &w->trusts[s.at], *to = &w->trusts[(s.at + 1) % MODEL_TRUSTS];
    otls_error err;

    if (s.op == OP_TRUST_NEW) {
        otls_trust_free(t->real);
        *t = (model_trust){.real = NULL};
        model_call(w, &err, "otls_trust_new(&t%d)", s.at);
        model_wanted(w, &err, otls_trust_new(&t->real, &err), OTLS_OK);
    } else if (t->real != NULL && s.op == OP_TRUST_COPY) {
        otls_trust_free(to->real);
        *to = *t;
        to->sealed = false;
        model_call(w, &err, "otls_trust_copy(&t%d, t%d)", (s.at + 1) % MODEL_TRUSTS, s.at);
        model_wanted(w, &err, otls_trust_copy(&to->real, t->real, &err), OTLS_OK);
    } else if (t->real != NULL && s.op == OP_TRUST_ADD) {
        trust_add(w, t, &s);
    } else if (t->real != NULL && s.op == OP_TRUST_VERIFY) {
        trust_verify(w, t, &s);
    }
}

void model_trusts_check(model_world *w)
{
    for (int i = 0; i < MODEL_TRUSTS; i++) {
        const model_trust *t = &w->trusts[i];

        if (t->real != NULL)
            model_claim(w, otls_trust_count(t->real) == (size_t)t->has_root + (size_t)t->has_other,
                        "t%d has %zu anchors", i, otls_trust_count(t->real));
    }
}
