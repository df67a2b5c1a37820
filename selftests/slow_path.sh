#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module without its fast path (module/fastpath.h): the slow path alone has to count
# the same.
set -u

cd "$(dirname "$0")" || exit 1
export TCS_KO=$PWD/variants/slow_path/tcp_closestat.ko
tests=(counts ends_connect ends_destroyed ends_failure ends_fin ends_hist ends_reset
	ends_reset_received ends_time_wait)

if [ ! -e "$TCS_KO" ]; then
	echo "1..0 # SKIP not built: there were no kernel headers, or it is built on another kernel"
	exit 4
fi
if [ -e /sys/module/tcp_closestat ]; then
	echo "1..0 # SKIP another build of the module is loaded"
	exit 4
fi
echo "TAP version 13"
echo "1..${#tests[@]}"
failed=0 n=0
for test in "${tests[@]}"; do
	n=$((n + 1))
	if out=$("./$test" 2>&1); then
		echo "ok $n $test"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		echo "not ok $n $test"
		failed=1
	fi
done
exit $failed
