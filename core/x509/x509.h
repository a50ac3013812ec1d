/* SPDX-License-Identifier: MIT */
/**
 * @file x509/x509.h
 * What is encoded, read and compared, without a key and without an opinion: DER, PEM, names,
 * certificates, revocation lists, OCSP responses. No allocation but where it says so.
 */
#ifndef OMNI_X509_X509_H
#define OMNI_X509_X509_H

#include "x509/auxiliary.h"
#include "x509/crl.h"
#include "x509/curves.h"
#include "x509/decode.h"
#include "x509/der.h"
#include "x509/dh.h"
#include "x509/dn.h"
#include "x509/dn_list.h"
#include "x509/form.h"
#include "x509/host_name.h"
#include "x509/name_constraints.h"
#include "x509/ocsp.h"
#include "x509/oid.h"
#include "x509/parts.h"
#include "x509/pem.h"
#include "x509/public_key.h"
#include "x509/punycode.h"
#include "x509/signature_form.h"
#include "x509/strength.h"
#include "x509/text.h"
#include "x509/time.h"

#endif
