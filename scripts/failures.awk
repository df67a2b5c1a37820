# SPDX-License-Identifier: GPL-2.0
#
# What failed in the output of tap-run, in short: each failure with the last lines of what
# led to it (-v last=N, 4), and what kernels and parts have to say of themselves.

BEGIN {
	if (!last)
		last = 4
}

function flush(    i) {
	for (i = lines > last ? lines - last : 0; i < lines; i++)
		print line[i]
	lines = 0
}

/^    \| / { line[lines++] = $0; next }
{ flush() }
/^[^ ]+: / { print }
END { flush() }
