#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Captures the same connections in other ways: the verdicts must stay.

test_variations.py CLOSELAB PCAP...: reports in TAP. PCAP is of Ethernet, with
nanoseconds, and little-endian, as closelab run --pcap writes it.
"""
import json
import os
import random
import struct
import subprocess
import sys

V4, V6 = b"\x08\x00", b"\x86\xdd"
ETHER = bytes(12)
FIN, SYN, ACK = 1, 2, 16


class Frame:
    """An IP packet with a TCP segment, and when it was captured."""

    def __init__(self, at, ip):
        self.at, self.ip = at, bytes(ip)
        self.type = V4 if ip[0] >> 4 == 4 else V6
        self.header = (ip[0] & 15) * 4 if self.type == V4 else 40
        self.data = self.header + (ip[self.header + 12] >> 4) * 4
        self.flags = ip[self.header + 13]
        addresses = ip[12:20] if self.type == V4 else ip[8:40]
        half = len(addresses) // 2
        ports = ip[self.header:self.header + 4]
        self.src, self.dst = addresses[:half] + ports[:2], addresses[half:] + ports[2:]

    def later(self, ns):
        return Frame(self.at + ns, self.ip)

    def patched(self, at, new):
        return Frame(self.at, self.ip[:at] + new + self.ip[at + len(new):])


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    frames, at = [], 24
    while at + 16 <= len(content):
        s, ns, captured = struct.unpack("<III", content[at:at + 12])
        frames.append(Frame(s * 10**9 + ns, content[at + 30:at + 16 + captured]))
        at += 16 + captured
    return frames


def pcap(frames, order="<", unit=1, link=1, head=lambda f: ETHER + f.type, tail=lambda f: b"",
         snap=65535):
    magic = 0xA1B23C4D if unit == 1 else 0xA1B2C3D4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)]
    for f in frames:
        frame = head(f) + f.ip + tail(f)
        out.append(struct.pack(order + "IIII", f.at // 10**9, f.at % 10**9 // unit,
                               min(snap, len(frame)), len(frame)) + frame[:snap])
    return b"".join(out)


def pcapng(frames, order="<"):
    """Two interfaces in turn, one of microseconds, one of nanoseconds."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        size = struct.pack(order + "I", len(body) + 12)
        return struct.pack(order + "I", kind) + size + body + size

    interface = struct.pack(order + "HHI", 1, 0, 0)
    out = [block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)),
           block(1, interface),
           block(1, interface + struct.pack(order + "HHB3xHH", 9, 1, 9, 0, 0))]
    for i, f in enumerate(frames):
        frame, at = ETHER + f.type + f.ip, f.at if i % 2 else f.at // 1000
        out.append(block(6, struct.pack(order + "IIIII", i % 2, at >> 32, at & 0xFFFFFFFF,
                                        len(frame), len(frame)) + frame))
    return b"".join(out)


def by_time(frames):
    return sorted(frames, key=lambda f: f.at)


def in_turn(frames, change):
    return [x for f in frames for x in (f, change(f))]


def hop(f):
    """As a mirror port behind a router has it."""
    at = 8 if f.type == V4 else 7
    return f.later(3000).patched(at, bytes([f.ip[at] - 1]))


def checksum(f):
    return f.patched(f.header + 16, b"\x12\x34")


def length(f, n):
    return f.patched(2, struct.pack(">H", n)) if f.type == V4 else \
        f.patched(4, struct.pack(">H", n and n - 40))


