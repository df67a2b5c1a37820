#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Without the module a run says so, and --without-module does without.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

if [ -e /proc/net/tcp_closestat ]; then
	echo "TAP version 13"
	skip_all "tcp_closestat is loaded"
fi
closelab_begin 3
closelab_unload

output=$("$closelab" run client-closes-first 2>&1)
[ $? -eq 1 ] && grep -q 'tcp_closestat is not loaded: modprobe' <<<"$output"
closelab_report $? "not loaded" "$output"
closelab_run client-closes-first --without-module

# No program is found, so nft is not.
output=$(PATH=/nowhere "$closelab" run scan --without-module 2>&1)
[ $? -eq 4 ] && grep -q 'the program nft is missing: install nftables' <<<"$output"
closelab_report $? "scan without nft" "$output"
finish
