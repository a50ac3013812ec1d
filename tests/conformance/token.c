/* SPDX-License-Identifier: MIT */
#include "token.h"

#if __has_include(<p11-kit/pkcs11.h>)

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef CKM_EDDSA
#define CKM_EDDSA 0x1057UL
#endif

struct token {
    void *library;
    CK_FUNCTION_LIST *p11;
    CK_SESSION_HANDLE session;
    char directory[64];
};

static void *load(void)
{
    static const char *const places[] = {
        "libsofthsm2.so", "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so"};
    void *library = NULL;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && library == NULL; i++)
        library = dlopen(places[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}

static bool write_config(token *t)
{
    char path[96];
    FILE *file;

    (void)snprintf(t->directory, sizeof(t->directory), "/tmp/omnitls-token.XXXXXX");
    if (mkdtemp(t->directory) == NULL)
        return false;
    (void)snprintf(path, sizeof(path), "%s/softhsm2.conf", t->directory);
    file = fopen(path, "w");
    if (file == NULL)
        return false;
    (void)fprintf(file,
                  "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n",
                  t->directory);
    (void)fclose(file);
    return setenv("SOFTHSM2_CONF", path, 1) == 0;
}

/* The token's own tool makes it and puts the key in; afterwards nothing gets it out. */
static bool fill(const char *key_path, const char *label)
{
    char command[1024];

    (void)snprintf(command, sizeof(command),
                   "softhsm2-util --init-token --free --label omnitls --so-pin 1234 --pin 1234 "
                   ">/dev/null 2>&1 && softhsm2-util --import '%s' --token omnitls --label '%s' "
                   "--id 01 --pin 1234 >/dev/null 2>&1",
                   key_path, label);
    return system(command) == 0;
}

static bool log_in(token *t)
{
    CK_UTF8CHAR pin[] = "1234";
    CK_SLOT_ID slots[4];
    CK_ULONG count = 4;

    /* the slot of the token comes before the one for tokens to come */
    return t->p11->C_Initialize(NULL) == CKR_OK &&
           t->p11->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK && count > 0 &&
           t->p11->C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
                                 &t->session) == CKR_OK &&
           t->p11->C_Login(t->session, CKU_USER, pin, 4) == CKR_OK;
}

token *token_open(const char *key_path, const char *label, const char **why)
{
    token *t = calloc(1, sizeof(*t));
    CK_RV (*get)(CK_FUNCTION_LIST **) = NULL;

    *why = "there is no SoftHSM2";
    if (t == NULL)
        return NULL;
    t->library = load();
    if (t->library != NULL)
        *(void **)&get = dlsym(t->library, "C_GetFunctionList");
    if (get == NULL || get(&t->p11) != CKR_OK) {
        free(t);
        return NULL;
    }
    *why = "SoftHSM2 makes no token of this key";
    if (write_config(t) && fill(key_path, label) && log_in(t))
        return t;
    token_close(t);
    return NULL;
}

void token_close(token *t)
{
    char command[128];

    if (t == NULL)
        return;
    (void)t->p11->C_Finalize(NULL);
    if (strncmp(t->directory, "/tmp/omnitls-token.", 19) == 0) {
        (void)snprintf(command, sizeof(command), "rm -rf '%s'", t->directory);
        (void)!system(command);
    }
    free(t); /* the library stays: it frees things of its own at exit */
}

static CK_OBJECT_HANDLE find(token *t, const char *label)
{
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &class, sizeof(class)},
                             {CKA_LABEL, (void *)(uintptr_t)label, strlen(label)}};
    CK_OBJECT_HANDLE key = 0;
    CK_ULONG count = 0;

    if (t->p11->C_FindObjectsInit(t->session, wanted, 2) != CKR_OK)
        return 0;
    (void)t->p11->C_FindObjects(t->session, &key, 1, &count);
    (void)t->p11->C_FindObjectsFinal(t->session);
    return count == 1 ? key : 0;
}

static bool sign(token *t, const char *label, CK_MECHANISM *mechanism, const uint8_t *data,
                 size_t size, uint8_t *out, CK_ULONG *length)
{
    const CK_OBJECT_HANDLE key = find(t, label);

    return key != 0 && t->p11->C_SignInit(t->session, mechanism, key) == CKR_OK &&
           t->p11->C_Sign(t->session, (void *)(uintptr_t)data, size, out, length) == CKR_OK;
}

otls_status token_sign(const otls_signature_algorithm *algorithm, const uint8_t *data, size_t size,
                       uint8_t *out, size_t capacity, size_t *length, void *user)
{
    static const CK_MECHANISM_TYPE hashes[] = {0,          CKM_SHA_1,  CKM_SHA224,
                                               CKM_SHA256, CKM_SHA384, CKM_SHA512};
    token_key *key = user;
    CK_RSA_PKCS_PSS_PARAMS pss = {hashes[algorithm->hash],
                                  (CK_RSA_PKCS_MGF_TYPE)(algorithm->hash == OTLS_SIG_HASH_SHA256 ? 2
                                                         : algorithm->hash == OTLS_SIG_HASH_SHA384
                                                             ? 3
                                                             : 4),
                                  algorithm->salt_length};
    CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
    uint8_t work[512], info[128];
    CK_ULONG used = sizeof(work);
    size_t info_size;

    key->calls++;
    switch (algorithm->kind) {
    case OTLS_SIG_RSA_PKCS1:
        if (otls_digest_info(algorithm->hash, data, size, info, sizeof(info), &info_size, NULL) !=
            OTLS_OK)
            return OTLS_E_USAGE;
        data = info;
        size = info_size;
        break;
    case OTLS_SIG_RSA_PSS:
        mechanism = (CK_MECHANISM){CKM_RSA_PKCS_PSS, &pss, sizeof(pss)};
        break;
    case OTLS_SIG_ECDSA:
        mechanism.mechanism = CKM_ECDSA;
        break;
    default:
        mechanism.mechanism = CKM_EDDSA;
        break;
    }
    if (!sign(key->token, key->label, &mechanism, data, size, work, &used))
        return OTLS_E_CREDENTIAL;
    if (algorithm->kind == OTLS_SIG_ECDSA)
        return otls_ecdsa_signature_der(work, used, out, capacity, length, NULL);
    if (used > capacity)
        return OTLS_E_USAGE;
    memcpy(out, work, used);
    *length = used;
    return OTLS_OK;
}

#else

token *token_open(const char *key_path, const char *label, const char **why)
{
    (void)key_path, (void)label;
    *why = "the tests were built without PKCS #11's header (p11-kit)";
    return NULL;
}

void token_close(token *t)
{
    (void)t;
}

otls_status token_sign(const otls_signature_algorithm *algorithm, const uint8_t *data, size_t size,
                       uint8_t *out, size_t capacity, size_t *length, void *user)
{
    (void)algorithm, (void)data, (void)size, (void)out, (void)capacity, (void)length, (void)user;
    return OTLS_E_UNSUPPORTED;
}

#endif
