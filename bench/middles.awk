# SPDX-License-Identifier: GPL-2.0
#
# From the "family row value" lines of all rounds to one line a row, in the order
# of their first appearance: family, row, the middle value, its ratio to the
# family's row "none" or "-", and how far the rounds lie apart, as a share of it.
BEGIN { FS = OFS = "\t" }

{
	key = $1 FS $2
	if (!(key in n))
		order[++rows] = key
	values[key, ++n[key]] = $3
}

function middle(key,    i, j, v) {
	for (i = 2; i <= n[key]; i++) {
		v = values[key, i]
		for (j = i - 1; j >= 1 && values[key, j] + 0 > v + 0; j--)
			values[key, j + 1] = values[key, j]
		values[key, j + 1] = v
	}
	return (values[key, int((n[key] + 1) / 2)] + values[key, int(n[key] / 2) + 1]) / 2
}

END {
	for (r = 1; r <= rows; r++)
		mid[order[r]] = middle(order[r])
	for (r = 1; r <= rows; r++) {
		key = order[r]
		split(key, part)
		none = part[1] FS "none"
		ratio = none in mid ? sprintf("%.4f", mid[key] / mid[none]) : "-"
		apart = mid[key] ? (values[key, n[key]] - values[key, 1]) / mid[key] : 0
		printf "%s\t%.1f\t%s\t%.4f\n", key, mid[key], ratio, apart
	}
}
