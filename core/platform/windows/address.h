/* SPDX-License-Identifier: MIT */
/** @file platform/windows/address.h Our form of an address, and the system's. */
#ifndef OMNI_PLATFORM_WINDOWS_ADDRESS_H
#define OMNI_PLATFORM_WINDOWS_ADDRESS_H

#include "platform/windows/system.h"

#include <ws2tcpip.h>

/** The size of what was written. */
socklen_t omni_os_address_put(struct sockaddr_storage *out, const omni_address *address);
/** What is neither IPv4 nor IPv6 comes out with ip_size 0. */
void omni_os_address_take(omni_address *out, const struct sockaddr_storage *from);

#endif
