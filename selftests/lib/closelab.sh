# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Shared by the scenario tests: load the module when it is not loaded, run a
# scenario over both families, on top of lib/tap.sh.
# shellcheck source=selftests/lib/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

closelab_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
closelab_loaded='' closelab_logs=''
declare -A closelab_pid=() closelab_name=() closelab_code=()

closelab_find()
{
	local program

	for program in "${CLOSELAB-}" "$closelab_dir/../tools/closelab/closelab" \
		       "$(command -v closelab)"; do
		[ -x "$program" ] && echo "$program" && return
	done
	return 1
}

# The scenarios there are.
closelab_names()
{
	"$(closelab_find)" list -n
}

closelab_unload()
{
	[ -z "$closelab_loaded" ] || rmmod tcp_closestat
	closelab_loaded=
}

# Runs that are still under way end before the module goes.
closelab_cleanup()
{
	local key

	for key in "${!closelab_pid[@]}"; do
		kill "${closelab_pid[$key]}" && wait "${closelab_pid[$key]}"
	done 2>/dev/null
	rm -rf "$closelab_logs"
	closelab_unload
}

closelab_begin() # TESTS
{
	echo "TAP version 13"
	closelab_logs=$(mktemp -d)
	trap closelab_cleanup EXIT
	mkfifo "$closelab_logs/ended"
	exec {closelab_ended}<>"$closelab_logs/ended"
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
	closelab=$(closelab_find) || skip_all "closelab is not built"
	if [ ! -e /proc/net/tcp_closestat ]; then
		insmod "${TCS_KO:-$closelab_dir/../tcp_closestat.ko}" 2>/dev/null ||
			modprobe -q tcp_closestat ||
			skip_all "tcp_closestat cannot be loaded"
		closelab_loaded=1
	fi
	plan "$1"
}

# Report one test; what it said is shown when it failed, what it has measured
# and that it was begun anew always.
closelab_report() # EXIT-CODE NAME OUTPUT
{
	local line

	case $1 in
	0)
		while read -r line; do
			[[ $line != *"; measured "* && $line != *": once more" ]] ||
				echo "# $line"
		done <<<"$3"
		pass "$2"
		;;
	4) skip "$2" "$(tail -n 1 <<<"$3")" ;;
	*) fail "$2" "$3" ;;
	esac
}

closelab_run() # NAME OPTION...
{
	local name=$1 output

	output=$("$closelab" run "$@" 2>&1)
	closelab_report $? "${name} ${*:2}" "$output"
}

# Run a command while others run, and report it later.
closelab_spawn() # KEY NAME COMMAND...
{
	local key=$1

	closelab_name[$key]=$2
	shift 2
	{
		"$@" >"$closelab_logs/$key" 2>"$closelab_logs/$key.said" &
		trap 'kill $! 2>/dev/null' TERM
		wait $!
		echo "$key $?" >&"$closelab_ended"
		wait
	} &
	closelab_pid[$key]=$!
}

closelab_start() # KEY NAME OPTION...
{
	closelab_spawn "$1" "${*:2}" "$closelab" run "${@:2}"
}

# Wait until less than so many are under way.
closelab_make_room() # JOBS
{
	while [ ${#closelab_pid[@]} -ge "$1" ]; do
		closelab_await_any
	done
}

# Wait until one of those that were started ends.
closelab_await_any()
{
	local key code

	read -r key code <&"$closelab_ended"
	closelab_code[$key]=$code
	wait "${closelab_pid[$key]}"
	unset "closelab_pid[$key]"
}

closelab_await() # KEY
{
	while [ -z "${closelab_code[$1]-}" ]; do
		closelab_await_any
	done
	closelab_report "${closelab_code[$1]}" "${closelab_name[$1]}" \
		"$(<"$closelab_logs/$1")"$'\n'"$(<"$closelab_logs/$1.said")"
	return "${closelab_code[$1]}"
}

# The section of a scenario in docs/scenarios.md.
closelab_documented() # NAME
{
	awk -v "heading=### $1" '
		$0 == heading { on = 1; print; next }
		/^##/ { on = 0 }
		on' "$closelab_dir/../docs/scenarios.md"
}

# Await a scenario that was started with --markdown, and compare what it drew
# and found with its section.
closelab_compare() # KEY NAME
{
	local code difference

	closelab_await "$1"
	code=$?
	if [ $code -ne 0 ] || [ ! -e "$closelab_dir/../docs/scenarios.md" ]; then
		closelab_report 4 "$2 as documented" "there is nothing to compare"
	else
		difference=$(diff -B <(closelab_documented "$2") "$closelab_logs/$1")
		closelab_report $? "$2 as documented" "$difference"
	fi
}
