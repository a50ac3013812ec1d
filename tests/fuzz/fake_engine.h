/* SPDX-License-Identifier: MIT */
/**
 * @file fake_engine.h
 * An engine whose signatures are good or bad by their last bits, so that a fuzzer reaches what
 * comes behind a signature check. One thread.
 */
#ifndef OTLS_TESTS_FAKE_ENGINE_H
#define OTLS_TESTS_FAKE_ENGINE_H

#include "engine/engine.h"

extern const otls_backend fake_engine;
/** Signatures checked so far; to be reset by whoever counts. */
extern unsigned fake_signature_checks;
/** Each byte of every digest; negative = the first byte of what is hashed. */
extern int fake_digest_byte;

/** Abort unless it holds. */
void must(bool condition);

#endif
