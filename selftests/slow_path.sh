#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module without its fast path (module/fastpath.h): the slow path alone has to count
# the same.
set -u

cd "$(dirname "$0")" || exit 1
# shellcheck source=selftests/lib/tap.sh
. lib/tap.sh
export TCS_KO=$PWD/variants/slow_path/tcp_closestat.ko
tests=(counts ends_connect ends_destroyed ends_failure ends_fin ends_hist ends_reset
	ends_reset_received ends_time_wait)

[ -e "$TCS_KO" ] ||
	skip_all "not built: there were no kernel headers, or it is built on another kernel"
[ ! -e /sys/module/tcp_closestat ] || skip_all "another build of the module is loaded"
echo "TAP version 13"
plan ${#tests[@]}
for test in "${tests[@]}"; do
	expect "$test" "./$test"
done
finish
