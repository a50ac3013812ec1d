/* SPDX-License-Identifier: MIT */
/* Sequences of public calls, four bytes each after the pair of engines, beside the model of tests/model; without
 * sockets, whose kernel remembers what came before. */
#include "model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENGINES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const otls_backend *engines[ENGINES];
static otls_identity *identities[ENGINES][ID_KINDS];

static size_t load(void)
{
    size_t count = otls_backend_list(engines, ENGINES);

    count = count < ENGINES ? count : ENGINES;
    for (size_t e = 0; e < count; e++)
        for (int kind = 1; kind < ID_KINDS; kind++) {
            const char *name = model_identity_name((model_identity)kind);
            char chain[512], key[512];

            (void)snprintf(chain, sizeof(chain), "%s/%s.pem", OTLS_TEST_PKI, name);
            (void)snprintf(key, sizeof(key), "%s/%s.key", OTLS_TEST_PKI, name);
            if (otls_identity_from_files(&identities[e][kind], engines[e], chain, key, NULL, NULL,
                                         NULL) != OTLS_OK)
                abort();
        }
    return count;
}

static void do_step(model_world *w, const model_step *step)
{
    model_do(w, step);
    if (w->failure[0] == '\0')
        return;
    fprintf(stderr, "%s\n", w->failure);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static model_world w;
    static size_t count;
    size_t starts;
    const model_step *start = model_start(&starts);

    if (count == 0)
        count = load();
    if (count == 0)
        abort();
    if (size < 2 || size > 4 * 200)
        return 0;
    w.pki = OTLS_TEST_PKI;
    for (size_t side = 0; side < 2; side++) {
        w.engines[side] = engines[data[side] % count];
        memcpy(w.identities[side], identities[data[side] % count], sizeof(w.identities[side]));
    }
    model_begin(&w);
    for (size_t i = 0; i < starts; i++)
        do_step(&w, &start[i]);
    for (size_t i = 2; i + 4 <= size; i += 4) {
        const model_step step = {(uint8_t)(data[i] % OP_FIRST_SOCK), (uint8_t)(data[i + 1] % 4), data[i + 2],
                                 data[i + 3], 0x01010101u * data[i + 3]};

        do_step(&w, &step);
    }
    model_end(&w);
    return 0;
}
