/* SPDX-License-Identifier: MIT */
/**
 * @file lying_accelerator.h
 * The accelerator "lying": another one, whose calls are counted and fail when they are told to.
 */
#ifndef OTLS_TEST_LYING_ACCELERATOR_H
#define OTLS_TEST_LYING_ACCELERATOR_H

#include <omnitls/accelerator.h>
#include <stdatomic.h>

#define LYING_ACCELERATOR "lying"
#define LYING_ACCELERATOR_CONTROL "lying_accelerator_control"

typedef struct lying_accelerator_call {
    atomic_uint calls;  /* so many */
    atomic_uint spared; /* of them are let through when `status` says otherwise */
    otls_status status; /* what the others answer; OTLS_OK: what the truth does */
} lying_accelerator_call;

typedef struct lying_accelerator {
    const otls_accelerator *truth;
    lying_accelerator_call gcm_new, gcm_seal, gcm_open, rsa_new, rsa_sign;
    atomic_int alive; /* keys of both kinds that were not freed */
} lying_accelerator;

#endif
