# SPDX-License-Identifier: GPL-2.0
#
# Counts the results in (K)TAP output: awk -f tap.awk [-v label=TEXT] [-v list=FILE] FILE
# Prints each failure with what led to it, then "passed failed skipped" as
# three numbers on the last line.
#
# With a list, each of them goes to that file as "pass", "fail" or "skip", its depth (0: the
# outermost) and its line, with tabs between them; below a failure what led to it, each line
# with a blank before it. "top" is the summary, at depth 0, of what came before it.
#
# Only leaves count: a result after results of a deeper level is their summary,
# and counts only where it fails although none of them did. A level is a "# "
# or two blanks of indentation, as kselftest nests. A plan that is not met, no
# plan and no result at all are failures.

function fail(what, depth,    i, first) {
	failed++
	printf "%s%s\n", label, what
	note("fail", depth, what)
	first = lines > 40 ? lines - 40 : 0
	for (i = first; i < lines; i++) {
		printf "    | %s\n", line[i]
		if (list != "")
			print " " line[i] >list
	}
}

function note(kind, depth, text) {
	if (list != "")
		print kind "\t" depth "\t" text >list
}

# The block of results at this depth is over: were there as many as planned?
function end_block(depth) {
	if ((depth in plan) && seen[depth] + 0 != plan[depth]) {
		fail("not as planned: " seen[depth] + 0 " of " plan[depth] " tests gave a result",
		     depth)
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
		fail(text, depth)
		note_failure(depth)
	} else if (ok && !below[depth]) {
		if (text ~ /# *(SKIP|skip)/) {
			skipped++
			note("skip", depth, text)
		} else {
			passed++
			note("pass", depth, text)
		}
	}
	if (!depth && (below[depth] || failed_below[depth]))
		note("top", depth, text)
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
text ~ /^Bail out!/ { fail(text, depth) }

{ line[lines++] = $0 }

END {
	for (depth = deepest; depth >= 0; depth--)
		end_block(depth)
	if (!results)
		fail("no test result", 0)
	else if (!planned)
		fail("no plan: who knows how many tests are missing", 0)
	print passed, failed, skipped
}
