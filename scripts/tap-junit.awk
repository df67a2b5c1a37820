# SPDX-License-Identifier: GPL-2.0
#
# awk -v tests=N -v failures=N -v skipped=N -f tap-junit.awk LIST
# The list that tap.awk makes, as JUnit XML; in the C locale. A suite is what one result of
# the outermost level sums up: that comes last, hence the buffer. Results of that level that
# sum up nothing make a suite "results" with their neighbours.

function xml(text) {
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	gsub(/"/, "\\&quot;", text)
	gsub(/[\001-\010\013\014\016-\037]/, "?", text)
	# U+FFFE and U+FFFF, which are good UTF-8 and no XML
	gsub(/\357\277[\276\277]/, "?", text)
	return text
}

# "not ok 3 - selftests: counts # exit=1": the name alone
function name(text) {
	sub(/^(not )?ok */, "", text)
	sub(/^[0-9]+ */, "", text)
	sub(/^- */, "", text)
	sub(/ *#.*/, "", text)
	return text == "" ? "unnamed" : text
}

function remark(text) {
	return match(text, /# */) ? substr(text, RSTART + RLENGTH) : ""
}

# What is open is closed: nothing but what led to a failure may follow a case.
function end_case() {
	if (open)
		body = body "</failure></testcase>\n"
	open = 0
}

function end_suite(called,    i) {
	end_case()
	if (!n)
		return
	printf "<testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"%d\">\n",
		xml(called), n, bad, left
	# The name of its suite was not known when a case was read.
	split(body, part, "\034")
	printf "%s", part[1]
	for (i = 2; i <= n + 1; i++)
		printf "%s%s", xml(called), part[i]
	print "</testsuite>"
	body = ""
	n = bad = left = 0
}

function begin_case(text) {
	if (flat && $2 > 0)
		end_suite("results")
	end_case()
	flat = $2 == 0
	n++
	body = body "<testcase classname=\"\034\" name=\"" xml(name(text)) "\""
}

BEGIN {
	FS = "\t"
	printf "<testsuites tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"%d\">\n",
		tests, failures, skipped
}

/^ / {
	body = body xml(substr($0, 2)) "\n"
	next
}

{ text = substr($0, length($1) + length($2) + 3) }

$1 == "top" {
	end_suite(name(text))
}

$1 == "pass" {
	begin_case(text)
	body = body "/>\n"
}

$1 == "skip" {
	begin_case(text)
	body = body "><skipped message=\"" xml(remark(text)) "\"/></testcase>\n"
	left++
}

$1 == "fail" {
	begin_case(text)
	body = body "><failure message=\"" xml(text) "\">"
	open = 1
	bad++
}

END {
	end_suite("results")
	print "</testsuites>"
}
