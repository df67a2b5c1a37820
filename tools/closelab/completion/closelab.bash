# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion for closelab in bash. The words are the tool's own: ask it.

# The commands, or the long options of one.
_closelab_commands() {
	closelab --help 2>/dev/null | sed -nE 's/^(Usage:|      ) closelab ([a-z]+).*/\2/p' | sort -u
}

_closelab_options() { # COMMAND
	closelab "$1" --help 2>/dev/null | sed -nE 's/^  (-[a-z0-9], |    )(--[a-z-]+).*/\2/p'
}

_closelab_files() { # CURRENT
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_closelab() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} words=''

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words=$(_closelab_commands)
	elif [[ $current == -* ]]; then
		words=$(_closelab_options "$command")
	else
		case $command:$previous in
		run:-p | run:--pcap | explain:-p | explain:--peer | *:-g | *:--svg)
			_closelab_files "$current"
			return
			;;
		explain:-i | explain:--interface)
			words=$(cd /sys/class/net 2>/dev/null && echo *)
			;;
		*:-[scdt] | *:--server | *:--client | *:--delay | *:--time-wait | \
		*:--connection | *:--duration)
			return
			;;
		run:*)
			words=$(closelab list --names 2>/dev/null)
			;;
		peer:peer)
			words='server client'
			;;
		explain:*)
			_closelab_files "$current"
			return
			;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _closelab closelab
