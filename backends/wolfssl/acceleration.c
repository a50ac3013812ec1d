/* SPDX-License-Identifier: MIT */
/*
 * Another library's AES-GCM for records. wolfSSL hands what it would compute to a "device": its table has
 * eight for the whole process, so there is one, which is registered when first asked for, and it finds
 * the connection by the thread that is in one of its calls. A connection keeps a key for each direction
 * and knows it by its bytes: objects of wolfSSL's come and go, and say nothing when they go.
 *
 * What the device does not do, and what is asked for outside of such a call, wolfSSL computes itself.
 */
#include "wolf.h"

#include <omnitls/accelerator.h>
#include <stdlib.h>

#if WOLF_ACCELERATION

#include <wolfssl/wolfcrypt/cryptocb.h>
#include <wolfssl/wolfcrypt/wc_port.h>

#define DEVICE 0x6f746c73 /* "otls": nobody else's number */

enum { KEY_MAX = 32 };

struct direction {
    otls_gcm_key *key;
    uint8_t bytes[KEY_MAX]; /* of the key */
    size_t size;            /* 0 = none yet */
};

struct wolf_accelerated {
    const otls_accelerator *by;
    struct direction opening, sealing;
};

/* The connection whose call this thread is in. */
static _Thread_local struct wolf_accelerated *current;

/* Answers who it was: connections may be driven inside of one another's calls. */
static struct wolf_accelerated *swap(struct wolf_accelerated *next)
{
    struct wolf_accelerated *before = current;

    current = next;
    return before;
}

int wolf_accelerated_shake(otls_backend_connection *conn)
{
    struct wolf_accelerated *before = swap(conn->accelerated);
    const int result = conn->server ? wolfSSL_accept(conn->ssl) : wolfSSL_connect(conn->ssl);

    (void)swap(before);
    return result;
}

int wolf_accelerated_read(otls_backend_connection *conn, void *out, int size)
{
    struct wolf_accelerated *before = swap(conn->accelerated);
    const int result = wolfSSL_read(conn->ssl, out, size);

    (void)swap(before);
    return result;
}

int wolf_accelerated_write(otls_backend_connection *conn, const void *data, int size)
{
    struct wolf_accelerated *before = swap(conn->accelerated);
    const int result = wolfSSL_write(conn->ssl, data, size);

    (void)swap(before);
    return result;
}

/* ---- the device ---------------------------------------------------------------------------- */

static void forget(const otls_accelerator *by, struct direction *direction)
{
    by->gcm_free(direction->key);
    kit_wipe(direction, sizeof(*direction));
}

/* The key of `aes` in that direction, which becomes the connection's; 0 or wolfSSL's error. */
static int take_key(struct direction *direction, const otls_accelerator *by, const Aes *aes,
                    bool seal)
{
    const size_t size = aes->keylen > 0 ? (size_t)aes->keylen : 0;
    otls_status status;

    if (size != 16 && size != KEY_MAX)
        return CRYPTOCB_UNAVAILABLE;
    if (direction->size == size && memcmp(direction->bytes, aes->devKey, size) == 0)
        return 0;
    forget(by, direction);
    status = by->gcm_new(&direction->key, (const uint8_t *)aes->devKey, size, seal);
    if (status != OTLS_OK)
        return status == OTLS_E_NOMEM ? MEMORY_E : WC_HW_E;
    memcpy(direction->bytes, aes->devKey, size);
    direction->size = size;
    return 0;
}

static int seal(struct wolf_accelerated *accelerated, const wc_CryptoInfo *info)
{
    const Aes *aes = info->cipher.aesgcm_enc.aes;
    int result;

    if (info->cipher.aesgcm_enc.ivSz != OTLS_GCM_NONCE ||
        info->cipher.aesgcm_enc.authTagSz != OTLS_GCM_TAG)
        return CRYPTOCB_UNAVAILABLE;
    result = take_key(&accelerated->sealing, accelerated->by, aes, true);
    if (result != 0)
        return result;
    return accelerated->by->gcm_seal(
               accelerated->sealing.key, info->cipher.aesgcm_enc.iv,
               (otls_slice){info->cipher.aesgcm_enc.authIn, info->cipher.aesgcm_enc.authInSz},
               info->cipher.aesgcm_enc.in, info->cipher.aesgcm_enc.sz, info->cipher.aesgcm_enc.out,
               info->cipher.aesgcm_enc.authTag) == OTLS_OK
               ? 0
               : WC_HW_E;
}

