/* SPDX-License-Identifier: MIT */
/** @file base/count.h How many elements an array has. */
#ifndef OMNI_BASE_COUNT_H
#define OMNI_BASE_COUNT_H

/** Of an array, never of a pointer. */
#define OMNI_COUNT(array) (sizeof(array) / sizeof(*(array)))

#endif
