/* SPDX-License-Identifier: MIT */
/* Each slot that a module must have: without it, or with a table that ends before it or within it, the module is
 * refused, and the sentence names the slot. Nothing of a table is called to find out. */
#include "engine/registry.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/** A module with all there is in it; its functions are addresses that nobody may call. */
typedef struct whole {
    otls_backend_module module;
    otls_crypto_ops crypto;
    otls_context_ops context;
    otls_connection_ops connection;
    otls_accelerator accelerator;
} whole;

typedef struct slot {
    const char *name;
    size_t table, at, size; /* where the table is, and the slot; how large */
    bool accelerator;
} slot;

#define SLOT(table, member)                                                                        \
    {#table "." #member, offsetof(whole, table), offsetof(whole, table.member),                    \
     sizeof(((whole *)NULL)->table.member), false}
#define ACCELERATOR(member)                                                                        \
    {#member, offsetof(whole, accelerator), offsetof(whole, accelerator.member),                   \
     sizeof(((whole *)NULL)->accelerator.member), true}

static const slot slots[] = {
    SLOT(module, name),
    SLOT(module, description),
    SLOT(module, built_version),
    SLOT(module, start),
    SLOT(module, version),
    SLOT(module, version_number),
    SLOT(module, supports),
    SLOT(module, crypto),
    SLOT(module, context),
    SLOT(module, connection),
    SLOT(crypto, random),
    SLOT(crypto, digest),
    SLOT(crypto, private_key_import),
    SLOT(crypto, private_key_free),
    SLOT(crypto, private_key_public),
    SLOT(crypto, public_key_import),
    SLOT(crypto, public_key_free),
    SLOT(crypto, verify),
    SLOT(crypto, sign),
    SLOT(context, init),
    SLOT(context, fini),
    SLOT(context, has_suite),
    SLOT(context, has_group),
    SLOT(context, has_signature),
    SLOT(connection, init),
    SLOT(connection, fini),
    SLOT(connection, handshake),
    SLOT(connection, read),
    SLOT(connection, write),
    SLOT(connection, pending),
    SLOT(connection, shutdown),
    SLOT(connection, info),
    SLOT(connection, session_free),
    SLOT(connection, session_encode),
    ACCELERATOR(name),
    ACCELERATOR(description),
    ACCELERATOR(built_version),
    ACCELERATOR(start),
    ACCELERATOR(version),
    ACCELERATOR(gcm_new),
    ACCELERATOR(gcm_free),
    ACCELERATOR(gcm_seal),
    ACCELERATOR(gcm_open),
    ACCELERATOR(rsa_new),
    ACCELERATOR(rsa_free),
    ACCELERATOR(rsa_sign),
};
#define SLOTS (sizeof(slots) / sizeof(slots[0]))

static void make(whole *w)
{
    memset(w, 0x55, sizeof(*w));
    w->module.magic = OTLS_BACKEND_MAGIC;
    w->module.abi_major = OTLS_BACKEND_ABI_MAJOR;
    w->module.size = sizeof(w->module);
    w->module.name = "whole";
    w->module.crypto = &w->crypto;
    w->module.context = &w->context;
    w->module.connection = &w->connection;
    w->crypto.size = sizeof(w->crypto);
    w->context.size = sizeof(w->context);
    w->connection.size = sizeof(w->connection);
    w->accelerator.magic = OTLS_ACCELERATOR_MAGIC;
    w->accelerator.abi_major = OTLS_ACCELERATOR_ABI_MAJOR;
    w->accelerator.size = sizeof(w->accelerator);
    w->accelerator.name = "whole";
}

static otls_status check(const whole *w, bool accelerator, otls_error *err)
{
    return accelerator ? omni_accelerator_check(&w->accelerator, "whole", err)
                       : omni_module_check(&w->module, "whole", err);
}

static void set_size(whole *w, const slot *s, size_t size)
{
    const uint32_t number = (uint32_t)size;
    size_t at = s->table; /* of an engine's own tables it is the first member */

    if (s->accelerator)
        at += offsetof(otls_accelerator, size);
    else if (at == offsetof(whole, module))
        at += offsetof(otls_backend_module, size);
    memcpy((char *)w + at, &number, sizeof(number));
}

