#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The same closes with TIME_WAIT of one second: it ends, and is counted so.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

closelab_begin 6
for name in client-closes-first server-closes-first simultaneous-close; do
	closelab_run $name -4 --time-wait 1s
	closelab_run $name -6 --time-wait 250ms
done
finish
