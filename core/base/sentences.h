/* SPDX-License-Identifier: MIT */
/** @file base/sentences.h What an engine's failure is to a person: one sentence, whatever the engine. */
#ifndef OMNI_BASE_SENTENCES_H
#define OMNI_BASE_SENTENCES_H

#include <omnitls/error.h>

/** By the code, else by the alert that was sent for it (-1: none). Never NULL. */
const char *omni_sentence(int32_t code, int alert);

#endif
