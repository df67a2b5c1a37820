#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2154,SC2317 # check evaluates its condition later
# A real Prometheus scrapes the tool, on a made-up /proc, and has what that says.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"
# shellcheck source=http_lib.sh
. "$(dirname "$0")/http_lib.sh"
# shellcheck source=prometheus_lib.sh
. "$(dirname "$0")/prometheus_lib.sh"
rc='' out='' err=''

if ! command -v prometheus >/dev/null || ! command -v curl >/dev/null; then
	skip 'Prometheus' 'prometheus or curl is not installed'
	finish
	exit
fi
make_proc
serve export -A --http

start_prometheus "$port"
until_true '[[ $(ask up) = *" 1" ]]'
check 'Prometheus scrapes it' '[[ $(ask up) = *" 1" ]]'
out=$(ask 'tcp_closestat_ended_total{how="active_fin"}' | sort)
check 'it has the counts' '[ "$out" = "$(printf "%s\n" "{\"how\":\"active_fin\",\"netns\":\"12\"} 6" "{\"how\":\"active_fin\",\"netns\":\"4026531840\"} 5" "{\"how\":\"active_fin\",\"netns\":\"dead\"} 7")" ]'
out=$(ask 'histogram_quantile(0.5, tcp_closestat_state_duration_seconds_bucket{state="fin_wait1",netns="12"})')
check 'it can tell a quantile' '[[ $out =~ \ 0.000002(5|4999)[0-9]*$ ]]'
out=$(ask 'sum without (le) (tcp_closestat_state_duration_seconds_bucket)' | wc -l)
check 'it has the histograms' '[ "$out" -ge 2 ]'
out=$(ask 'sum(tcp_closestat_state_duration_seconds_count)')
check 'and those of all namespaces' '[[ $out = *" 13" ]]'
out=$(curl -s "$api/metadata?metric=tcp_closestat_sockets" | jq -r '.data.tcp_closestat_sockets[0].type')
check 'it knows the types' '[ "$out" = gauge ]'
out=$(grep -v 'level=info' "$TMP/prometheus.log")
check 'it has nothing to complain of' '[ -z "$out" ]'

exec {server_in}>&-
finish
