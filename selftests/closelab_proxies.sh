#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which proxy holds TIME_WAIT: real programs, as each release has them, so that their
# ladders are not held against the documentation's.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

closelab_begin 22
for family in -4 -6; do
	closelab_run haproxy-keep-alive $family
	closelab_run haproxy-httpclose $family
	closelab_run haproxy-server-close $family
	closelab_run haproxy-two-servers $family
	closelab_run nginx-close $family
	closelab_run nginx-keep-alive $family
	closelab_run nginx-two-servers $family
	closelab_run nginx-out-of-ports $family
	closelab_run apache-close $family
	closelab_run apache-keep-alive $family
	closelab_run apache-two-servers $family
done
closelab_end
