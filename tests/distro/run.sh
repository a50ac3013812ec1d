#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# run.sh [-d DIRECTORY] [-m MIRROR] [-a ARCHITECTURE] [-j N] [-r FILE] SUITE [CTEST_ARGUMENT...]
# Build and test omnitls with the compiler and the engines of another Debian or Ubuntu release, in a
# root file system of its own. Needs root, debootstrap, network, 3 GB. Exit code 77: not possible here.
#
#   SUITE         bullseye, trixie, noble ...
#   -d DIRECTORY  where the root file systems are kept, one for each suite; default
#                 $XDG_CACHE_HOME/omnitls/distro. One that is complete is used again.
#   -m MIRROR     default: the first of the machine's own package sources that has the suite
#   -a ARCHITECTURE  i386 on a machine of 64 bits; default: the machine's own
#   -j N          N processes (default: the number of processors)
#   -r FILE       only the tests of a row of docs/platforms.md (tests/platforms/here.sh), and the row into FILE
#
# What is mounted is mounted in a name space of its own: it goes with this script, as do all processes
# started inside, however the script ends.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../.." && pwd)
# shellcheck source=tests/distro/roots.sh
. "$here/roots.sh"
usage() {
    sed -n '4,/^set /s/^# \{0,1\}//p' "$0"
}

jobs=$(nproc)
mirror=
directory=${XDG_CACHE_HOME:-${HOME:?}/.cache}/omnitls/distro
architecture=
row=
while getopts a:d:m:j:r:h option; do
    case $option in
    a) architecture=$OPTARG ;;
    d) directory=$OPTARG ;;
    m) mirror=$OPTARG ;;
    j) jobs=$OPTARG ;;
    r) row=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
suite=${1:-}
case $suite in
'' | *[!a-z0-9.-]*) usage >&2; exit 2 ;;
esac
shift

roots_possible

root=$directory/$suite${architecture:+-$architecture}
personality=()
[ "$architecture" != i386 ] || personality=(linux32)
make_root "$root" "$suite" "$mirror" ${architecture:+"--arch=$architecture"}
copy_sources "$source" "$root" /omnitls

status=0
enter "$root" ${personality[@]+"${personality[@]}"} bash /omnitls/tests/distro/inside.sh ${row:+--row} "$jobs" "$@" || status=$?
if [ -n "$row" ] && [ -e "$root/build-row/row.json" ]; then
    cp "$root/build-row/row.json" "$row"
fi
exit $status
