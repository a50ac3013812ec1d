/* SPDX-License-Identifier: MIT */
/* Features by number, from 1 on. */
#ifndef OMNITLS_BENCH_COMPARE_FEATURES_H
#define OMNITLS_BENCH_COMPARE_FEATURES_H

/* One more than the last. */
int compare_feature_end(void);
const char *compare_feature_name(int feature);
/* "yes", "partly", "no" or "unknown"; `*why` gets a sentence, never NULL. */
const char *compare_feature(const char *engine, int feature, const char **why);

#endif
