/* SPDX-License-Identifier: MIT */
/** @file base/references.h Counts of references: any thread may take one, the last one to go frees. */
#ifndef OMNI_BASE_REFERENCES_H
#define OMNI_BASE_REFERENCES_H

#include <stdatomic.h>
#include <stdbool.h>

/** Whoever calls has one already, so that nothing need be ordered. */
static inline void omni_references_take(atomic_uint *references)
{
    atomic_fetch_add_explicit(references, 1, memory_order_relaxed);
}

/** True: it was the last one, and what all others did is seen. */
static inline bool omni_references_drop(atomic_uint *references)
{
    return atomic_fetch_sub_explicit(references, 1, memory_order_acq_rel) == 1;
}

#endif
