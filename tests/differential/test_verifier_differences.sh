#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every chain of the corpus through the uniform verifier and the engines' own. Whoever disagrees is
# printed; a chain that we accept and an engine refuses must be argued in docs/verifier-differences.md.
set -u

: "${OMNITLS_BUILD_DIR:?}" "${OMNITLS_SOURCE_DIR:?}"
check=$OMNITLS_BUILD_DIR/tests/corpus/check_corpus
corpus=$OMNITLS_BUILD_DIR/corpus
document=$OMNITLS_SOURCE_DIR/docs/verifier-differences.md

# GnuTLS 3.7.9 leaks a few bytes for malformed name constraints.
[ -z "${OMNITLS_SANITIZE:-}" ] || exit 77
[ -x "$check" ] && [ -f "$corpus/manifest.tsv" ] || exit 77

report=$("$check" "$corpus" --differential) || {
    echo "$report" | grep FAILED
    echo "the corpus itself fails"
    exit 1
}
stricter=$(sed '/^## We refuse/,$d' "$document")
laxer=$(sed '1,/^## We refuse/d' "$document")
failures=0
disagreements=0
while read -r kind engine _ chain _; do
    case $kind in
        STRICTER) section=$stricter ;;
        LAXER) section=$laxer ;;
        *) continue ;;
    esac
    disagreements=$((disagreements + 1))
    echo "$kind $engine ${chain%:}"
    if ! grep -F "\`${chain%:}\`" <<<"$section" | cut -d '|' -f 3 | grep -q -w "$engine"; then
        echo "  not argued in $(basename "$document")"
        [ "$kind" = LAXER ] || failures=$((failures + 1))
    fi
done <<<"$report"
echo "$disagreements disagreements, $failures not argued"
[ "$failures" -eq 0 ]
