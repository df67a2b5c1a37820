# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A Prometheus of the test's own.

# start_prometheus PORT [RULES] - have it scrape that port, once a second
start_prometheus() {
	local listener

	# A port that is free, as far as one can know.
	exec {listener}< <(exec "$(dirname "$0")/inetd" true </dev/zero)
	read -r _ api <&"$listener"
	exec {listener}<&-
	api=http://127.0.0.1:$api/api/v1
	cat >"$TMP/prometheus.yml" <<-END
		global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
		rule_files: [ ${2:+"'$2'"} ]
		scrape_configs:
		- job_name: closestat
		  static_configs: [ { targets: [ '127.0.0.1:$1' ] } ]
	END
	prometheus --config.file="$TMP/prometheus.yml" --storage.tsdb.path="$TMP/data" \
		--web.listen-address="${api:7:-7}" --log.level=warn >"$TMP/prometheus.log" 2>&1 &
	on_exit "kill $! 2>/dev/null; wait"
}

# query EXPRESSION - what Prometheus answers
query() { curl -sG --data-urlencode "query=$1" "$api/query"; }

# ask EXPRESSION - the values that it has for it, one a line, with labels before them
ask() {
	query "$1" 2>/dev/null | jq -r '.data.result[] |
		(.metric | del(.__name__, .instance, .job) | tostring) + " " + .value[1]'
}

# until_true CONDITION - wait until the bash condition holds, a minute at most
until_true() {
	local deadline=$((SECONDS + 60))

	until eval "$1"; do
		[ "$SECONDS" -lt "$deadline" ] || return
		sleep 0.2
	done
}
