/* SPDX-License-Identifier: MIT */
/** @file certificate/certificate.h The public object. Immutable, reference-counted. */
#ifndef OMNI_CERTIFICATE_CERTIFICATE_H
#define OMNI_CERTIFICATE_CERTIFICATE_H

#include "base/base.h"
#include "x509/x509.h"
#include <stdatomic.h>

/** One block holding the view, the DER behind it. */
struct otls_certificate {
    atomic_uint references;
    omni_user_data user;
    omni_x509 x509;
    _Atomic(char *) subject_text, issuer_text, serial_text; /* made on demand */
    _Atomic(uint32_t *) san_offsets; /* made on demand: where each GeneralName starts */
    uint8_t der[];
};

#endif
