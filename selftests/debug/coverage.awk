# SPDX-License-Identifier: GPL-2.0
#
# What "gcov -t -b" printed, in short, after coverage.known: a line of a header is in each
# object that includes it, and has run where it ran in one. Exit status 1: fewer than "least"
# per cent of the lines ran, or one that did not is not known.

# what a line of code is known by: without the blanks around it
function bare(code) {
	gsub(/^[[:space:]]+|[[:space:]]+$/, "", code)
	return code
}

function percent(n, of) {
	return of ? sprintf("%5.1f %%", 100 * n / of) : ""
}

function print_row(name, n, of, branches, of_branches) {
	printf "%-24s %5d of %5d %s %6d of %5d %s\n", name, n, of, percent(n, of), branches,
	       of_branches, percent(branches, of_branches)
}

# coverage.known
FNR == NR {
	if (/^[^#]/) {
		n = split($0, field, "\t")
		if (n != 3) {
			print FILENAME ":" FNR ": not three fields" >"/dev/stderr"
			exit 2
		}
		reason[field[1], field[2]] = field[3]
	}
	next
}

/^ +-: +0:Source:/ {
	file = $0
	sub(/.*:Source:/, "", file)
	ours = sub(/^\/src\/module\//, "", file)
	next
}
!ours { next }
# "        5:  123:code", also "5*"; "#####": never, "=====": only where nothing returns
match($0, /^ *([0-9]+\*?|#####|=====|-): *[0-9]+:/) {
	head = substr($0, 1, RLENGTH)
	count = head
	sub(/:.*/, "", count)
	line = head
	sub(/:$/, "", line)
	sub(/.*: */, "", line)
	if (count ~ /-/)
		next
	key = file ":" line
	if (!(key in code)) {
		if (!of[file]++)
			name[++files] = file
		code[key] = substr($0, RLENGTH + 1)
		order[++lines] = key
	}
	# Blocks of a line, a template's instances: each has its count. One is enough.
	if (count !~ /[#=]/ && !(key in ran)) {
		ran[key] = 1
		n_ran[file]++
		all_ran++
	}
	n_branch = 0
	next
}
/^branch / {
	key = file ":" line ":" ++n_branch
	if (!(key in is_branch)) {
		is_branch[key] = 1
		branches[file]++
		all_branches++
	}
	if (/taken/ && !/taken 0/ && !(key in taken)) {
		taken[key] = 1
		branches_taken[file]++
		all_taken++
	}
}

END {
	printf "%-24s %23s %23s\n", "", "lines", "branches"
	for (i = 1; i <= files; i++) {
		file = name[i]
		print_row(file, n_ran[file], of[file], branches_taken[file], branches[file])
	}
	print_row("all", all_ran, lines, all_taken, all_branches)
	for (i = 1; i <= lines; i++) {
		if (order[i] in ran)
			continue
		split(order[i], part, ":")
		text = bare(code[order[i]])
		whole = (part[1], "*") in reason
		why = reason[part[1], whole ? "*" : text]
		used[part[1], whole ? "*" : text] = 1
		text = part[1] ":" part[2] ": " text
		if (why)
			known[++n_known] = text "\n\t" why
		else
			unknown[++n_unknown] = text
	}
	if (n_known)
		print "\nnever run, with a reason (coverage.known):"
	for (i = 1; i <= n_known; i++)
		print known[i]
	if (n_unknown)
		print "\nnever run:"
	for (i = 1; i <= n_unknown; i++)
		print unknown[i]
	for (key in reason)
		if (!(key in used)) {
			split(key, part, SUBSEP)
			print "coverage.known: runs, or is no more: " part[1] ": " part[2]
		}
	exit n_unknown || !lines || 100 * all_ran < least * lines
}
