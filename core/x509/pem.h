/* SPDX-License-Identifier: MIT */
/** @file x509/pem.h RFC 7468: blocks of base64 between labels, and back. */
#ifndef OMNI_X509_PEM_H
#define OMNI_X509_PEM_H

#include <omnitls/backend.h>
#include <stdbool.h>

/** Calls `each` for every block, in order. `label` "CERTIFICATE", `text` the whole
 * block as it stands (BEGIN line to END line), `headers` whether it has RFC 1421 headers (DEK-Info),
 * then der is empty. A broken block is E_CREDENTIAL/BAD_PEM naming its number. No block at all is
 * OTLS_OK with *count 0. */
typedef struct omni_pem_block {
    const char *label; /* not NUL-terminated */
    size_t label_size;
    otls_slice text;
    otls_slice der;
    bool has_headers;
} omni_pem_block;
otls_status omni_pem_each(otls_slice text,
                          otls_status (*each)(const omni_pem_block *block, void *user,
                                              otls_error *err),
                          void *user, size_t *count, otls_error *err);
/** The same, but the DER of each block replaces its base64 in `text` and so lives as long; of
 *  block->text only the lines before and behind it are left. Nothing is wiped. */
otls_status omni_pem_each_in_place(uint8_t *text, size_t size,
                                   otls_status (*each)(const omni_pem_block *block, void *user,
                                                       otls_error *err),
                                   void *user, otls_error *err);
bool omni_pem_label_is(const omni_pem_block *block, const char *label);
/** Encode; NUL-terminated; free with omni_free. */
otls_status omni_pem_encode(const char *label, otls_slice der, char **out, otls_error *err);
/** Base64 on one line, NUL-terminated, of at most 48 bytes; its length, 0 if it does not fit. */
size_t omni_base64(otls_slice bytes, char *out, size_t capacity);

#endif
