"""The wire format of docs/PROTOCOL.md, and what its structures are made with."""

import hashlib
import hmac
import struct

from nacl.secret import SecretBox
from nacl.signing import SigningKey

VERSION = b"\x01"

# The wire format: big-endian integers, variable fields after a 4-byte length.


def u8(value):
    return struct.pack(">B", value)


def u32(value):
    return struct.pack(">I", value)


def u53(value):
    return struct.pack(">Q", value)


def variable(value):
    return u32(len(value)) + value


def text(value):
    return variable(value.encode())


def uuid(value):
    return bytes.fromhex(value.replace("-", ""))


def uuid_text(value):
    h = value.hex()
    return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))


def sha256(data):
    return hashlib.sha256(data).digest()


def hkdf(ikm, salt, info, length):
    prk = hmac.digest(salt, ikm, "sha256")
    out = block = b""
    counter = 1
    while len(out) < length:
        block = hmac.digest(prk, block + info + u8(counter), "sha256")
        out += block
        counter += 1
    return out[:length]


def box(key, nonce, plaintext):
    return VERSION + nonce + SecretBox(key).encrypt(plaintext, nonce).ciphertext


def sign(seed, message):
    return SigningKey(seed).sign(message).signature


def padme(length):
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    significant = exponent.bit_length()
    mask = (1 << max(exponent - significant, 0)) - 1
    return (length + mask) & ~mask


def pad(content):
    padded = u32(len(content)) + content
    return padded + bytes(max(256, padme(len(padded))) - len(padded))


BODY_VERSION = b"\x02"


def context(fields):
    return u8(len(fields)) + b"".join(u8(kind) + variable(value) for kind, value in sorted(fields.items()))
