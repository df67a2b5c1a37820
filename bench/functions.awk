# SPDX-License-Identifier: GPL-2.0
#
# From the symbols of modules, sorted, and QEMU's log of the code executed there:
# the instructions a connection, the calls, and the instructions a call of each
# function of tcp_closestat. Counted is between the second reading and the third
# ("show" runs once in each), less what is between the first and the second.

FILENAME == "-" {
	address[++symbols] = $1
	name[symbols] = $3
	module[symbols] = $4
	if ($3 == "show" && $4 == "[tcp_closestat]")
		marker = $1
	next
}

# A block that is translated: one line an instruction
/^IN:/ { start = ""; next }
/^0x/ {
	if (start == "") {
		start = substr($1, 3, 16)
		n = 0
	}
	if (++n > size[start])
		size[start] = n
	next
}

# Trace 0: HOST [CS/PC/FLAGS/CFLAGS]
/^Trace/ {
	split($4, part, "/")
	if (part[2] == marker)
		readings++
	if (readings == 1 || readings == 2)
		times[readings, part[2]]++
	seen[part[2]]
}

# The last symbol at or before an address; as strings of one length they compare
# like numbers.
function symbol_of(pc,    low, high, middle) {
	low = 0
	high = symbols + 1
	while (high - low > 1) {
		middle = int((low + high) / 2)
		if (address[middle] "" <= pc "")
			low = middle
		else
			high = middle
	}
	return low
}

END {
	if (readings != 3) {
		print "functions.awk: " readings + 0 " readings in the log, not 3" >"/dev/stderr"
		exit 1
	}
	for (pc in seen) {
		s = symbol_of(pc)
		if (module[s] !~ /tcp_closestat|ftrace/)
			continue
		executed = times[2, pc] - times[1, pc]
		sum[name[s]] += executed * size[pc]
		if (pc == address[s])
			calls[name[s]] += executed
	}
	for (f in sum) {
		all += sum[f]
		if (sum[f] >= connections || sum[f] <= -connections)
			printf "%-32s %7.1f %6.2f %7.1f\n", f, sum[f] / connections,
				calls[f] / connections, calls[f] ? sum[f] / calls[f] : 0
	}
	printf "%-32s %7.1f\n", "together", all / connections
}
