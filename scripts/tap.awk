# SPDX-License-Identifier: GPL-2.0
#
# Counts the results in (K)TAP output: awk -f tap.awk [-v label=TEXT] FILE
# Prints each failure with what led to it, then "passed failed skipped" as
# three numbers on the last line.
#
# Only leaves count: a result after results of a deeper level is their summary,
# and counts only where it fails although none of them did. A level is a "# "
# or two blanks of indentation, as kselftest nests. A plan that is not met, no
# plan and no result at all are failures.

function fail(what,    i, first) {
	failed++
	printf "%s%s\n", label, what
	first = lines > 40 ? lines - 40 : 0
	for (i = first; i < lines; i++)
		printf "    | %s\n", line[i]
}

# The block of results at this depth is over: were there as many as planned?
function end_block(depth) {
	if ((depth in plan) && seen[depth] + 0 != plan[depth]) {
		fail("not as planned: " seen[depth] + 0 " of " plan[depth] " tests gave a result")
		note_failure(depth)
	}
	delete plan[depth]
	delete seen[depth]
}

function note_failure(depth,    d) {
	for (d = 0; d < depth; d++)
		failed_below[d]++
}

function result(depth, text, ok,    d) {
	for (d = deepest; d > depth; d--)
		end_block(d)
	seen[depth]++
	results++
	if (!ok && !failed_below[depth]) {
		fail(text)
		note_failure(depth)
	} else if (ok && !below[depth]) {
		if (text ~ /# *(SKIP|skip)/)
			skipped++
		else
			passed++
	}
	for (d = 0; d < depth; d++)
		below[d]++
	for (d = depth; d <= deepest; d++) {
		below[d] = 0
		failed_below[d] = 0
	}
	deepest = depth
	lines = 0
}

BEGIN {
	if (label != "")
		label = label ": "
	passed = failed = skipped = results = lines = deepest = 0
}

{
	sub(/\r$/, "")
	text = $0
	for (depth = 0; text ~ /^(# |  )/; depth++)
		text = substr(text, 3)
}

text ~ /^(TAP|KTAP) version/ || text ~ /^1\.\.[0-9]+/ {
	if (depth > deepest)
		deepest = depth
	if (depth in plan)
		end_block(depth)
	if (text ~ /^1/) {
		split(substr(text, 4), words, " ")
		plan[depth] = words[1]
		planned = planned || depth == 0
	}
	next
}

text ~ /^ok( |$)/ { result(depth, text, 1); next }
text ~ /^not ok( |$)/ { result(depth, text, 0); next }
text ~ /^Bail out!/ { fail(text) }

{ line[lines++] = $0 }

END {
	for (depth = deepest; depth >= 0; depth--)
		end_block(depth)
	if (!results)
		fail("no test result")
	else if (!planned)
		fail("no plan: who knows how many tests are missing")
	print passed, failed, skipped
}