static void expect_refused(const whole *w, const slot *s, const char *how)
{
    otls_error err = OTLS_ERROR_INIT;
    char sentence[160];

    (void)snprintf(sentence, sizeof(sentence),
                   s->accelerator ? "accelerator whole lacks the slot %s; fill it, and the table's size"
                                  : "module whole lacks the mandatory slot %s; fill it, and its table's size",
                   s->name);
    cr_expect_eq(check(w, s->accelerator, &err), OTLS_E_BACKEND, "%s %s", s->name, how);
    cr_expect_eq(err.status, OTLS_E_BACKEND);
    cr_expect_str_eq(err.text, sentence, "%s: %s", how, err.text);
    cr_expect_eq(check(w, s->accelerator, NULL), OTLS_E_BACKEND, "%s %s, without a report", s->name, how);
}

Test(module_check, every_slot)
{
    whole w;

    make(&w);
    cr_assert_eq(check(&w, false, NULL), OTLS_OK);
    cr_assert_eq(check(&w, true, NULL), OTLS_OK);
    for (size_t i = 0; i < SLOTS; i++) {
        otls_error err = OTLS_ERROR_INIT;
        const slot *s = &slots[i];
        char lacks[64];

        make(&w);
        memset((char *)&w + s->at, 0, s->size);
        expect_refused(&w, s, "is empty");
        if (strncmp(s->name, "connection.session_", 19) == 0)
            continue; /* both or none: below */
        make(&w);
        set_size(&w, s, s->at - s->table);
        expect_refused(&w, s, "is behind the end");
        set_size(&w, s, s->at - s->table + s->size / 2);
        expect_refused(&w, s, "is cut");
        set_size(&w, s, s->at - s->table + s->size);
        (void)check(&w, s->accelerator, &err);
        (void)snprintf(lacks, sizeof(lacks), "slot %s;", s->name);
        cr_expect_null(strstr(err.text, lacks), "a table that ends behind %s has it: %s", s->name, err.text);
    }
}

/* Sessions are an engine's choice: with both functions, or without. */
Test(module_check, sessions_or_none)
{
    otls_error err = OTLS_ERROR_INIT;
    whole w;

    make(&w);
    w.connection.session_free = NULL;
    w.connection.session_encode = NULL;
    cr_expect_eq(check(&w, false, &err), OTLS_OK, "%s", err.text);
    make(&w);
    w.connection.size = offsetof(otls_connection_ops, session_free);
    cr_expect_eq(check(&w, false, &err), OTLS_OK, "%s", err.text);
}

/* What stands before the slots. */
Test(module_check, heads)
{
    static const struct {
        bool accelerator;
        size_t at;
        const char *sentence;
    } rows[] = {
        {false, offsetof(whole, module.magic), "module whole is not one of omnitls'; "},
        {false, offsetof(whole, module.abi_major), "module whole speaks ABI "},
        {true, offsetof(whole, accelerator.magic), "accelerator whole is not one of omnitls'; "},
        {true, offsetof(whole, accelerator.abi_major), "accelerator whole speaks ABI "},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        otls_error err = OTLS_ERROR_INIT;
        whole w;

        make(&w);
        ((unsigned char *)&w)[rows[i].at] ^= 1;
        cr_expect_eq(check(&w, rows[i].accelerator, &err), OTLS_E_BACKEND, "%zu", i);
        cr_expect_eq(strncmp(err.text, rows[i].sentence, strlen(rows[i].sentence)), 0, "%s", err.text);
    }
    for (int kind = 0; kind < 2; kind++) {
        otls_error err = OTLS_ERROR_INIT;
        whole w;

        make(&w);
        w.module.name = w.accelerator.name = "somebody";
        cr_expect_eq(check(&w, kind != 0, &err), OTLS_E_BACKEND);
        cr_expect_not_null(strstr(err.text, "whole calls itself somebody; the file must bear that name"), "%s",
                           err.text);
    }
}
