#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2154,SC2317 # check evaluates its condition later
# The rules for Prometheus and the dashboard for Grafana: a real Prometheus understands every query of
# them and has something to show for each.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"
# shellcheck source=http_lib.sh
. "$(dirname "$0")/http_lib.sh"
# shellcheck source=prometheus_lib.sh
. "$(dirname "$0")/prometheus_lib.sh"
contrib=$(realpath "$(dirname "$0")/../../../contrib")
rules=$contrib/prometheus/tcp_closestat.rules.yml
dashboard=$contrib/grafana/tcp_closestat.json
rc='' out='' err=''

if ! command -v prometheus >/dev/null || ! command -v curl >/dev/null; then
	skip 'Prometheus' 'prometheus or curl is not installed'
	finish
	exit
fi

out=$(promtool check rules "$rules" 2>&1)
rc=$?
check 'promtool accepts the rules' '[ "$rc" = 0 ]'
# With something wrong in the rules the tests of them fail.
rule_tests() { (cd "$1" && promtool test rules tcp_closestat.rules.test.yml 2>&1); }
out=$(rule_tests "$contrib/prometheus")
rc=$?
check 'each alert comes when it should and only then' '[ "$rc" = 0 ]'
alerts=$(sed -n 's/^  - alert: //p' "$rules")
for alert in $alerts; do
	cp "$contrib"/prometheus/*.yml "$TMP/"
	# Never, and always.
	for instead in 'vector(0) > 1' 'tcp_closestat_sockets or tcp_closestat_ended_total or on () vector(1)'; do
		awk -v alert="$alert" -v instead="$instead" '
			/^  - alert: / { ours = $3 == alert }
			ours && /^    expr:/ { print "    expr: " instead; skip = 1; next }
			skip && /^    [a-z]/ { skip = 0 }
			!skip { print }' "$rules" >"$TMP/tcp_closestat.rules.yml"
		out=$(rule_tests "$TMP")
		rc=$?
		check "$alert is tested: not $instead" '[ "$rc" != 0 ]'
	done
done

make_proc
# A value for every row there is.
rows=$(counter_names | sed '/^version$/d; s/$/ 5/')
block() { echo 'version 1' && echo "$rows"; }
{ echo 'netns 4026531840' && block && echo && echo 'netns dead' && block && echo; } >"$PROC_ROOT/tcp_closestat_all"
hists=$PROC_ROOT/thread-self/net/tcp_closestat_hist
more=$(sed -n 's/^fin_wait1/time_wait/p' "$hists")
echo "$more" >>"$hists"
{ echo 'netns 4026531840' && cat "$hists" && echo && echo 'netns dead' && echo; } >"$PROC_ROOT/tcp_closestat_all_hist"
echo 'TcpExt: TW TCPTimeWaitOverflow
TcpExt: 4 1' >"$PROC_ROOT/thread-self/net/netstat"
serve export -A --http
start_prometheus "$port" "$rules"
until_true '[ "$(ask "count_over_time(up[1m]) > 3")" ]'
check 'Prometheus scrapes' '[[ $(ask up) = *" 1" ]]'
until_true '[ "$(curl -s "$api/rules" | jq -r ".data.groups[].rules[].health" | sort -u)" = ok ]'
out=$(curl -s "$api/rules" | jq -r '.data.groups[].rules[] | .name + " " + .health + " " + (.lastError // "")')
check 'it can evaluate the rules' '[ "$(grep -c " ok " <<<"$out")" -ge 11 ] && ! grep -qv " ok " <<<"$out"'

out=$(jq -e . "$dashboard" 2>&1 >/dev/null)
check 'the dashboard is JSON' '[ -z "$out" ]'
out=$(jq -r '[.panels[].id] | length == (unique | length)' "$dashboard")
check 'its panels are distinct' '[ "$out" = true ]'
out=$(jq -r '[.. | .datasource? | objects | .uid] | unique | .[]' "$dashboard")
check 'its data source is a variable' '[ "$out" = "\${datasource}" ]'
while IFS=$'\t' read -r title expression; do
	expression=${expression//\$__rate_interval/1m}
	expression=${expression//\$state/time_wait}
	expression=$(sed -E 's/"\$(job|instance|netns)"/".*"/g' <<<"$expression")
	out=$(query "$expression")
	check "the dashboard has something to show: $title" '[ "$(jq -r "(.data.result | length > 0) and .status == \"success\"" <<<"$out")" = true ]'
done < <(jq -r '.panels[] | .title as $t | .targets[] | [$t + " " + .refId, .expr] | @tsv' "$dashboard")
out=$(jq -r '.templating.list[] | select(.type == "query").definition' "$dashboard" | grep -c label_values)
check 'it has variables' '[ "$out" = 3 ]'

exec {server_in}>&-
finish
