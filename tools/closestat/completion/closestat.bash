# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion for closestat in bash. The words are the tool's own: ask it.

_closestat_namespaces() {
	local name

	for name in /run/netns/*; do
		[ -e "$name" ] && echo "${name##*/}"
	done
}

_closestat() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' word words

	COMPREPLY=()
	case $previous in
	-N | --netns)
		mapfile -t COMPREPLY < <(compgen -W "$(_closestat_namespaces)" -- "$current")
		return
		;;
	-o | --output)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	-g | --group | --state | --kind | --cause)
		words=$(closestat words values "${previous##*-}" 2>/dev/null)
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		return
		;;
	esac
	# Bash splits "port=80" into three words: a value is not for us to complete.
	[ "$previous" != = ] && [ "$current" != = ] || return

	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		if closestat words options "$word" &>/dev/null; then
			command=$word
			break
		fi
	done
	if [[ $current == -* ]]; then
		words=$(closestat words options "${command:-show}" 2>/dev/null)
	elif [ -n "$command" ]; then
		words=$(closestat words "$command" 2>/dev/null)
	else
		words=$(closestat words 2>/dev/null)
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
		compopt -o nospace 2>/dev/null
	fi
}

complete -F _closestat closestat
