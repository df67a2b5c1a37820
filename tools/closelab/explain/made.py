# SPDX-License-Identifier: GPL-2.0
"""Segments, one by one, for test_made.py."""
import socket
import struct

from test_variations import Frame

FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8}
ISN = {"c": 1000, "s": 5000}
PORT = {"c": 40000, "s": 80}
ADDRESS = {4: {"c": "192.0.2.1", "s": "192.0.2.2"}, 6: {"c": "2001:db8::1", "s": "2001:db8::2"}}
MS = 10**6
S = 10**9

# So long after that nothing more is to come, on other ports.
LATER = [(3600 * S, "c", "S", 0, None, 0, 502, 64, 9)]
HANDSHAKE = [(0, "c", "S", 0, None), (MS, "s", "S", 0, 1), (2 * MS, "c", "", 1, 1)]

EXCHANGE = [(S, "c", "P", 1, 1, 100), (S + MS, "s", "P", 1, 101, 200), (S + 2 * MS, "c", "", 101, 201)]


def segment(family, number, at, who, flags, seq, ack, data=0, window=502, ttl=64,
            other=0, option=b""):
    """seq and ack from the initial ones on; ack None: without ACK; M: the first one of two fragments."""
    peer = "s" if who == "c" else "c"
    more = "M" in flags
    bits = sum(FLAGS[f] for f in flags if f != "M") | (0 if ack is None else 16)
    option = b"\x02\x04\x05\xb4\x01\x03\x03\x07" if "S" in flags else option
    tcp = struct.pack(">HHIIBBHHH", PORT[who] + other, PORT[peer] + other, ISN[who] + seq & 0xFFFFFFFF,
                      ISN[peer] + ack & 0xFFFFFFFF if ack is not None else 0,
                      5 + len(option) // 4 << 4, bits, window, 0, 0) + option + bytes(data)
    tcp = tcp[:len(tcp) // 16 * 8] if more else tcp
    src, dst = ADDRESS[family][who], ADDRESS[family][peer]
    if family == 6:
        tcp = (struct.pack(">BxHI", 6, 1, number) if more else b"") + tcp
        ip = struct.pack(">IHBB", 6 << 28, len(tcp), 44 if more else 6, ttl) + \
            socket.inet_pton(socket.AF_INET6, src) + socket.inet_pton(socket.AF_INET6, dst)
    else:
        # A RST without a socket, and a SYN-ACK, have the identification 0.
        own = 0 if "R" in flags or (flags == "S" and ack) else number + 1
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), own, 0x2000 if more else 0x4000, ttl, 6, 0) + \
            socket.inet_aton(src) + socket.inet_aton(dst)
    return Frame(1700000000 * S + at, ip + tcp)


def icmp(family, at, code, quoted):
    """Says of a segment that it did not arrive."""
    if family == 6:
        body = struct.pack(">BBHI", 1, code, 0, 0) + quoted
        ip = struct.pack(">IHBB", 6 << 28, len(body), 58, 64) + \
            socket.inet_pton(socket.AF_INET6, ADDRESS[6]["s"]) + socket.inet_pton(socket.AF_INET6, ADDRESS[6]["c"])
    else:
        body = struct.pack(">BBHI", 3, code, 0, 0) + quoted[:28]
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, 64, 1, 0) + \
            socket.inet_aton(ADDRESS[4]["s"]) + socket.inet_aton(ADDRESS[4]["c"])
    return Frame(1700000000 * S + at, ip + body)


def repeated(n, first, apart, who, flags, seq, ack, *more):
    return [(first + i * apart, who, flags, seq, ack, *more) for i in range(n)]


def cancelled(queued):
    """A client resets a download; so many segments, 20 ms each, were on their way."""
    yield from ((0, "c", "S", 0, None), (40 * MS, "s", "S", 0, 1), (40 * MS + 20000, "c", "", 1, 1),
                (100 * MS, "c", "P", 1, 1, 100), (140 * MS, "s", "", 1, 101))
    for i in range(50 + queued):
        at, seq = (200 + 20 * i) * MS, 1 + 1400 * i
        if i == 50:
            yield at - 15 * MS, "c", "R", 101, seq
        yield at, "s", "", seq, 101, 1400
        if i < 50:
            yield at + 30000, "c", "", 101, seq + 1400, 0, 5000
        else:
            yield at + 30000, "c", "R", 101, None


def again(at):
    """Another connection with the same ports."""
    return [(at, "c", "S", 9000000, None), (at + MS, "s", "S", 9000000, 9000001),
            (at + 2 * MS, "c", "", 9000001, 9000001), (at + S, "c", "F", 9000001, 9000001),
            (at + S + MS, "s", "F", 9000001, 9000002), (at + S + 2 * MS, "c", "", 9000002, 9000002)]
