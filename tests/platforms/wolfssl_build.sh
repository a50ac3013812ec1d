# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Sourced by the scripts beside it. wolfssl_build PREFIX SETTINGS_DIRECTORY TOOLS FLAG...: libwolfssl.a and
# headers in PREFIX, compiled by TOOLS-gcc from wolfssl_source with SETTINGS_DIRECTORY/user_settings.h. What
# is there already and was made of the same is used again.

wolfssl_build() {
    local prefix=$1 settings=$2 tools=$3 common=${BASH_SOURCE[0]%/*} objects=$1/objects ar=$3-ar source stamp

    shift 3
    source=$(wolfssl_source) || return 1
    stamp=$(cat "$settings/user_settings.h" "$common"/wolfssl_*.h "${BASH_SOURCE[0]}" | cksum; echo "$source" "$tools" "$@")
    [ "$(cat "$prefix/stamp" 2>/dev/null)" != "$stamp" ] || return 0
    rm -rf "$prefix"
    mkdir -p "$prefix/lib" "$prefix/include" "$objects"
    cp -R "$source/wolfssl" "$prefix/include/"
    cp "$settings/user_settings.h" "$common/wolfssl_common.h" "$prefix/include/"
    printf '#define WOLFSSL_USER_SETTINGS\n#include <user_settings.h>\n' >"$prefix/include/wolfssl/options.h"
    # misc.c and evp.c are included by others; what is for another machine compiles to nothing
    # shellcheck disable=SC2016 # the inner shell expands
    find "$source/src" "$source/wolfcrypt/src" -maxdepth 1 -name '*.c' ! -name misc.c ! -name evp.c \
        ! -name bio.c ! -name conf.c ! -name pk.c ! -name x509.c ! -name x509_str.c ! -name ssl_misc.c \
        ! -name '*_x86_64.c' ! -name 'sp_x86*' ! -name 'sp_arm*' ! -name 'sp_cortexm.c' ! -name 'sp_dsp*' -print0 |
        xargs -0 -P "$(nproc)" -I '{}' bash -c '
            file=$1; out=$2; shift 2
            exec "$@" -c "$file" -o "$out/$(basename "$file" .c).o"' bash '{}' "$objects" \
            "$tools-gcc" -DWOLFSSL_USER_SETTINGS -w -std=gnu11 -ffunction-sections -fdata-sections "$@" \
            "-I$prefix/include" "-I$source" || return 1
    command -v "$ar" >/dev/null || ar="ar" # which takes any object
    "$ar" rcs "$prefix/lib/libwolfssl.a" "$objects"/*.o || return 1
    rm -rf "$objects"
    echo "$stamp" >"$prefix/stamp"
}
