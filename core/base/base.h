/* SPDX-License-Identifier: MIT */
/** @file base/base.h What every folder stands on: memory, bytes, failures, files, the environment. */
#ifndef OMNI_BASE_BASE_H
#define OMNI_BASE_BASE_H

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/count.h"
#include "base/environment.h"
#include "base/fail.h"
#include "base/files.h"
#include "base/format.h"
#include "base/hash.h"
#include "base/index.h"
#include "base/lru.h"
#include "base/plain.h"
#include "base/reader.h"
#include "base/references.h"
#include "base/sentences.h"
#include "base/user_data.h"

/** For branches of the path that every record takes, and for functions on it. */
#define OMNI_RARELY(condition) __builtin_expect((condition) ? 1 : 0, 0)
#define OMNI_ALWAYS_INLINE inline __attribute__((always_inline))

#endif
