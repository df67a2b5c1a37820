#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A proxy runs out of ports at the kernel's length of TIME_WAIT, and not at 1 s.
# shellcheck source=selftests/closelab_lib.sh
. "$(dirname "$0")/closelab_lib.sh"

closelab_begin 4
for family in -4 -6; do
	closelab_run proxy $family
	closelab_run proxy $family --time-wait 1s
done
closelab_end
