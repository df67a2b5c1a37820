#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Holds closelab explain against captures that others have labelled.

test_captures.py CLOSELAB FOLDER: reports in TAP. The folder has labels.tsv,
what experts read in real captures, and tcp-testsuite.tsv, what BSD's TCP
asserts in the middle of short ones. docs/explain.md says why some differ.
"""
import csv
import ipaddress
import json
import os
import re
import struct
import subprocess
import sys

CLOSELAB, FOLDER = sys.argv[1:3]
number = failed = 0

# What an end is read as, by the beginning of its reading.
READINGS = [
    (r"no socket", {"no_socket"}),
    (r"rst_received in SYN_RECV", {"not_established"}),
    (r"active_fin or gone", {"active_fin"}),
    (r"other: connect given up", {"connect_failed"}),
    (r"active or passive|one direction", {"unknown"}),
    (r"not seen", {"not_seen"}),
    (r"unknown", {"unknown", "not_seen"}),
    # A FIN_WAIT2 that was over when the FIN came; the word is that of ended_*
    (r"active FIN, then RST", {"fin_wait2_expired"}),
    (r"-$", None),
]

# BSD's assertions after a RST that Linux does not share, by name, and what holds
# on Linux instead: see docs/explain.md.
LINUX = [
    # tcp_check_req(): goes to the listener, the request stays
    (r"rst-ack-syn-rcvd-via-listen-.*-ack-(left-edge|outside)", "SYN_RCVD", "1"),
    # tcp_validate_incoming(), RFC 5961: challenged
    (r"rst-.*(?<!edge-ack)(?<!left-ack)(?<!ight-ack)-right-edge-(.*-)?insecure", "SO_ERROR", "0"),
    # tcp_reset_check(): the number of the FIN; tcp_reset() says EPIPE in CLOSE_WAIT
    (r"rst-close-wait-outside-left", "SO_ERROR", "EPIPE"),
    (r"rst-closing-outside-left", "SO_ERROR", "ECONNRESET"),
    # tcp_timewait_state_process(), tcp_rfc1337 being 0
    (r"rst-time-wait-.*-left-edge", "TIME_WAIT", "0"),
]

STATES = {"SYN_RECEIVED": "SYN_RECV", "FIN_WAIT_1": "FIN_WAIT1", "FIN_WAIT_2": "FIN_WAIT2"}


def report(good, name, why=""):
    global number, failed
    number += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {number} {name}{'' if good else ': ' + why}")


def explain(**how):
    path = how.pop("path", "-")
    run = subprocess.run([CLOSELAB, "explain", "-jq", path], capture_output=True, **how)
    return json.loads(run.stdout)["connections"] if run.returncode < 2 else []


def rows(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def expected(reading):
    for pattern, words in READINGS:
        if re.match(pattern, reading):
            return words
    return {re.match(r"\w+", reading)[0]}


def label(row):
    match = re.match(r"(\S+):(\d+) > (\S+):(\d+)$", row["connection"])
    conns = explain(path=os.path.join(FOLDER, row["file"]))
    if not match:
        report(bool(conns), row["id"], "no connection is found")
        return
    ends = {(match[1], int(match[2])), (match[3], int(match[4]))}
    first = int(re.match(r"\d+", row["frames"])[0])
    conns = [c for c in conns
             if {(c[e]["address"], c[e]["port"]) for e in ("client", "server")} == ends]
    conns = [c for c in conns if c["first_frame"] == first] or conns
    if not conns:
        report(False, row["id"], "the connection is not found")
        return
    wrong = []
    for end in ("client", "server"):
        words = expected(row["reading_" + end])
        if words and conns[0][end]["ended"] not in words:
            wrong.append(f"{end} {conns[0][end]['ended']}, read as {row['reading_' + end]}")
    report(not wrong, row["id"], "; ".join(wrong))


def cut_after(data, frames):
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    for _ in range(frames):
        at += 16 + struct.unpack(order + "I", data[at + 8:at + 12])[0]
    return data[:at]


def tested_host(data, sends_first):
    frame = data[40:]
    first, second = ((22, 38), (38, 54)) if frame[12:14] == b"\x86\xdd" else ((26, 30), (30, 34))
    return ipaddress.ip_address(frame[slice(*(first if sends_first else second))])


def holds(key, value, end):
    state, word = end.get("state"), end["ended"]
    if key == "state":
        return state == STATES.get(value, value)
    if key == "TIME_WAIT":
        return (state == "TIME_WAIT") == (value == "1")
    if key == "SYN_RCVD":
        return (state == "SYN_RECV") == (value == "1")
    if value == "0":
        return word not in ("rst_received", "rst_sent", "connect_failed")
    if value == "ECONNREFUSED":
        return word == "connect_failed"
    return word in ("rst_received", "rst_sent")


def on_linux(name, key, value):
    for pattern, what, instead in LINUX:
        if what == key and re.search(pattern, name):
            return instead
    return value


def assertions(row):
    name = re.sub(r".*/|\.pcap", "", row["file"])
    with open(os.path.join(FOLDER, row["file"]), "rb") as file:
        data = file.read()
    events, frames, wrong = row["events"].split(), 0, []
    reset = differs = False
    host = tested_host(data, next(e for e in events if e[0] in "<>")[0] == ">")
    for event in events:
        frames += event[0] in "<>"
        reset |= event.startswith("<R")
        match = re.match(r"(state|TIME_WAIT|SYN_RCVD|SO_ERROR)=(\w+)", event)
        if not match or not frames:
            continue
        conn = explain(input=cut_after(data, frames))[-1]
        end = next(conn[e] for e in ("client", "server")
                   if ipaddress.ip_address(conn[e]["address"]) == host)
        value = on_linux(name, match[1], match[2]) if reset else match[2]
        differs |= value != match[2]
        if not holds(match[1], value, end):
            wrong.append(f"{match[1]}={value} after {frames}, "
                         f"here {end['ended']} {end.get('state')}")
    report(not wrong, name + (" (Linux's rule)" if differs else ""), "; ".join(wrong))


for line in rows("labels.tsv"):
    label(line)
for line in rows("tcp-testsuite.tsv"):
    assertions(line)
print(f"1..{number}")
sys.exit(failed > 0)
