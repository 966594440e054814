"""A PDF that asks for a password, by the oldest of the ways that readers know (40 bits, revision 2)."""

from __future__ import annotations

import hashlib

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def with_password(pdf: bytes, password: bytes) -> bytes:
    """The document with a lock: its content stays as it is, but nobody reads it without the word."""
    identity, rights = b"0123456789abcdef", -4
    padded = (password + _PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + rights.to_bytes(4, "little", signed=True) + identity).digest()[:5]
    user = _rc4(key, _PADDING)
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user.hex()}> /P {rights} >>"
    return pdf.replace(b"/Root 1 0 R", f"/Root 1 0 R {lock} /ID [<{identity.hex()}> <{identity.hex()}>]".encode())


def _rc4(key: bytes, data: bytes) -> bytes:
    state, place = list(range(256)), 0
    for number in range(256):
        place = (place + state[number] + key[number % len(key)]) % 256
        state[number], state[place] = state[place], state[number]
    made, first, second = bytearray(), 0, 0
    for byte in data:
        first = (first + 1) % 256
        second = (second + state[first]) % 256
        state[first], state[second] = state[second], state[first]
        made.append(byte ^ state[(state[first] + state[second]) % 256])
    return bytes(made)