def halves(f):
    size = len(f.ip) - f.data
    if size < 2:
        return [f]
    seq = struct.unpack(">I", f.ip[f.header + 4:f.header + 8])[0]
    first = Frame(f.at, f.ip[:f.data + size // 2])
    first = first.patched(f.header + 13, bytes([f.flags & ~(FIN | 8)]))
    second = Frame(f.at + 1000, f.ip[:f.data] + f.ip[f.data + size // 2:])
    second = second.patched(f.header + 4, struct.pack(">I", seq + size // 2 & 0xFFFFFFFF))
    return [length(first, len(first.ip)), length(second, len(second.ip))]


def in_pieces(frames):
    """Each piece has an identification of its own, as the sender would have given it."""
    more, pieces = {}, []
    for f in frames:
        for n, piece in enumerate(halves(f)):
            more[f.src] = more.get(f.src, 0) + (n > 0)
            if f.type == V4:
                own = struct.unpack(">H", f.ip[4:6])[0]
                number = own and (own + more[f.src]) & 0xFFFF
                piece = piece.patched(4, struct.pack(">H", number))
            pieces.append(piece)
    return pieces


def jitter(frames):
    chance = random.Random(1)
    return [f.later(chance.randrange(-900, 900)) for f in frames]


def set_back(frames, ns):
    return [f.later(-ns if 2 * i >= len(frames) else 0) for i, f in enumerate(frames)]


def vlan(f):
    """Each direction in a VLAN of its own."""
    return ETHER + b"\x81\x00\x00" + (b"\x0a" if f.src > f.dst else b"\x14") + f.type


def ppp(f):
    return b"\x00\x21" if f.type == V4 else b"\x00\x57"


def pppoe(f):
    return ETHER + b"\x88\x64\x11\x00\x00\x01" + struct.pack(">H", len(f.ip) + 2) + ppp(f)


class Tagged(Frame):
    """As it is seen on the device below that of a VLAN."""


def vlan_devices(frames):
    """On "any": each segment on a VLAN's device and on the one below."""
    return pcap([x for f in frames for x in (Tagged(f.at, f.ip), f.later(4000))], link=113,
                head=lambda f: bytes(14) + (b"\x81\x00\x00\x0a" if isinstance(f, Tagged)
                                            else b"") + f.type)


def outer(f, protocol, header):
    """Around the packet: an IP packet, and what follows in that."""
    return ETHER + V4 + struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(header) + len(f.ip), 1, 0,
                                    64, protocol, 0, b"\xc6\x33\x64\x01", b"\xc6\x33\x64\x02") + \
        header


def udp(f, port, header):
    return outer(f, 17, struct.pack(">HHHH", 54321, port, 8 + len(header) + len(f.ip), 0) + header)


def geneve(f):
    """One option; Ethernet in it."""
    return udp(f, 6081, b"\x01\x00\x65\x58\x00\x00\x07\x00\x01\x02\x80\x00" + ETHER + f.type)


def vxlan(f):
    return udp(f, 4789, b"\x08\x00\x00\x00\x00\x00\x07\x00" + ETHER + f.type)


def gtp(f):
    """One extension header; each direction has a tunnel of its own."""
    tunnel = b"\x00\x00\x00\x01" if f.src > f.dst else b"\x00\x00\x00\x02"
    return udp(f, 2152, b"\x34\xff\x00\x00" + tunnel + b"\x00\x00\x00\x85\x01\x00\x09\x00")


def erspan(f):
    return outer(f, 47, b"\x10\x00\x88\xbe\x00\x00\x00\x09" + b"\x10\x05\x00\x01\x00\x00\x00\x00" +
                 ETHER + f.type)


def erspan3(f):
    """With the eight bytes of its own platform."""
    return outer(f, 47, b"\x10\x00\x22\xeb\x00\x00\x00\x09" + b"\x20\x05" + bytes(9) + b"\x01" +
                 bytes(8) + ETHER + f.type)


def pptp(f):
    """With a sequence number; the PPP protocol in one byte."""
    return outer(f, 47, b"\x30\x01\x88\x0b" + struct.pack(">HH", len(f.ip) + 1, 7) + bytes(4) + ppp(f)[1:])


def nflog(f):
    return bytes([2 if f.type == V4 else 10, 0, 0, 0]) + struct.pack("<HH", 8, 1) + bytes(4) + \
        struct.pack("<HH", len(f.ip) + 4, 9)


def offload(frames):
    """The device was to split it: no length in the header."""
    return [length(f, 0) if len(f.ip) > f.data else f for f in frames]


VARIATIONS = {
    "big-endian": lambda fs: pcap(fs, order=">"),
    "microseconds": lambda fs: pcap(fs, unit=1000),
    "pcapng, two interfaces": pcapng,
    "pcapng, big-endian": lambda fs: pcapng(fs, ">"),
    "VLAN": lambda fs: pcap(fs, head=lambda f: ETHER + b"\x81\x00\x00\x0a" + f.type),
    "a VLAN for each direction": lambda fs: pcap(fs, head=vlan),
    "QinQ": lambda fs: pcap(fs, head=lambda f: ETHER + b"\x88\xa8\x00\x0a\x81\x00\x00\x14" + f.type),
    "PPPoE": lambda fs: pcap(fs, head=pppoe),
    "Linux cooked": lambda fs: pcap(fs, link=113, head=lambda f: bytes(14) + f.type),
    "Linux cooked v2": lambda fs: pcap(fs, link=276, head=lambda f: f.type + bytes(18)),
    "a VLAN's device and the one below it": vlan_devices,
    "Geneve": lambda fs: pcap(fs, head=geneve),
    "VXLAN": lambda fs: pcap(fs, head=vxlan),
    "GTP-U": lambda fs: pcap(fs, head=gtp),
    "ERSPAN": lambda fs: pcap(fs, head=erspan),
    "ERSPAN type III": lambda fs: pcap(fs, head=erspan3),
    "PPTP": lambda fs: pcap(fs, head=pptp),
    "raw IP": lambda fs: pcap(fs, link=101, head=lambda f: b""),
    "BSD loopback": lambda fs: pcap(fs, link=0, head=lambda f: b"\x02\x00\x00\x00"),
    "OpenBSD loopback": lambda fs: pcap(fs, link=108, head=lambda f: b"\x00\x00\x00\x02"),
    "PPP": lambda fs: pcap(fs, link=9, head=lambda f: b"\xff\x03" + ppp(f)),
    "NFLOG": lambda fs: pcap(fs, link=239, head=nflog),
    "padding": lambda fs: pcap(fs, tail=lambda f: b"\xaa" * 9),
    "cut at 96 bytes": lambda fs: pcap(fs, snap=96),
    "wrong checksums": lambda fs: pcap([checksum(f) for f in fs]),
    "no length in the header": lambda fs: pcap(offload(fs)),
    "data in other pieces": lambda fs: pcap(in_pieces(fs)),
    "every segment twice": lambda fs: pcap(in_turn(fs, lambda f: f.later(2000))),
    "three times": lambda fs: pcap([f.later(n) for f in fs for n in (0, 900, 1800)]),
    "twice, the second a hop on": lambda fs: pcap(in_turn(fs, hop)),
    "twice, with other checksums": lambda fs: pcap(in_turn(fs, lambda f: checksum(f.later(2000)))),
    "twice, the second captured before": lambda fs: pcap(in_turn(fs, lambda f: f.later(-2000))),
    "queues of a device": lambda fs: pcap(jitter(fs)),
    "a clock set back by a second": lambda fs: pcap(set_back(fs, 10**9)),
    "a clock set back by an hour": lambda fs: pcap(set_back(fs, 3600 * 10**9)),
    "captured in 2042": lambda fs: pcap([f.later(500000000 * 10**9) for f in fs]),
    "twice, from two mirror ports": lambda fs: pcap(by_time(in_turn(fs, lambda f: f.later(5000)))),
}


def verdicts(program, capture):
    run = subprocess.run([program, "explain", "-jq", "-"], input=capture, capture_output=True)
    if run.returncode > 1:
        return run.stderr.decode()
    found = []
    for conn in json.loads(run.stdout)["connections"]:
        ends = [(conn[e]["address"], conn[e]["port"], conn[e]["ended"], conn[e]["causes"],
                 conn[e].get("state")) for e in ("client", "server")]
        found.append((ends, conn["time_wait"]))
    return found


def main():
    program, paths = sys.argv[1], sys.argv[2:]
    captures = {os.path.basename(p): read(p) for p in paths}
    wanted = {name: verdicts(program, pcap(frames)) for name, frames in captures.items()}
    failed = 0
    for number, (what, make) in enumerate(VARIATIONS.items(), 1):
        bad = []
        for name, frames in captures.items():
            got = verdicts(program, make(frames))
            if got != wanted[name]:
                bad.append(f"{name}: {wanted[name]} becomes {got}")
        failed += bool(bad)
        print(f"{'not ok' if bad else 'ok'} {number} {what}{': ' if bad else ''}{'; '.join(bad)}")
    print(f"1..{len(VARIATIONS)}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
