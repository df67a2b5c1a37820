#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The scenarios port-exhaustion and proxy: the rate that a length of TIME_WAIT
# allows, and a proxy that runs out of ports at 60 s and does not at 1 s.
# A length of a second, of which milliseconds count, is measured alone. The rest
# is waiting, which is done together.
# shellcheck source=selftests/lib/closelab.sh
. "$(dirname "$0")/lib/closelab.sh"

closelab_begin 12
closelab_run port-exhaustion -4 --time-wait 1s
closelab_run port-exhaustion -6 --time-wait 1s
closelab_start 60s-4 port-exhaustion -4 --time-wait 60s --markdown
closelab_start 60s-6 port-exhaustion -6 --time-wait 60s
closelab_start 10s-4 port-exhaustion -4 --time-wait 10s
closelab_start 10s-6 port-exhaustion -6 --time-wait 10s
closelab_await 10s-4
closelab_await 10s-6
closelab_start proxy proxy -4 --markdown
closelab_run proxy -4 --time-wait 1s
closelab_compare proxy proxy
closelab_start proxy proxy -6
closelab_run proxy -6 --time-wait 1s
closelab_await proxy
closelab_compare 60s-4 port-exhaustion
closelab_await 60s-6
finish
