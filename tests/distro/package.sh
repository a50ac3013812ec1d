#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# package.sh [-d DIRECTORY] [-m MIRROR] SUITE
# The Debian package (packaging/debian) as a packager and then a user meet it: built in one root file
# system, with its tests and lintian; installed in another that has nothing; the README's client compiled
# there by copy and paste, and run on each engine. DEB_BUILD_OPTIONS is handed on ("noopt nocheck": sooner).
# Needs what run.sh needs; exit code 77: not possible here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../.." && pwd)
# shellcheck source=tests/distro/roots.sh
. "$here/roots.sh"

mirror=
directory=${XDG_CACHE_HOME:-${HOME:?}/.cache}/omnitls/distro
while getopts d:m: option; do
    case $option in
    d) directory=$OPTARG ;;
    m) mirror=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
suite=${1:?which release?}
roots_possible

place=$directory/package-$suite
bare=$place/bare build=$place/build clean=$place/clean
make_root "$bare" "$suite" "$mirror"
[ -e "$build/.complete" ] || { rm -rf "$build" && cp -a "$bare" "$build"; }

echo "== $suite: build"
rm -rf "$build/package"
copy_sources "$source" "$build" /package/omnitls
mv "$build/package/omnitls/packaging/debian" "$build/package/omnitls/debian"
quietly() { # COMMAND...: in the root file system for building
    enter "$build" bash -ec "$*" >"$place/log" 2>&1 || {
        tail -n 60 "$place/log" >&2
        exit 1
    }
}
quietly 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
    build-essential lintian && cd /package/omnitls && DEBIAN_FRONTEND=noninteractive apt-get build-dep -qy .'
quietly "cd /package/omnitls && DEB_BUILD_OPTIONS='${DEB_BUILD_OPTIONS:-}' dpkg-buildpackage -us -uc"
case ${DEB_BUILD_OPTIONS:-} in
*nocheck*) ;;
*) grep -E '^[0-9]+ of [0-9]+ cells are right' "$place/log" ;;
esac

echo "== $suite: lintian"
enter "$build" bash -c 'cd /package && lintian --allow-root --fail-on error,warning *.changes'

echo "== $suite: installation where nothing is"
rm -rf "$clean"
cp -a "$bare" "$clean"
mkdir "$clean/debs"
cp "$build"/package/*.deb "$build/package/omnitls/debian/tests/first-client" "$clean/debs/"
enter "$clean" bash -ec 'apt-get update -q && cd /debs && rm -f *-dbgsym_*.deb &&
    DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends ./*.deb gcc libc6-dev pkg-config openssl man-db' \
    >"$place/log" 2>&1 || { tail -n 40 "$place/log" >&2; exit 1; }
enter "$clean" sh /debs/first-client || exit 1
# and gone again, without a trace
# shellcheck disable=SC2016 # expanded in there
enter "$clean" bash -ec 'apt-get purge -qy "libomnitls*" "omnitls*" >/dev/null 2>&1
    left=$(find / -xdev -path /debs -prune -o -path /proc -prune -o -name "*omnitls*" -print -o -name "otls_*" -print |
        grep -v -e ^/var/lib/apt -e ^/var/cache/man -e ^/tmp) && { echo "left behind: $left"; exit 1; }; exit 0'
echo "built, clean, installed, used, removed"
