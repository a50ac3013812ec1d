/* SPDX-License-Identifier: MIT */
/**
 * @file talk.h
 * What the two files about connections have in common.
 */
#ifndef OTLS_TEST_MODEL_TALK_H
#define OTLS_TEST_MODEL_TALK_H

#include "model.h"

/** The `at`-th byte that connection `from` writes. */
uint8_t talk_byte(int from, uint64_t at);
/** A connection at that place; what was there is freed. */
void talk_new(model_world *w, int at, const model_step *step);
/** Settings of a connection, sessions, keys. */
void talk_other(model_world *w, int at, const model_step *step);

typedef enum talk_prediction { MUST_OPEN, MUST_NOT, UNSURE } talk_prediction;
/** What must become of these two? */
talk_prediction talk_predict(const model_conn *client, const model_conn *server);
/** The handshake cannot even start. */
bool talk_cannot_start(const model_conn *k);
bool talk_same_cause(const otls_error *a, const otls_error *b);

#endif
