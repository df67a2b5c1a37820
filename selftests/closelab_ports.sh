#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The scenarios port-exhaustion and proxy: the rate that a length of TIME_WAIT
# allows, and a proxy that runs out of ports at 60 s and does not at 1 s.
# A length of a second, of which milliseconds count, is measured alone. The rest
# is waiting, which is done together.
# shellcheck source=selftests/closelab_lib.sh
. "$(dirname "$0")/closelab_lib.sh"

begin_length() # TIME
{
	closelab_start "$1-4" port-exhaustion -4 --time-wait "$1"
	closelab_start "$1-6" port-exhaustion -6 --time-wait "$1"
}

end_length() # TIME
{
	closelab_await "$1-4"
	closelab_await "$1-6"
}

closelab_begin 10
closelab_run port-exhaustion -4 --time-wait 1s
closelab_run port-exhaustion -6 --time-wait 1s
begin_length 60s
begin_length 10s
end_length 10s
for family in -4 -6; do
	closelab_start proxy proxy $family
	closelab_run proxy $family --time-wait 1s
	closelab_await proxy
done
end_length 60s
closelab_end
