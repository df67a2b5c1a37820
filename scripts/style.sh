#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# shellcheck disable=SC2317 # the checkers are called by name
#
# Holds the sources to their style, one test per checker, reported in TAP.
set -euo pipefail

case ${1-} in
-h | --help)
	cat <<END
Usage: style.sh
Check the sources with checkpatch --strict, sparse (on the module, against the
headers of the default kernel), shellcheck and yamllint, and that each says its licence. Reports
in TAP.
END
	exit
	;;
?*)
	echo "style.sh: takes no arguments" >&2
	exit 2
	;;
esac

scripts=$(cd "$(dirname "$0")" && pwd)
cd "$scripts/.."
# shellcheck source=selftests/lib/tap.sh
. selftests/lib/tap.sh
ksft=$(selftests/vm/ksft)

# The sources: what git knows or would add, without what is deleted here.
sources=()
while IFS= read -rd '' f; do
	[ ! -f "$f" ] || sources+=("$f")
done < <(git -c safe.directory='*' ls-files -z --cached --others --exclude-standard 2>/dev/null ||
	find . -type f -printf '%P\0')

c_files=() sh_files=() yaml_files=() licensed=()
for f in "${sources[@]}"; do
	case $f in
	*.c | *.h)
		c_files+=("$f")
		licensed+=("$f")
		;;
	*.sh | *.bash)
		sh_files+=("$f")
		licensed+=("$f")
		;;
	*.yml)
		yaml_files+=("$f")
		licensed+=("$f")
		;;
	*/Makefile | Makefile | Kbuild | *.awk | *.py)
		licensed+=("$f")
		;;
	*)
		IFS= read -r first <"$f" || true
		if [[ $first =~ ^#!.*/(env\ )?(ba|da|busybox\ )?sh($| ) ]]; then
			sh_files+=("$f")
			licensed+=("$f")
		fi
		;;
	esac
done 2>/dev/null

# Each checker prints what it finds and succeeds when that is nothing.

check_checkpatch() {
	local found

	found=$(perl "$ksft/scripts/checkpatch.pl" --no-tree --strict --terse --show-types \
		--no-summary -f "${c_files[@]}" 2>&1) || true
	# file:line: LEVEL:TYPE: text; what checkpatch.conf excepts goes
	awk '
		FILENAME != "-" {
			if ($0 !~ /^(#|$)/) {
				path[++n] = $1 == "." ? "" : $1
				type[n] = $2
			}
			next
		}
		NF {
			split($0, part, ":")
			for (i = 1; i <= n; i++)
				if (index($0, path[i]) == 1 && part[4] == type[i])
					next
			print
			bad = 1
		}
		END { exit bad }' "$scripts/checkpatch.conf" - <<<"$found"
}

# Sparse also sees what is wrong in the kernel's headers, which is not ours.
check_sparse() {
	local log
	log=$(selftests/vm/build "$(selftests/vm/kernels-for default)" C=2 2>&1) || { echo "$log" && return 1; }
	grep -q CHECK <<<"$log" || { echo "sparse did not run:" "$log" && return 1; }
	! grep -E '^(/src/)?module/.*: (warning|error):' <<<"$log"
}

check_shellcheck() {
	shellcheck -x "${sh_files[@]}"
}

# What is left out is a matter of taste; the key "on", GitHub's, looks like a boolean.
check_yamllint() {
	local space="{max-spaces-inside: 1}" rules

	rules="document-start: disable, line-length: disable, truthy: {check-keys: false}"
	rules+=", braces: $space, brackets: $space"
	rules+=", indentation: {spaces: consistent, indent-sequences: whatever}"
	yamllint --strict -d "{extends: default, rules: {$rules}}" "${yaml_files[@]}"
}

check_license() {
	local f missing=0

	for f in "${licensed[@]}"; do
		head -n 2 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0' && continue
		echo "$f: does not begin with its SPDX line"
		missing=1
	done
	return "$missing"
}

# clean CHECKER - it finds nothing; what it prints, its last lines, is what it found
clean() {
	local status=0 found

	found=$("check_$1" 2>&1) || status=$?
	printf '%s\n' "$found" | tail -n 200
	return $status
}

checkers=(checkpatch sparse shellcheck yamllint license)
echo "TAP version 13"
plan ${#checkers[@]}
for checker in "${checkers[@]}"; do
	if [ "$checker" = yamllint ] && ! command -v yamllint >/dev/null; then
		skip "style: $checker" "package yamllint is not installed"
	else
		expect "style: $checker" clean "$checker"
	fi
done
finish
