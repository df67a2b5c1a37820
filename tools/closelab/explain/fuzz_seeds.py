#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Turns captures into seeds for fuzz_explain: fuzz_seeds.py OUTDIR FILE...

Each is one as it is, up to the length that is fuzzed, and one as frames alone.
"""
import os
import struct
import sys

LINKS = {1: 0, 12: 1, 101: 1, 0: 2, 113: 3, 276: 4, 9: 5, 51: 6, 104: 7, 239: 8}


def seed(data):
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link = struct.unpack(order + "I", data[20:24])[0]
    out = bytearray([LINKS.get(link, 0) | 0x80])
    at = 24
    while at + 16 <= len(data) and len(out) < 4096:
        size = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        frame = data[at + 16:at + 16 + min(size, 0x3FF)]
        out += struct.pack(">HB", len(frame), 1) + frame
        at += 16 + size
    return bytes(out)


for path in sys.argv[2:]:
    with open(path, "rb") as file:
        content = file.read()
    name = os.path.join(sys.argv[1], os.path.basename(path))
    with open(name, "wb") as file:
        file.write(content[:4096])
    if content[:4] in (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1"):
        with open(name + ".frames", "wb") as file:
            file.write(seed(content))