static int unseal(struct wolf_accelerated *accelerated, const wc_CryptoInfo *info)
{
    const Aes *aes = info->cipher.aesgcm_dec.aes;
    int result;

    if (info->cipher.aesgcm_dec.ivSz != OTLS_GCM_NONCE ||
        info->cipher.aesgcm_dec.authTagSz != OTLS_GCM_TAG)
        return CRYPTOCB_UNAVAILABLE;
    result = take_key(&accelerated->opening, accelerated->by, aes, false);
    if (result != 0)
        return result;
    switch (accelerated->by->gcm_open(
        accelerated->opening.key, info->cipher.aesgcm_dec.iv,
        (otls_slice){info->cipher.aesgcm_dec.authIn, info->cipher.aesgcm_dec.authInSz},
        info->cipher.aesgcm_dec.in, info->cipher.aesgcm_dec.sz, info->cipher.aesgcm_dec.out,
        info->cipher.aesgcm_dec.authTag)) {
    case OTLS_OK:
        return 0;
    case OTLS_E_VERIFY:
        return AES_GCM_AUTH_E;
    default:
        return WC_HW_E;
    }
}

static int on_device(int device, wc_CryptoInfo *info, void *user)
{
    (void)device, (void)user;
    if (current == NULL || info->algo_type != WC_ALGO_TYPE_CIPHER ||
        info->cipher.type != WC_CIPHER_AES_GCM)
        return CRYPTOCB_UNAVAILABLE;
    return info->cipher.enc ? seal(current, info) : unseal(current, info);
}

/* ---- contexts ------------------------------------------------------------------------------ */

/* wolfSSL writes and reads its table of devices without a lock: registering, and contexts, which look
 * there for a default, take turns. */
static wolfSSL_Mutex table;
static bool registered; /* under it */

bool wolf_acceleration_start(void)
{
    return wc_InitMutex(&table) == 0;
}

static bool register_device(void)
{
    if (!registered)
        registered = wc_CryptoCb_RegisterDevice(DEVICE, on_device, NULL) == 0;
    return registered;
}

/* A new context has the first device of the table, whosever it is; ours only if the policy says so. */
static bool choose_device(WOLFSSL_CTX *ctx, const otls_policy *policy)
{
    if (policy->accelerator != NULL)
        return register_device() && wolfSSL_CTX_SetDevId(ctx, DEVICE) == WOLFSSL_SUCCESS;
    return !registered || wolfSSL_CTX_GetDevId(ctx, NULL) != DEVICE ||
           wolfSSL_CTX_SetDevId(ctx, INVALID_DEVID) == WOLFSSL_SUCCESS;
}

WOLFSSL_CTX *wolf_context_new(const otls_policy *policy)
{
    WOLFSSL_CTX *ctx;

    if (wc_LockMutex(&table) != 0)
        return NULL;
    ctx = wolfSSL_CTX_new(policy->server ? wolfSSLv23_server_method() : wolfSSLv23_client_method());
    if (ctx != NULL && !choose_device(ctx, policy)) {
        wolfSSL_CTX_free(ctx);
        ctx = NULL;
    }
    (void)wc_UnLockMutex(&table);
    return ctx;
}

/* ---- connections --------------------------------------------------------------------------- */

bool wolf_accelerated_begin(otls_backend_connection *conn)
{
    if (conn->context->policy->accelerator == NULL)
        return true;
    conn->accelerated = calloc(1, sizeof(*conn->accelerated));
    if (conn->accelerated != NULL)
        conn->accelerated->by = conn->context->policy->accelerator;
    return conn->accelerated != NULL;
}

void wolf_accelerated_end(otls_backend_connection *conn)
{
    struct wolf_accelerated *accelerated = conn->accelerated;

    if (accelerated == NULL)
        return;
    forget(accelerated->by, &accelerated->opening);
    forget(accelerated->by, &accelerated->sealing);
    free(accelerated);
    conn->accelerated = NULL;
}

#else

bool wolf_acceleration_start(void)
{
    return true;
}

int wolf_accelerated_shake(otls_backend_connection *conn)
{
    (void)conn;
    return WOLFSSL_FATAL_ERROR; /* never called */
}

int wolf_accelerated_read(otls_backend_connection *conn, void *out, int size)
{
    (void)conn, (void)out, (void)size;
    return WOLFSSL_FATAL_ERROR;
}

int wolf_accelerated_write(otls_backend_connection *conn, const void *data, int size)
{
    (void)conn, (void)data, (void)size;
    return WOLFSSL_FATAL_ERROR;
}

WOLFSSL_CTX *wolf_context_new(const otls_policy *policy)
{
    return wolfSSL_CTX_new(policy->server ? wolfSSLv23_server_method()
                                          : wolfSSLv23_client_method());
}

bool wolf_accelerated_begin(otls_backend_connection *conn)
{
    (void)conn;
    return true;
}

void wolf_accelerated_end(otls_backend_connection *conn)
{
    (void)conn;
}

#endif
