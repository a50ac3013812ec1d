/* SPDX-License-Identifier: MIT */
/** @file token.h A PKCS #11 token (SoftHSM2) with keys that never leave it. */
#ifndef OTLS_TEST_TOKEN_H
#define OTLS_TEST_TOKEN_H

#include <omnitls/identity.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct token token;

/** A fresh token in a directory of its own, with the key of a PEM file under `label`; NULL with a
 *  sentence when there is no SoftHSM2. */
token *token_open(const char *key_path, const char *label, const char **why);
void token_close(token *t);
/** Which key token_sign uses. */
typedef struct token_key {
    token *token;
    const char *label;
    unsigned calls;
} token_key;
/** For otls_identity_from_callback; `user` is a token_key. */
otls_status token_sign(const otls_signature_algorithm *algorithm, const uint8_t *data, size_t size,
                       uint8_t *out, size_t capacity, size_t *length, void *user);

#endif
