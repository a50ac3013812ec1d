/* SPDX-License-Identifier: MIT */
/** @file identity/ber.h BER made DER: PKCS #12 files are written with indefinite lengths, too. */
#ifndef OMNI_IDENTITY_BER_H
#define OMNI_IDENTITY_BER_H

#include "base/base.h"
#include <omnitls/backend.h>

/**
 * Append `ber`, which must be exactly one element, to `out`: lengths definite and in the fewest
 * octets, octet strings in one piece; what stands inside octets is left alone. E_CREDENTIAL/BAD_DER
 * without text where it is no BER, or nested too deep; E_NOMEM. `out` may hold a part then.
 */
otls_status omni_ber_to_der(omni_buffer *out, otls_slice ber);

#endif
