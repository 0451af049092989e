"""What the vectors of sessions are computed with."""

import hashlib
import hmac
import struct

from nacl.bindings import crypto_scalarmult


def fixed(name, length=32):
    """Bytes that stand for random ones."""
    return hashlib.shake_256(b"seal session vectors: " + name.encode()).digest(length)


def u8(value):
    return struct.pack(">B", value)


def u32(value):
    return struct.pack(">I", value)


def variable(value):
    return u32(len(value)) + value


def uuid(value):
    return bytes.fromhex(value.replace("-", ""))


def sha256(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.digest(key, data, "sha256")


def hkdf(ikm, salt, info, length):
    prk = mac(salt, ikm)
    out = block = b""
    counter = 1
    while len(out) < length:
        block = mac(prk, block + info + u8(counter))
        out += block
        counter += 1
    return out[:length]


def dh(private_key, public_key):
    return crypto_scalarmult(private_key, public_key)


def kdf_ck(chain_key):
    return mac(chain_key, b"\x02"), mac(chain_key, b"\x01")
