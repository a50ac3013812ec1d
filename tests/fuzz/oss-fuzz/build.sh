#!/bin/bash -eu
# SPDX-License-Identifier: MIT
#
# build.sh: what OSS-Fuzz runs in its image: every fuzz target with core and the engines' backends inside, its seeds as
# TARGET_seed_corpus.zip, its dictionary as TARGET.dict. The environment is theirs: CC, CXX, CFLAGS (sanitizers and
# counters are in it), LIB_FUZZING_ENGINE and OUT. The engines are the system's; their libraries go to OUT/lib, where the
# targets look first. The build is in OUT/omnitls: of it the tests' keys and certificates stay, whose path is in the
# targets.
source=$(cd "$(dirname "$0")/../../.." && pwd)
: "${CC:?}" "${CXX:?}" "${CFLAGS:?}" "${LIB_FUZZING_ENGINE:?}" "${OUT:?}"
work=$OUT/omnitls
mkdir -p "$OUT/lib" "$work"

cmake -S "$source" -B "$work" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_SKIP_RPATH=ON \
    -DCMAKE_EXE_LINKER_FLAGS="-Wl,-rpath,'\$ORIGIN/lib'" -DOMNITLS_FUZZ=ON \
    -DOMNITLS_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" -DOMNITLS_STATIC_BACKENDS=ON -DOMNITLS_SHARED=OFF \
    -DOMNITLS_TESTS=ON -DOMNITLS_SMALL_TESTS=ON -DOMNITLS_BENCH=OFF

targets=()
for file in "$source"/tests/fuzz/fuzz_*.c; do
    name=$(basename "$file" .c)
    # reads what servers say before TLS: the command's, which wants jansson
    [ "$name" != fuzz_starttls ] || pkg-config --exists jansson || continue
    targets+=("$name")
done
cmake --build "$work" --target "${targets[@]}"

# seeds NAME: the folder of a target's seeds; what the tests' keys and certificates have for it comes along
seeds() {
    local name=$1 folder=$work/seeds/$1
    rm -rf "$folder"
    mkdir -p "$folder"
    [ ! -d "$source/tests/fuzz/corpus/$name" ] || cp "$source/tests/fuzz/corpus/$name"/* "$folder/"
    case $name in
    x509 | crl | certificate_message) cp "$work"/pki/der/* "$folder/" ;;
    pem) cp "$work"/pki/server-rsa-2048.{pem,legacy.key} "$work"/pki/root.trust-*.pem "$folder/" ;;
    derivation) cp "$work"/pki/server-ecdsa-p256*.p12 "$folder/" ;;
    esac
    echo "$folder"
}

for target in "${targets[@]}"; do
    cp "$work/tests/fuzz/$target" "$OUT/"
    ldd "$work/tests/fuzz/$target" | awk '/lib(ssl|crypto|wolfssl|gnutls|jansson)\./ { print $3 }' |
        xargs -r cp -L -t "$OUT/lib/"
    folder=$(seeds "${target#fuzz_}")
    [ -z "$(ls -A "$folder")" ] ||
        (cd "$folder" && rm -f "$OUT/${target}_seed_corpus.zip" && python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip" ./*)
    dictionary=$source/tests/fuzz/oss-fuzz/dictionaries/$target.dict
    [ ! -f "$dictionary" ] || cp "$dictionary" "$OUT/"
done
find "$work" -mindepth 1 -maxdepth 1 ! -name pki -exec rm -rf {} +
echo "${#targets[@]} targets in $OUT"
