#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck source-path=SCRIPTDIR disable=SC2016,SC2034,SC2317 # check evaluates its condition later
# Completion in bash offers the tool's own words; in zsh, where there is one, it is well formed.

set -u
# shellcheck source=cli_lib.sh
. "$(dirname "$0")/cli_lib.sh"
here=$(realpath "$(dirname "$0")")
# shellcheck source=../completion/closestat.bash
. "$here/../completion/closestat.bash"
PATH=$(dirname "$(realpath "$CLOSESTAT")"):$PATH
rc='' err=''

# completes WANT WORDS...: the last word, as far as it is written, has WANT among its completions.
completes() {
	local want=$1

	COMP_WORDS=("${@:2}")
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_closestat
	out=" ${COMPREPLY[*]} "
	check "'${*:2}' to $want" '[[ $out == *" $want "* ]]'
}

make_proc
completes show closestat s
check 'and to no more' '[ "$out" = " show set " ]'
completes --json closestat show --j
completes --netns closestat -
completes --all closestat -N x show --a
completes ended_active_fin closestat show ended_
completes made_up_later closestat show made
completes tcp_fin_timeout closestat get tcp_f
completes time_wait= closestat set time_wait
completes fin_wait1 closestat hist fin
completes state= closestat list st
completes --older closestat kill --o
completes --group closestat top --g
completes -V closestat get -
completes fin-wait-2 closestat list --state fin
completes established closestat list --state ''
completes closing closestat kill --state clo
completes cause closestat top -g c
completes how closestat top --group ''
completes rst_sent closestat monitor --kind rst
completes unread_data closestat monitor --cause un
completes --duration closestat monitor --du
completes --openmetrics closestat export --o
cd "$here" && completes "${0##*/}" closestat export -o test_compl
COMP_WORDS=(closestat set tcp_fin_timeout "=" 5) COMP_CWORD=4 COMPREPLY=()
_closestat
out="${COMPREPLY[*]-}"
check 'a value to nothing' '[ -z "$out" ]'

run words nonsense
check 'words of no command' '[[ $rc = 2 && $err =~ "no command is called" ]]'
rm -r "$PROC_ROOT"
expect_run 'words without the module' 0 '' '' words show

if command -v zsh >/dev/null; then
	out=$(zsh -n "$here/../completion/_closestat" 2>&1)
	rc=$?
	check 'zsh takes its completion' '[ "$rc$out" = 0 ]'
else
	skip 'zsh' 'zsh is not installed'
fi

finish
