#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Captures made segment by segment, of what no lab makes at will: the verdicts.

test_made.py CLOSELAB: reports in TAP, each case over IPv4 and IPv6.
"""
import json
import subprocess
import sys

# Nothing is left in the source.
sys.dont_write_bytecode = True
from made import EXCHANGE, HANDSHAKE, LATER, MS, PORT, S, again, cancelled, icmp, repeated, segment
from made_odd import ODD
from made_reuse import REUSE
from test_variations import pcap

# What it is, the segments, how client and server ended, causes that have to be among the
# sender's of a RST, a word of a note; how many connections there are, where not one, of which it is
# the first.
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
    ("the refusal captured before the SYN",
     [(0, "s", "R", -5000, 1), (20000, "c", "S", 0, None), *LATER],
     "connect_failed", "no_socket", ["refused"], None),
    ("the same, a number that is not 0, and the SYN again",
     [(0, "s", "R", 77, 1), (20000, "c", "S", 0, None), (S, "s", "R", 77, 1),
      (S + 20000, "c", "S", 0, None), *LATER], "connect_failed", "no_socket", ["refused"], None),
    ("a scan, its RST captured before the SYN-ACK",
     [(0, "c", "S", 0, None), (MS, "c", "R", 1, None), (MS + 20000, "s", "S", 0, 1), *LATER],
     "no_socket", "not_established", ["half_open"], None),
    ("a SYN with FIN is refused",
     [(0, "c", "SF", 0, None), (MS, "s", "R", -5000, 2), *LATER], "connect_failed", "no_socket",
     ["refused"], None),
    ("the same, the refusal captured first",
     [(0, "s", "R", -5000, 2), (MS, "c", "SF", 0, None), *LATER], "connect_failed", "no_socket",
     ["refused"], None),
    ("Fast Open: the server aborts before the handshake is over",
     [(0, "c", "S", 0, None, 10), (MS, "s", "S", 0, 11), (MS + 1000, "s", "P", 1, 11, 100),
      (2 * MS, "s", "R", 101, 11)], "rst_received", "rst_sent", ["unread_data", "linger"], None),
    ("the same, without data of its own",
     [(0, "c", "S", 0, None, 10), (MS, "s", "S", 0, 11), (2 * MS, "s", "R", 1, 11)],
     "rst_received", "rst_sent", ["unread_data", "linger"], None),
    ("keepalive probes in one direction, and RST when the next was due",
     [(0, "c", "S", 0, None), (2 * MS, "c", "", 1, 1), (S, "c", "P", 1, 1, 100),
      *repeated(5, 60 * S, 10 * S, "c", "", 100, 201), (110 * S, "c", "R", 101, 201)],
     "timeout", None, ["keepalive"], None),
    ("window probes in one direction, and an abort",
     [(0, "c", "S", 0, None), (2 * MS, "c", "", 1, 1), (S, "c", "P", 1, 1, 100),
      *[(2 * S + 2 ** i * 200 * MS, "c", "", 100, 201) for i in range(1, 6)],
      (2 * S + 64 * 200 * MS, "c", "R", 101, 201)], "rst_sent", None, ["linger"], None),
    *[(f"keepalive probes without an answer, of which the capture lacks the one at {lost} s",
       [*HANDSHAKE, *EXCHANGE, *[(at * S, "c", "", 100, 201) for at in (60, 70, 80, 90) if at != lost],
        (100 * S, "c", "R", 101, 201)], "timeout", None, ["keepalive"], None) for lost in (70, 80, 90)],
    ("keepalive probes, and a capture without windows",
     [(0, "snap", 14), *HANDSHAKE, *EXCHANGE, (2 * S, "s", "", 201, 101),
      *repeated(4, 60 * S, 10 * S, "c", "", 100, 201), (100 * S, "c", "R", 101, 201)],
     "timeout", None, ["keepalive"], None),
    ("a capture without options, and FINs that cross behind megabytes that it lacks",
     [(0, "snap", 20), *HANDSHAKE, *EXCHANGE, (S + 3 * MS, "c", "", 101, 201, 0, 60000),
      (2 * S, "c", "F", 101, 201), (2 * S + 1000, "s", "F", 2000201, 101),
      (2 * S + 2 * MS, "c", "", 102, 2000202), (2 * S + 3 * MS, "s", "", 2000202, 102)],
     "simultaneous_fin", "simultaneous_fin", [], None),
    ("an abort among keepalive probes",
     [*HANDSHAKE, *EXCHANGE, *repeated(4, 60 * S, 10 * S, "c", "", 100, 201),
      (96 * S, "c", "R", 101, 201)], "rst_sent", "rst_received", ["linger"], None),
    ("a RST without ACK, at a number that nobody has acknowledged",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "P", 101, 201, 50), (2 * S + MS, "s", "R", 301, None), *LATER],
     "open", "unknown", [], "challenges"),
    ("the same, at its sender's next number",
     [*HANDSHAKE, *EXCHANGE, (20 * S, "s", "P", 201, 101, 100), (20 * S + MS, "s", "R", 301, None), *LATER],
     "rst_received", "rst_sent", ["forgotten"], None),
    ("a firewall resets both ends of what was idle",
     [*HANDSHAKE, *EXCHANGE, (3600 * S, "c", "R", 101, None), (3600 * S + 1000, "s", "R", 201, None)],
     "rst_received", "rst_received", ["sent_between"], "reset both ends"),
    ("the same, and nothing but the first of the two",
     [*HANDSHAKE, *EXCHANGE, (3600 * S, "c", "R", 101, None)], "rst_sent", "rst_received",
     ["forgotten"], None),
    ("a FIN in fragments",
     [*HANDSHAKE, (S, "s", "MPF", 1, 1, 1000), (S + MS, "c", "F", 1, 1002), (S + 2 * MS, "s", "", 1002, 2)],
     "passive_fin", "active_fin", [], None),
    ("the same, sent again in one piece, and an abort behind it",
     [*HANDSHAKE, (S, "s", "MPF", 1, 1, 1000), (S + 200 * MS, "s", "PF", 1, 1, 1000),
      (S + 300 * MS, "s", "R", 1002, 1), (S + 301 * MS, "s", "R", 1002, 1)],
     "rst_received", "rst_sent", ["linger"], None),
    ("a SYN that meets what was there before, and the end of the file within the next frame",
     [*HANDSHAKE, *EXCHANGE, (100 * S, "c", "S", 9000000, None), (101 * S, "cut")], "open", "open", [], None, 2),
    ("something between resets both ends, and one goes on",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "P", 101, 201, 50), (2 * S + 10000, "s", "R", 201, 151),
      (2 * S + 20000, "c", "R", 151, 201), (2 * S + 30 * MS, "s", "P", 201, 151, 300)],
     "rst_received", "open", ["sent_between"], "reset both ends"),
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
    ("SYN and SYN-ACK again and again: the client is not reached",
     [*[s for i in range(5) for s in (((2 ** i - 1) * S, "c", "S", 0, None),
                                      ((2 ** i - 1) * S + MS, "s", "S", 0, 1))],
      *LATER], "connect_failed", "not_established", [], None),
    ("a SYN, and SYN-ACKs without an answer",
     [(0, "c", "S", 0, None), *[((2 ** i - 1) * S + MS, "s", "S", 0, 1) for i in range(5)],
      *LATER], "unknown", "not_established", [], None),
    ("in the middle: data, and an abort that acknowledges it",
     [(0, "c", "P", 1, 1, 100), (MS, "s", "R", 1, 101)], "rst_received", "rst_sent",
     ["unread_data", "linger"], None),
    ("who slept answers what it got last, and meets nobody",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 100), (S + MS, "s", "P", 1, 101, 200),
      (S + 2 * MS, "c", "", 101, 201), (500 * S, "s", "P", 201, 101, 20),
      (700 * S, "s", "P", 201, 101, 20), (60000 * S, "c", "P", 101, 201, 50),
      (60000 * S + MS, "s", "R", 201, None)], "rst_received", "rst_sent", ["forgotten"], None),
    ("a FIN that had timed out when the peer woke up",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 100), (S + MS, "s", "P", 1, 101, 200),
      (S + 2 * MS, "c", "", 101, 201),
      *[(10 * S + (2 ** i - 1) * 200 * MS, "s", "F", 201, 101) for i in range(9)],
      (1000 * S, "c", "P", 101, 201, 50), (1000 * S + MS, "s", "R", 201, None)],
     "rst_received", "timeout", [], None),
    ("ACK and RST of one end, captured in the other order",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 100), (S + MS, "s", "P", 1, 101, 200),
      (2 * S, "c", "F", 101, 201), (2 * S + MS, "s", "R", 201, 102),
      (2 * S + MS + 10000, "s", "", 201, 102)], "rst_received", "rst_sent", ["linger"], None),
    ("refused, then connected with the same number",
     [(0, "c", "S", 0, None), (MS, "s", "R", -5000, 1), (500 * MS, "c", "S", 0, None),
      (501 * MS, "s", "S", 0, 1), (502 * MS, "c", "", 1, 1), (S, "c", "F", 1, 1),
      (S + MS, "s", "F", 1, 2), (S + 2 * MS, "c", "", 2, 2)], "active_fin", "passive_fin", [], None),
    ("a FIN behind data that a peer, not there any more, does not acknowledge",
     [*HANDSHAKE, *EXCHANGE, *[(2 * S + (2 ** i - 1) * 200 * MS, "c", "P", 101, 201, 100) for i in range(4)],
      (5 * S, "c", "F", 201, 201), *[(2 * S + (2 ** i - 1) * 200 * MS, "c", "P", 101, 201, 100) for i in range(5, 11)],
      *LATER], "timeout", "half_closed", ["gone"], "may be gone"),
    ("FINs to a peer that is not there any more",
     [*HANDSHAKE, *[(S + (2 ** i - 1) * 200 * MS, "c", "F", 1, 1) for i in range(5)], *LATER],
     "timeout", "half_closed", [], "may be gone"),
    ("5 MB that were not captured, and the FIN behind them",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 100), (S + MS, "s", "P", 1, 101, 200),
      (10 * S, "s", "F", 5000201, 101), (10 * S + MS, "c", "", 101, 5000202),
      (10 * S + 2 * MS, "c", "F", 101, 5000202), (10 * S + 3 * MS, "s", "", 5000202, 102)],
     "passive_fin", "active_fin", [], "missing"),
    ("the same, and an abort",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 100), (S + MS, "s", "P", 1, 101, 200),
      (10 * S, "s", "R", 5000201, 101)], "rst_received", "rst_sent", ["linger"], "missing"),
    ("one direction: data after close",
     [(0, "c", "S", 0, None), (2 * MS, "c", "", 1, 1), (S, "c", "P", 1, 1, 100),
      (2 * S, "c", "F", 101, 1), (3 * S, "c", "R", 102, None)], "rst_sent", None,
     ["data_after_close"], None),
    ("the answer to a SYN that was not captured",
     [(0, "s", "R", -5000, 1)], None, "no_socket", [], None),
    ("SYN, an ACK without SYN, and RST",
     [(0, "c", "S", 0, None), (MS, "s", "", 0, 1), (2 * MS, "c", "R", 1, None)],
     "no_socket", None, ["half_open"], None),
    ("a FIN that was not captured",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 100), (S + MS, "s", "P", 1, 101, 200),
      (2 * S, "s", "", 201, 102), (2 * S + MS, "s", "F", 201, 102), (2 * S + 2 * MS, "c", "", 102, 202)],
     "unknown", "unknown", [], "not captured"),
    ("a FIN that was captured behind its ACK",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 100), (S + MS, "s", "P", 1, 101, 200),
      (2 * S, "s", "", 201, 102), (2 * S + 10000, "c", "F", 101, 201),
      (2 * S + MS, "s", "F", 201, 102), (2 * S + 2 * MS, "c", "", 102, 202)],
     "active_fin", "passive_fin", [], None),
    ("two RSTs at once, to data and FIN on their way",
     [*HANDSHAKE, (S, "s", "F", 1, 1), (S + MS, "c", "P", 1, 2, 10), (S + MS + 5000, "c", "F", 11, 2),
      (S + 2 * MS, "s", "R", 2, None), (S + 2 * MS + 9000, "s", "R", 2, None)],
     "rst_received", "rst_sent", ["data_after_close"], "no socket"),
    ("a SYN, and ICMP: port unreachable",
     [(0, "c", "S", 0, None), (MS, "icmp", (3, 4)), *LATER], "connect_failed", None, ["refused"], None),
    ("a SYN, and ICMP: prohibited",
     [(0, "c", "S", 0, None), (MS, "icmp", (10, 1)), *LATER], "connect_failed", None, ["unreachable"], None),
    ("a SYN that is sent again after ICMP",
     [(0, "c", "S", 0, None), (MS, "icmp", (1, 3)), (S, "c", "S", 0, None),
      (S + MS, "s", "S", 0, 1), (S + 2 * MS, "c", "", 1, 1), (2 * S, "c", "F", 1, 1),
      (2 * S + MS, "s", "F", 1, 2), (2 * S + 2 * MS, "c", "", 2, 2)], "active_fin", "passive_fin", [], None),
    ("ICMP in a connection",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 100), (S + MS, "icmp", (1, 3)), (2 * S, "c", "P", 1, 1, 100),
      (2 * S + MS, "s", "P", 1, 101, 200), (2 * S + 2 * MS, "c", "", 101, 201)], "open", "open", [], None),
    ("a block page, put in with a FIN by something between",
     [(0, "c", "S", 0, None), (MS, "s", "S", 0, 1, 0, 502, 52), (2 * MS, "c", "", 1, 1),
      (S, "c", "P", 1, 1, 100), (S + 5 * MS, "s", "PF", 1, 101, 300, 502, 61),
      (S + 6 * MS, "c", "", 101, 302), (S + 7 * MS, "c", "F", 101, 302),
      (S + 50 * MS, "s", "", 1, 101, 0, 502, 52), (S + 51 * MS, "s", "P", 1, 101, 1400, 502, 52),
      (S + 51 * MS + 10, "s", "P", 1401, 101, 1400, 502, 52), (S + 52 * MS, "c", "R", 302, None),
      (S + 120 * MS, "s", "", 2801, 102, 0, 502, 52)],
     "passive_fin", "unknown", ["sent_between"], "FIN not sent by the server"),
    ("keepalives that are answered, from the middle on",
     [s for i in range(4) for s in ((75 * i * S, "c", "", 99, 201), (75 * i * S + MS, "s", "", 201, 100))],
     "open", "open", [], "3 keepalive probes"),
    ("the same, and a FIN",
     [*[s for i in range(4) for s in ((75 * i * S, "c", "", 99, 201), (75 * i * S + MS, "s", "", 201, 100))],
      (300 * S, "s", "F", 201, 100), (300 * S + MS, "c", "", 100, 202)],
     "half_closed", "half_closed", [], None),
    *[(f"a download that is cancelled, with {queued * 20} ms in a queue", list(cancelled(queued)),
       "rst_sent", "rst_received", ["unread_data", "linger"], None) for queued in (10, 35, 75)],
    ("an abort right after a keepalive probe",
     [*HANDSHAKE, *EXCHANGE, (61 * S, "c", "", 100, 201), (61 * S + 500000, "c", "R", 101, 201)],
     "rst_sent", "rst_received", ["unread_data", "linger"], None),
    ("an abort among window probes",
     [*HANDSHAKE, (S, "s", "P", 1, 1, 1000), (S + MS, "c", "", 1, 1001, 0, 0),
      *[(S + 2 * MS + (2 ** i - 1) * 200 * MS, "s", "", 1000, 1) for i in range(1, 8)],
      (61 * S, "s", "R", 1001, 1)], "rst_received", "rst_sent", ["linger"], None),
    ("keepalive probes without an answer, and RST when the next was due",
     [*HANDSHAKE, *EXCHANGE, *repeated(3, 61 * S, 10 * S, "c", "", 100, 201),
      (91 * S, "c", "R", 101, 201)], "timeout", None, ["keepalive"], None),
    ("a full accept queue that resets what it has no room for",
     [*HANDSHAKE, (2 * MS + 50000, "s", "R", 1, None)], "rst_received", "not_established", [], None),
    ("the same, with data",
     [*HANDSHAKE, (2 * MS + 10000, "c", "P", 1, 1, 100), (2 * MS + 50000, "s", "R", 1, None),
      (2 * MS + 60000, "s", "R", 1, None)], "rst_received", "not_established", [], None),
    ("ports that are used again, of a connection whose end was not captured",
     [*HANDSHAKE, *EXCHANGE, *again(100 * S)], "unknown", "unknown", [], None, 2),
    ("the same, half-closed",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "F", 101, 201), (2 * S + MS, "s", "", 201, 102),
      *again(100 * S)], "unknown", "unknown", [], None, 2),
    ("five segments, and the same again by another mirror port",
     [*HANDSHAKE, *EXCHANGE, *[(2 * S + n * 5 * MS + i * 100000, "c", "P", 101 + i * 100, 201, 100)
                               for n in range(2) for i in range(5)], *LATER], "open", "open", [], None),
    ("a superframe, and its pieces on the next device",
     [*HANDSHAKE, (S, "c", "P", 1, 1, 100), (S + MS, "s", "P", 1, 101, 14000),
      *[(S + MS + 2000 + i, "s", "", 1 + 1400 * i, 101, 1400) for i in range(10)], *LATER],
     "open", "open", [], None),
    ("six segments that were sent again once",
     [*HANDSHAKE, *[(S + n * 200 * MS + i * 1000, "c", "P", 1 + 100 * i, 1, 100)
                    for n in range(2) for i in range(6)], *LATER], "open", "open", [], None),
    ("a SYN-ACK that had been sent in vain when its ACK came",
     [(0, "c", "S", 0, None), *[((2 ** i - 1) * S + MS, "s", "S", 0, 1) for i in range(6)],
      (100 * S, "c", "", 1, 1), (100 * S + MS, "s", "R", 1, None)], "rst_received", "not_established",
     ["timeout"], None),
    ("the same of a full accept queue, and data",
     [*HANDSHAKE, *[(S + (2 ** i - 1) * 200 * MS, "c", "P", 1, 1, 100) for i in range(9)],
      *[(2 ** i * S, "s", "S", 0, 1) for i in range(6)], (150 * S, "c", "P", 1, 1, 100),
      (150 * S + MS, "s", "R", 1, None)], "rst_received", "not_established", ["timeout"], None),
    ("a SYN-ACK that was sent twice, and a server that has forgotten the connection",
     [*HANDSHAKE[:2], (S + MS, "s", "S", 0, 1), (S + 2 * MS, "c", "", 1, 1), (900 * S, "c", "P", 1, 1, 10),
      (900 * S + MS, "s", "R", 1, None)], "rst_received", "rst_sent", ["forgotten"], None),
    ("a SYN is refused where a TIME_WAIT was: that was over",
     [*HANDSHAKE, (S, "s", "F", 1, 1), (S + MS, "c", "F", 1, 2), (S + 2 * MS, "s", "", 2, 2),
      (5 * S, "c", "S", 9000000, None), (5 * S + MS, "s", "R", -5000, 9000001)],
     "passive_fin", "active_fin", [], "the same ports as", 2),
    ("a full accept queue, and a client that waits for a banner",
     [*HANDSHAKE, *[s for i in range(5) for s in
                    ((2 ** i * S + S, "s", "S", 0, 1), (2 ** i * S + S + MS, "c", "", 1, 1))]],
     None, None, [], "accept queue full"),
    ("data after a FIN that was not captured",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "s", "", 201, 102), (2 * S + MS, "s", "P", 201, 102, 50),
      (2 * S + 2 * MS, "c", "R", 102, None)],
     "rst_sent", "rst_received", ["data_after_close", "forgotten"], "not captured"),
    ("data after a FIN, not captured",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "F", 101, 201), (2 * S + MS, "s", "", 201, 102),
      (3 * S, "c", "R", 102, None)], "rst_sent", None, ["data_after_close", "forgotten"], None),
    ("in the middle: who has sent nothing there may have closed before",
     [(0, "c", "", 2, 1), (S, "s", "P", 1, 2, 10), (S + MS, "c", "R", 2, None)],
     "rst_sent", "rst_received", ["data_after_close", "forgotten"], None),
    ("the same, and a FIN", [(0, "c", "", 2, 1), (S, "s", "F", 1, 2), (S + MS, "c", "R", 2, None)],
     "no_socket", None, [], None),
    ("data after a FIN was acknowledged; FIN_WAIT2 is over when the other FIN comes",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "F", 101, 201), (2 * S + MS, "s", "P", 201, 102, 500),
      (2 * S + 2 * MS, "c", "", 102, 701), (200 * S, "s", "F", 701, 102),
      (200 * S + MS, "c", "R", 102, None)], "fin_wait2_expired", "rst_received", [], None),
    ("data after a FIN, captured before that",
     [*HANDSHAKE, *EXCHANGE, (2 * S + 10000, "c", "F", 101, 201), (2 * S, "s", "P", 201, 102, 50),
      (2 * S + 20000, "s", "F", 251, 102), (2 * S + MS, "c", "R", 102, None)],
     "rst_sent", "rst_received", ["data_after_close"], None),
    ("the last FIN, and its ACK",
     [(S, "s", "F", 1, 2), (S + MS, "c", "", 2, 2), *LATER], "unknown", "unknown", [], None),
    ("the same, and data behind it: the first FIN",
     [(S, "s", "F", 1, 2), (S + MS, "c", "", 2, 2), (2 * S, "c", "P", 2, 2, 10),
      (2 * S + MS, "s", "", 2, 12)], "half_closed", "half_closed", [], None),
    ("a SYN-ACK that fits no SYN, its RST, and then the right one",
     [(0, "c", "S", 0, None), (MS, "s", "S", 0, 777), (2 * MS, "c", "R", 777, None),
      (S, "c", "S", 0, None), (S + MS, "s", "S", 70000, 1), (S + 2 * MS, "c", "", 1, 70001),
      (2 * S, "c", "F", 1, 70001), (2 * S + MS, "s", "F", 70001, 2), (2 * S + 2 * MS, "c", "", 2, 70002)],
     "active_fin", "passive_fin", [], None),
    ("a RST with MP_FASTCLOSE",
     [*HANDSHAKE, *EXCHANGE,
      (2 * S, "c", "R", 101, 201, 0, 502, 64, 0, b"\x1e\x0c\x70\x00\x00\x00\x00\x00\x00\x00\x00\x01")],
     "rst_sent", "rst_received", ["mptcp_fastclose"], None),
    ("a RST with an MPTCP reason", [*HANDSHAKE, *EXCHANGE,
      (2 * S, "c", "R", 101, 201, 0, 502, 64, 0, b"\x1e\x04\x80\x01")],
     "rst_sent", "rst_received", ["other"], "MPTCP reason 1"),
    ("data that had timed out when the peer woke up",
     [*HANDSHAKE, *EXCHANGE, *[(10 * S + (2 ** i - 1) * 200 * MS, "s", "P", 201, 101, 50) for i in range(10)],
      (1500 * S, "c", "P", 101, 201, 50), (1500 * S + MS, "s", "R", 201, None)],
     "rst_received", "timeout", [], None),
    ("one direction, in the middle: window probes, and an abort",
     [*[((2 ** i) * 200 * MS, "s", "", 1000, 1) for i in range(1, 8)], (61 * S, "s", "R", 1001, 1)],
     None, "rst_sent", ["unread_data", "linger"], None),
    ("one direction, flags only: an abort",
     [(0, "c", "S", 0, None), (10 * S, "c", "R", 301, 5001)], "rst_sent", None,
     ["unread_data", "linger"], None),
    ("the same number an hour later: two connections",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "F", 101, 201), (2 * S + MS, "s", "F", 201, 102),
      (2 * S + 2 * MS, "c", "", 102, 202), (3600 * S, "c", "S", 0, None), (3600 * S + MS, "s", "S", 400000, 1),
      (3600 * S + 2 * MS, "c", "", 1, 400001), (3601 * S, "c", "R", 1, 400001)],
     "active_fin", "passive_fin", [], None, 2),
    ("a scan that takes the same number every hour",
     [s for i in range(3) for s in ((i * 3600 * S, "c", "S", 0, None), (i * 3600 * S + MS, "s", "R", -5000, 1))],
     "connect_failed", "no_socket", ["refused"], None, 3),
    ("a RST behind the last FIN and its ACK",
     [(0, "c", "", 2, 1), (MS, "s", "F", 1, 2), (2 * MS, "c", "", 2, 2), (3 * MS, "c", "", 2, 2),
      (4 * MS, "s", "R", 2, None)], None, "no_socket", [], None),
    *ODD,
    *REUSE,
]


def order(segments):
    """As they were captured."""
    return sorted(segments, key=lambda s: s[0])


def explain(closelab, segments, family):
    frames, snap = [], 65535
    for i, s in enumerate(order(segments)):
        if s[1] == "snap":
            # So much of each TCP header
            snap = 14 + (40 if family == 6 else 20) + s[2]
        elif s[1] == "icmp":
            # Of what came last; the codes of both families.
            frames.append(icmp(family, s[0], s[2][family == 6], frames[-1].ip))
        elif s[1] == "cut":
            # The file ends within this one.
            frames.append(frames[-1].later(1))
        else:
            frames.append(segment(family, i, *s))
    cut = any(s[1] == "cut" for s in segments)
    run = subprocess.run([closelab, "explain", "-qj", "-"], input=pcap(frames, snap=snap)[:-10 if cut else None],
                         capture_output=True, check=False)
    return json.loads(run.stdout)["connections"]


def mistakes(connections, client, server, causes, note, count=1):
    connections = [c for c in connections if c["server"]["port"] == PORT["s"]]
    if len(connections) != count:
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
    notes = [n for c in connections for n in c["notes"]]
    if note and note not in str(notes):
        yield f"no note has '{note}': {notes}"


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
