#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# module.sh MODULE [SYMBOL]: it exports otls_module, or SYMBOL, alone, and refers to none of the OpenSSL names that
# wolfSSL's library exports too (clash.txt).
set -euo pipefail
module=$1
symbol=${2:-otls_module}
here=$(dirname "$0")
exported=$("${NM:-nm}" -D --defined-only "$module" | awk '$2 != "A" { print $3 }')
if [ "$exported" != "$symbol" ]; then
    printf '%s must export %s alone, but exports:\n%s\n' "$module" "$symbol" "$exported" >&2
    exit 1
fi
undefined=$("${NM:-nm}" -D -u "$module" | awk '{ sub(/@.*/, "", $2); print $2 }')
[ -n "$undefined" ] # it calls its engine
if printf '%s\n' "$undefined" | grep -Fx -f "$here/clash.txt"; then
    echo "$module refers to the names above, which two engines define" >&2
    exit 1
fi
if printf '%s\n' "$undefined" | grep '^otls_'; then
    echo "$module refers to core by name; it must work through otls_core alone" >&2
    exit 1
fi
