#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every behaviour of a peer runs, with some behaviour of the other.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

pair() # SERVER CLIENT
{
	local output

	output=$("$closelab" run --server "$1" --client "$2" 2>&1)
	closelab_report $? "server $1, client $2" "$output"
}

closelab_begin 14
pair 0 0
pair 1 0
pair 1 1
pair 1 2
pair 2 4
pair 2 5
pair 3 6
pair 4 6
pair 5 6
pair 1 7
pair 6 9
pair 7 8
pair 8 10
pair 9 9
finish
