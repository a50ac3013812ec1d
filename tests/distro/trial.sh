#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# trial.sh [-q] [-j JOBS] [-d DIRECTORY] [-m MIRROR] SUITE
# A new user's first ten minutes: a fresh root file system without a compiler, nothing to go by but the
# README. newcomer.sh does it: ./quickstart whole, of ./check its first step (--fast: the others are the same
# tests in other builds); -q: sooner, without ./check. Needs what run.sh needs; exit code 77: not possible here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/distro/roots.sh
. "$here/roots.sh"
check=check
jobs=$(nproc)
mirror=
directory=${XDG_CACHE_HOME:-${HOME:?}/.cache}/omnitls/distro
while getopts qj:d:m: option; do
    case $option in
    q) check= ;;
    j) jobs=$OPTARG ;;
    d) directory=$OPTARG ;;
    m) mirror=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
suite=${1:?which release?}
roots_possible

# the root file system that package.sh begins with, too
bare=$directory/package-$suite/bare clean=$directory/trial-$suite
make_root "$bare" "$suite" "$mirror"
rm -rf "$clean"
cp -a "$bare" "$clean"
copy_sources "$here/../.." "$clean" /omnitls
enter "$clean" bash /omnitls/tests/distro/newcomer.sh "$jobs" $check
