#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes a big capture of small ones: big_capture.py OUT MEGABYTES SEGMENTS PCAP...

The connections of PCAP, as closelab run --pcap writes them, again and again between
other addresses. In each the server sends SEGMENTS segments of 1448 bytes after the
handshake, every second one acknowledged, and the rest is moved by their length.
"""
import struct
import sys

SIZE = 1448
SYN, RST, ACK = 2, 4, 16


class Frame:
    def __init__(self, at, data):
        self.at, self.data = at, bytearray(data)
        self.v4 = data[12:14] == b"\x08\x00"
        self.tcp = 14 + ((data[14] & 15) * 4 if self.v4 else 40)
        data = bytes(data)
        addresses = data[26:34] if self.v4 else data[22:54]
        half, ports = len(addresses) // 2, data[self.tcp:self.tcp + 4]
        self.sender = addresses[:half] + ports[:2]
        self.between = frozenset((self.sender, addresses[half:] + ports[2:]))

    def get(self, offset):
        return struct.unpack_from(">I", self.data, self.tcp + offset)[0]

    def add(self, offset, n):
        struct.pack_into(">I", self.data, self.tcp + offset, self.get(offset) + n & 0xFFFFFFFF)

    @property
    def flags(self):
        return self.data[self.tcp + 13]


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    frames, at = [], 24
    while at + 16 <= len(content):
        s, ns, size = struct.unpack("<III", content[at:at + 12])
        frames.append(Frame(s * 10**9 + ns, content[at + 16:at + 16 + size]))
        at += 16 + size
    return frames


def bulk(answer, last, count):
    """What the server sends after LAST, the ACK of its SYN-ACK, and what is said to that."""
    out = []
    for i in range(count):
        data = Frame(last.at + (i + 1) * 1000, last.data[:last.tcp + 20] + bytes(SIZE))
        head = 26 if data.v4 else 22
        half = 4 if data.v4 else 16
        data.data[head:head + 2 * half] = answer.data[head:head + 2 * half]
        data.data[data.tcp:data.tcp + 4] = answer.data[answer.tcp:answer.tcp + 4]
        struct.pack_into(">II", data.data, data.tcp + 4, last.get(8), last.get(4))
        data.add(4, i * SIZE)
        data.data[data.tcp + 12:data.tcp + 14] = b"\x50\x10"
        size = len(data.data) - (14 if data.v4 else 54)
        struct.pack_into(">H", data.data, 16 if data.v4 else 18, size)
        out.append(data)
        if i % 2 or i + 1 == count:
            ack = Frame(data.at + 500, last.data)
            ack.add(8, (i + 1) * SIZE)
            out.append(ack)
    return out


def stretched(frames, count):
    answer = next((f for f in frames if f.flags & (SYN | ACK) == SYN | ACK), None)
    last = next((i for i, f in enumerate(frames) if answer and f.sender != answer.sender and
                 f.flags & (SYN | RST | ACK) == ACK), None)
    if last is None:
        return frames
    more = bulk(answer, frames[last], count)
    for f in frames[last + 1:]:
        f.at += count * 1000 + 1000
        if f.sender == answer.sender:
            f.add(4, count * SIZE)
        elif f.flags & ACK:
            f.add(8, count * SIZE)
    return frames[:last + 1] + more + frames[last + 1:]


def main():
    out, size, count = sys.argv[1], int(sys.argv[2]) * 10**6, int(sys.argv[3])
    chunks = []
    for path in sys.argv[4:]:
        chunk, places, frames = bytearray(), [], read(path)
        for between in dict.fromkeys(f.between for f in frames):
            for f in stretched([f for f in frames if f.between == between], count):
                places.append((len(chunk), f.at, f.v4))
                chunk += struct.pack("<IIII", 0, 0, len(f.data), len(f.data)) + f.data
        chunks.append((chunk, places))
    with open(out, "wb") as file:
        written = file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
        turn = 0
        while written < size:
            for number, (chunk, places) in enumerate(chunks):
                key = bytes([number + 10 + len(chunks) * (turn >> 16), turn >> 8 & 255, turn & 255])
                for place, at, v4 in places:
                    at += turn * 10**6
                    struct.pack_into("<II", chunk, place, at // 10**9, at % 10**9)
                    for half in (16 + 26, 16 + 30) if v4 else (16 + 22, 16 + 38):
                        chunk[place + half:place + half + 3] = key
                written += file.write(chunk)
            turn += 1


main()
