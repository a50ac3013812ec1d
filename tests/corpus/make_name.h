/* SPDX-License-Identifier: MIT */
/* Distinguished names for the corpus' certificates. */
#ifndef OMNITLS_CORPUS_MAKE_NAME_H
#define OMNITLS_CORPUS_MAKE_NAME_H

struct X509_name_st;

/**
 * "CN=a/+O=b/C=#3003..." as a name: "+" stays in the RDN before, "#" gives the element itself.
 * `type` is that of the strings: bmp, t61, printable, ia5, else UTF-8. `text` is cut up. NULL: not
 * possible. Freed with X509_NAME_free.
 */
struct X509_name_st *make_name(char *text, const char *type);

#endif
