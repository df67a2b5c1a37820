# SPDX-License-Identifier: GPL-2.0
"""Cases of test_made.py: segments that the other end does not take, and who goes on after them."""
from made import EXCHANGE, HANDSHAKE, LATER, MS, S

# The server sends more, then the client closes first.
GOES_ON = [(3 * S, "s", "P", 201, 101, 50), (3 * S + MS, "c", "", 101, 251), (4 * S, "c", "F", 101, 251),
           (4 * S + MS, "s", "F", 251, 102), (4 * S + 2 * MS, "c", "", 102, 252)]

CLIENT_CLOSES = [(4 * S, "c", "F", 101, 201), (4 * S + MS, "s", "F", 201, 102), (4 * S + 2 * MS, "c", "", 102, 202)]


def probes(n):
    """Of a shut window, with data beyond it, and their answers."""
    return [s for i in range(n) for s in (((2 + (2 ** i - 1) * 5) * S, "s", "P", 1001, 1, 1),
                                          ((2 + (2 ** i - 1) * 5) * S + MS, "c", "", 1, 1001, 0, 0))]


ODD = [
    ("a RST outside the window in the name of who goes on at once",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "s", "R", 70201, None), (2 * S + 100000, "c", "P", 101, 201, 10),
      (2 * S + 200000, "s", "", 201, 111), (2 * S + 300000, "s", "F", 201, 111),
      (2 * S + 400000, "c", "F", 111, 202), (2 * S + 500000, "s", "", 202, 112)],
     "passive_fin", "active_fin", [], "outside the window"),
    ("the same within the window, and an answer to what came after it",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "s", "R", 301, None), (2 * S + 100000, "c", "P", 101, 201, 10),
      (2 * S + 200000, "s", "F", 201, 111), (2 * S + 400000, "c", "F", 111, 202),
      (2 * S + 500000, "s", "", 202, 112)], "passive_fin", "active_fin", [], "challenges"),
    ("a RST at the expected number, of which nobody knows anything 2 ms later",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "s", "R", 201, 101), (2 * S + 2 * MS, "s", "P", 201, 101, 50),
      (2 * S + 3 * MS, "c", "", 101, 251), (2 * S + 4 * MS, "s", "F", 251, 101),
      (2 * S + 5 * MS, "c", "F", 101, 252), (2 * S + 6 * MS, "s", "", 252, 102)],
     "passive_fin", "active_fin", [], "had no effect"),
    ("a RST that was captured before the data that it is behind, and the ACK of that",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "s", "R", 251, 101), (2 * S + 100000, "s", "P", 201, 101, 50),
      (2 * S + 200000, "c", "", 101, 251)], "rst_received", "rst_sent", ["linger"], None),
    *[(f"a RST {where} the window of a SYN-ACK, and the handshake goes on",
       [*HANDSHAKE[:2], (200 * MS, "c", "R", seq, None), (300 * MS, "c", "", 1, 1), (301 * MS, "c", "P", 1, 1, 10),
        (302 * MS, "s", "", 1, 11), (310 * MS, "c", "F", 11, 1), (311 * MS, "s", "F", 1, 12),
        (312 * MS, "c", "", 12, 2)],
       "active_fin", "passive_fin", [], note) for where, seq, note in
      (("left of", -50, "outside the window"), ("in", 400, "had no effect"))],
    ("a FIN without ACK in a connection",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "F", 101, None), (3 * S, "c", "P", 101, 201, 10),
      (3 * S + MS, "s", "", 201, 111), *LATER], "open", "open", [], "fit no window"),
    ("the same, and the server closes first",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "F", 101, None), (3 * S, "s", "F", 201, 101),
      (3 * S + MS, "c", "F", 101, 202), (3 * S + 2 * MS, "s", "", 202, 102)],
     "passive_fin", "active_fin", [], None),
    ("a segment acknowledges what is behind the last FIN",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "F", 101, 201), (2 * S + MS, "s", "", 201, 102),
      (3 * S, "s", "F", 201, 102), (3 * S + MS, "c", "", 102, 203)], "active_fin", "open", [], "fit no window"),
    ("a FIN acknowledges what is behind the other one",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "F", 101, 201), (2 * S + MS, "s", "", 201, 102),
      (3 * S, "s", "F", 201, 103), (3 * S + MS, "c", "", 102, 201)],
     "half_closed", "half_closed", [], "fit no window"),
    ("a FIN with a number that was acknowledged before",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "s", "F", 100, 101), (2 * S + 10000, "c", "", 101, 201), *LATER],
     "open", "open", [], "fit no window"),
    ("the same, and both go on",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "s", "F", 100, 101), (2 * S + 10000, "c", "", 101, 201), *GOES_ON],
     "active_fin", "passive_fin", [], None),
    ("in the middle: a FIN that comes again, of which the first was before",
     [(0, "c", "", 102, 201), (200 * MS, "c", "F", 101, 201), (201 * MS, "s", "", 201, 102)],
     "unknown", "unknown", [], None),
    *[(f"a FIN {where}, and both go on",
       [*HANDSHAKE, *EXCHANGE, (2 * S, "s", "F", seq, ack), (2 * S + 10000, "c", "", 101, 201), *GOES_ON],
       "active_fin", "passive_fin", [], None) for where, seq, ack in
      (("beyond the window", 200201, 101), ("in the window", 1201, 101),
       ("that acknowledges what was never sent", 201, 1101))],
    ("FINs that acknowledge each other: of those sent before, nothing was captured",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "F", 101, 202), (2 * S + MS, "s", "F", 201, 102),
      (2 * S + 2 * MS, "c", "", 102, 202)], "unknown", "unknown", [], None),
    ("an ACK of an older connection meets a SYN-ACK, and is answered by a RST",
     [(0, "c", "S", 0, None), (10000, "s", "S", 0, 1), (20000, "c", "P", -7000, -90000, 10),
      (30000, "s", "R", -90000, None)], "open", "open", [], "outside the window"),
    ("the same, and the handshake goes on",
     [(0, "c", "S", 0, None), (10000, "s", "S", 0, 1), (20000, "c", "P", -7000, -90000, 10),
      (30000, "s", "R", -90000, None), (40 * MS, "c", "", 1, 1), *EXCHANGE, *CLIENT_CLOSES],
     "active_fin", "passive_fin", [], None),
    *[(f"window probes of one byte that are refused, and an abort {where}",
       [*HANDSHAKE, (S, "s", "P", 1, 1, 1000), (S + MS, "c", "", 1, 1001, 0, 0), *probes(4), (50 * S, "s", "R", seq, 1)],
       client, "rst_sent", ["linger"], note) for where, seq, client, note in
      (("at their number", 1001, "rst_received", None), ("behind that", 1002, "open", "challenges"))],
    ("one keepalive probe without an answer, and RST five seconds later: a timer, or an abort",
     [*HANDSHAKE, *EXCHANGE, (60 * S, "c", "", 100, 201), (65 * S, "c", "R", 101, 201)],
     "timeout", "open", ["keepalive", "linger", "unread_data"], "1 of the last unanswered"),
    *[(f"a SYN with FIN{what}, which the SYN-ACK acknowledges",
       [(0, "c", "SF", 0, None, data), (MS, "s", "S", 0, data + 2), (2 * MS, "c", "", data + 2, 1),
        (3 * MS, "s", "P", 1, data + 2, 50), (4 * MS, "s", "F", 51, data + 2), (5 * MS, "c", "", data + 2, 52)],
       "active_fin", "passive_fin", [], None) for what, data in (("", 0), (" and data", 30))],
    ("the same, and the SYN-ACK does not acknowledge the FIN",
     [(0, "c", "SF", 0, None), (MS, "s", "S", 0, 1), (2 * MS, "c", "", 1, 1), (3 * MS, "s", "F", 1, 1),
      (4 * MS, "c", "F", 1, 2), (5 * MS, "s", "", 2, 2)], "passive_fin", "active_fin", [], None),
    ("a SYN that meets a connection, and is challenged",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "S", 150, None), (2 * S + 10000, "s", "", 201, 101), *CLIENT_CLOSES],
     "active_fin", "passive_fin", [], "'a SYN met this connection: challenge ACK'"),
    ("the same, and nobody answers it: the connection goes on",
     [*HANDSHAKE, *EXCHANGE, (2 * S, "c", "S", 150, None), (3 * S, "c", "P", 101, 201, 5),
      (3 * S + MS, "s", "", 201, 106), (4 * S, "c", "F", 106, 201), (4 * S + MS, "s", "F", 201, 107),
      (4 * S + 2 * MS, "c", "", 107, 202)],
     "active_fin", "passive_fin", [], "'a SYN met this connection'"),
]
