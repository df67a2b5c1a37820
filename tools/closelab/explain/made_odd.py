# SPDX-License-Identifier: GPL-2.0
"""Cases of test_made.py: segments that the other end does not take, and who goes on after them."""
from made import EXCHANGE, HANDSHAKE, LATER, MS, S

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
]
