#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Captures made segment by segment, of what no lab makes at will: the verdicts.

test_made.py CLOSELAB: reports in TAP, each case over IPv4 and IPv6.
"""
import json
import socket
import struct
import subprocess
import sys

# Nothing is left in the source.
sys.dont_write_bytecode = True
from test_variations import Frame, pcap

FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8}
ISN = {"c": 1000, "s": 5000}
PORT = {"c": 40000, "s": 80}
ADDRESS = {4: {"c": "192.0.2.1", "s": "192.0.2.2"}, 6: {"c": "2001:db8::1", "s": "2001:db8::2"}}
MS = 10**6
S = 10**9

HANDSHAKE = [(0, "c", "S", 0, None), (MS, "s", "S", 0, 1), (2 * MS, "c", "", 1, 1)]


def segment(family, number, at, who, flags, seq, ack, data=0, window=502, ttl=64):
    """seq and ack from the initial ones on; ack None: without ACK."""
    peer = "s" if who == "c" else "c"
    bits = sum(FLAGS[f] for f in flags) | (0 if ack is None else 16)
    option = b"\x02\x04\x05\xb4\x01\x03\x03\x07" if "S" in flags else b""
    tcp = struct.pack(">HHIIBBHHH", PORT[who], PORT[peer], ISN[who] + seq & 0xFFFFFFFF,
                      ISN[peer] + ack & 0xFFFFFFFF if ack is not None else 0,
                      5 + len(option) // 4 << 4, bits, window, 0, 0) + option + bytes(data)
    src, dst = ADDRESS[family][who], ADDRESS[family][peer]
    if family == 6:
        ip = struct.pack(">IHBB", 6 << 28, len(tcp), 6, ttl) + \
            socket.inet_pton(socket.AF_INET6, src) + socket.inet_pton(socket.AF_INET6, dst)
    else:
        # A RST without a socket, and a SYN-ACK, have the identification 0.
        own = 0 if "R" in flags or (flags == "S" and ack) else number + 1
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), own, 0x4000, ttl, 6, 0) + \
            socket.inet_aton(src) + socket.inet_aton(dst)
    return Frame(1700000000 * S + at, ip + tcp)


def repeated(n, first, apart, who, flags, seq, ack, *more):
    return [(first + i * apart, who, flags, seq, ack, *more) for i in range(n)]


# What it is, the segments, how client and server ended, causes that have to be among the
# sender's of a RST, a word of a note.
CASES = [
    ("flags only: the server resets after 10 s of data",
     [*HANDSHAKE[:2], (10 * S, "s", "R", 5001, 301)], "rst_received", "rst_sent",
     ["unread_data", "linger"], None),
    ("flags only: the client does",
     [*HANDSHAKE[:2], (10 * S, "c", "R", 301, 5001)], "rst_sent", "rst_received",
     ["unread_data", "linger"], None),
    ("flags only: FINs after an upload",
     [*HANDSHAKE[:2], (10 * S, "c", "F", 2000001, 1), (11 * S, "s", "F", 1, 2000002)],
     "active_fin", None, [], "captured by a filter"),
    ("flags only: data after close",
     [*HANDSHAKE[:2], (10 * S, "c", "F", 301, 1), (11 * S, "c", "R", 302, None)],
     "rst_sent", "rst_received", ["data_after_close"], None),
    ("the SYN-ACK captured before the SYN",
     [(20000, "c", "S", 0, None), (0, "s", "S", 0, 1), (MS, "c", "", 1, 1),
      (2 * MS, "c", "F", 1, 1), (3 * MS, "s", "F", 1, 2), (4 * MS, "c", "", 2, 2)],
     "active_fin", "passive_fin", [], None),
    ("two aborts that cross",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 10), (S + MS, "s", "P", 1, 11, 10),
      (2 * S, "c", "R", 11, 1), (2 * S + 10000, "s", "R", 11, 11)],
     "rst_sent", "rst_sent", [], None),
    ("one direction: an abort that acknowledges data",
     [(0, "c", "S", 0, None), (2 * MS, "c", "", 1, 1), (S, "c", "P", 1, 1, 10),
      (2 * S, "c", "R", 11, 3001)], "rst_sent", None, ["unread_data", "linger"], None),
    ("window probes without an answer for a quarter of an hour",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 1000), (S + MS, "s", "", 1, 1001, 0, 0),
      *repeated(16, 2 * S, 60 * S, "c", "", 1000, 1),
      (2000 * S, "c", "", 1000, 1)], "timeout", None, [], None),
    ("keepalive probes, of which the capture has the last",
     [*repeated(3, 0, 75 * S, "c", "", 99, 1), (225 * S, "c", "R", 100, 1)],
     "timeout", None, [], None),
    ("FIN_WAIT2 is over when the peer's keepalive comes",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 10), (S + MS, "s", "P", 1, 11, 10),
      (S + 2 * MS, "c", "F", 11, 11), (S + 3 * MS, "s", "", 11, 12),
      (7200 * S, "s", "", 10, 12), (7200 * S + MS, "c", "R", 12, None)],
     "fin_wait2_expired", "rst_received", [], None),
    ("data sent again and again, and RST when the next was due: BSD gives up",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 10), (S + MS, "s", "P", 1, 11, 10),
      *[(2 * S + (2 ** i - 1) * S, "s", "P", 11, 11, 10) for i in range(7)],
      *[(65 * S + (i + 1) * 64 * S, "s", "P", 11, 11, 10) for i in range(6)],
      (65 * S + 7 * 64 * S, "s", "R", 21, 11)], "open", "timeout", [], "repeated"),
    ("data sent again five times, and RST when the sixth was due: Windows",
     [*HANDSHAKE, *[(S + (2 ** i - 1) * 300 * MS, "c", "P", 1, 1, 10) for i in range(6)],
      (S + 63 * 300 * MS, "c", "R", 11, 1)], "timeout", None, [], None),
    ("data sent again five times, and RST in between: the application",
     [*HANDSHAKE, *[(S + (2 ** i - 1) * 300 * MS, "c", "P", 1, 1, 10) for i in range(6)],
      (S + 45 * 300 * MS, "c", "R", 11, 1)], "rst_sent", None, ["linger"], None),
    *[(f"a peer whose sockets have TTL {ttl} has forgotten the connection",
       [(0, "s", "P", 1, 1, 19, 502, ttl), (MS, "c", "", 1, 20, 0, 502, ttl),
        (S, "c", "P", 1, 20, 19, 502, ttl), (S + MS, "s", "R", 20, None)],
       "rst_received", "rst_sent", ["forgotten"], None) for ttl in (1, 255)],
    ("the last data before a RST was not captured",
     [*HANDSHAKE, (S, "s", "P", 1, 1, 10), (S + MS, "c", "", 1, 11),
      (2 * S, "s", "R", 111, 1)], "rst_received", "rst_sent", ["linger"], "missing"),
    ("the last data before a RST was lost: challenged",
     [*HANDSHAKE, (S, "s", "P", 1, 1, 10), (S + MS, "c", "", 1, 11),
      (2 * S, "s", "R", 111, 1), (2 * S + MS, "c", "", 1, 11)], "open", "rst_sent",
     ["linger"], "challenges"),
    ("the same, and the answer to that",
     [*HANDSHAKE, (S, "s", "P", 1, 1, 10), (S + MS, "c", "", 1, 11),
      (2 * S, "s", "R", 111, 1), (2 * S + MS, "c", "", 1, 11),
      (2 * S + 2 * MS, "s", "R", 11, None)], "rst_received", "rst_sent", ["linger"],
     "challenges"),
    ("a full accept queue, and a client that waits for a banner",
     [*HANDSHAKE, *[s for i in range(5) for s in
                    ((2 ** i * S + S, "s", "S", 0, 1), (2 ** i * S + S + MS, "c", "", 1, 1))]],
     None, None, [], "accept queue full"),
]


def order(segments):
    """As they were captured."""
    return sorted(segments, key=lambda s: s[0])


def explain(closelab, segments, family):
    frames = [segment(family, i, *s) for i, s in enumerate(order(segments))]
    run = subprocess.run([closelab, "explain", "-j", "-"], input=pcap(frames),
                         stdout=subprocess.PIPE, check=False)
    return json.loads(run.stdout)["connections"]


def mistakes(connections, client, server, causes, note):
    if len(connections) != 1:
        yield f"{len(connections)} connections"
        return
    one = connections[0]
    for side, ended in ("client", client), ("server", server):
        if ended and one[side]["ended"] != ended:
            yield f"{side}: {one[side]['ended']}, not {ended}"
    found = one["client"]["causes"] + one["server"]["causes"]
    for cause in causes:
        if cause not in found:
            yield f"{cause} is not among {found}"
    if note and note not in str(one["notes"]):
        yield f"no note has '{note}': {one['notes']}"


def main():
    failed, number = False, 0
    print("TAP version 13")
    print(f"1..{2 * len(CASES)}")
    for name, segments, *expected in CASES:
        for family in 4, 6:
            number += 1
            found = list(mistakes(explain(sys.argv[1], segments, family), *expected))
            for line in found:
                print("#", line)
            failed |= bool(found)
            print("not ok" if found else "ok", number, f"{name}, IPv{family}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
