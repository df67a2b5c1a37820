# SPDX-License-Identifier: GPL-2.0
"""Cases of test_made.py: ports that are used again, and what of the later connection was not captured."""
from made import EXCHANGE, HANDSHAKE, MS, S, again

ENDS = [
    ("FIN", [(2 * S, "c", "F", 101, 201), (2 * S + MS, "s", "F", 201, 102), (2 * S + 2 * MS, "c", "", 102, 202)],
     "active_fin", "passive_fin"),
    ("a RST of the client", [(2 * S, "c", "R", 101, 201)], "rst_sent", "rst_received"),
    ("a RST of the server", [(2 * S, "s", "R", 201, 101)], "rst_received", "rst_sent"),
    ("nothing", [], "unknown", "unknown"),
]

REUSE = [
    *[(f"an end by {how}, and ten minutes later the ports again, but for the {lost}",
       [*HANDSHAKE, *EXCHANGE, *end, *again(600 * S)[first:]], client, server, [], None, 2)
      for how, end, client, server in ENDS for lost, first in (("SYN", 1), ("SYN and the SYN-ACK", 2))],
    *[(f"an end by {how}, and a second later the same numbers again",
       [*HANDSHAKE, *EXCHANGE, *end, *[(at + 4 * S, *rest) for at, *rest in [*HANDSHAKE, *EXCHANGE, *end]]],
       client, server, [], None, 2) for how, end, client, server in ENDS[:3]],
    ("a scan that is repeated after a second, by the same number",
     [s for i in range(2) for s in ((i * S, "c", "S", 0, None), (i * S + MS, "s", "S", i * 64000, 1),
                                    (i * S + 2 * MS, "c", "R", 1, None))],
     "no_socket", "not_established", ["half_open"], None, 2),
    ("flags only: FINs behind much data of both, after an hour",
     [*HANDSHAKE[:2], (3600 * S, "c", "F", 50000001, 60000001), (3600 * S + MS, "s", "F", 60000001, 50000002)],
     "active_fin", None, [], "captured by a filter"),
]
