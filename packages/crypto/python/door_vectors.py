"""Known-answer vectors of the post-quantum doors of channels, made from docs/PROTOCOL.md and RFC 9420.

    python3 door_vectors.py > ../vectors/door.vectors.json

This is the second implementation that the TypeScript is compared with, so it shares no code with it and does nothing
but what the documents say. The ciphersuite is 3, whose hash is SHA-256. Everything that is random in the product is
derived from a name here (`fixed`).
"""

import hashlib
import json
import struct
import sys

sys.dont_write_bytecode = True

from nacl.bindings import crypto_aead_chacha20poly1305_ietf_encrypt

import ml_kem_768
from session_primitives import hkdf, mac, sha256, u8, variable

HASH = 32
WELCOME, EXTERNAL = b"SealChat_v1_PqDoor", b"SealChat_v1_PqExternal"


def fixed(name, length=32):
    return hashlib.shake_256(b"seal door vectors: " + name.encode()).digest(length)


# RFC 9420: §2.1.2 vectors, §8 ExpandWithLabel, §8.4 PSKs, §8.5 exporters


def vector(value):
    size = len(value)
    return (u8(size) if size < 64 else struct.pack(">H", 0x4000 | size)) + value


def expand(prk, info, length):
    out = block = b""
    counter = 1
    while len(out) < length:
        block = mac(prk, block + info + u8(counter))
        out += block
        counter += 1
    return out[:length]


def expand_with_label(secret, label, context, length):
    return expand(secret, struct.pack(">H", length) + vector(b"MLS 1.0 " + label) + vector(context), length)


def exporter(exporter_secret, label, context, length):
    derived = expand_with_label(exporter_secret, label, b"", HASH)
    return expand_with_label(derived, b"exported", sha256(context), length)


def psk_id(label, epoch, nonce):
    """PreSharedKeyID: external, its id, its nonce."""
    return u8(1) + vector(label + struct.pack(">Q", epoch)) + vector(nonce)


def psk_secret(name, psk):
    """psk_secret of one PSK: index 0 of 1, after zeros."""
    extracted = mac(bytes(HASH), psk)
    label = name + struct.pack(">HH", 0, 1)
    return mac(expand_with_label(extracted, b"derived psk", label, HASH), bytes(HASH))


def welcome_door(number, epoch):
    name = f"welcome {number}"
    exporter_secret, nonce = fixed(name + " exporter"), fixed(name + " nonce")
    seed, ref, randomness = fixed(name + " seed", 64), fixed(name + " ref"), fixed(name + " KEM")
    name_of_psk = psk_id(WELCOME, epoch, nonce)
    psk = exporter(exporter_secret, WELCOME, nonce, 32)
    key = ml_kem_768.key_pair(seed)[0]
    shared, ciphertext = ml_kem_768.encapsulate(key, randomness)
    sealing = hkdf(shared, bytes(32), variable(WELCOME) + variable(ref) + variable(name_of_psk), 32)
    return {
        "exporterSecret": exporter_secret,
        "epoch": epoch,
        "pskNonce": nonce,
        "preSharedKeyId": name_of_psk,
        "psk": psk,
        "pskSecret": psk_secret(name_of_psk, psk),
        "doorSeed": seed,
        "doorKey": key,
        "doorKeyHash": sha256(key),
        "ref": ref,
        "randomness": randomness,
        "sharedSecret": shared,
        "sealingKey": sealing,
        "ciphertext": ciphertext,
        "sealedPsk": crypto_aead_chacha20poly1305_ietf_encrypt(psk, b"", bytes(12), sealing),
    }


def external_door(number, epoch):
    name = f"external {number}"
    exporter_secret, nonce, randomness = fixed(name + " exporter"), fixed(name + " nonce"), fixed(name + " KEM")
    seed = exporter(exporter_secret, EXTERNAL, b"", 64)
    key, decapsulation_key = ml_kem_768.key_pair(seed)
    shared, ciphertext = ml_kem_768.encapsulate(key, randomness)
    assert ml_kem_768.decapsulate(decapsulation_key, ciphertext) == shared
    name_of_psk = psk_id(EXTERNAL, epoch, nonce)
    return {
        "exporterSecret": exporter_secret,
        "epoch": epoch,
        "seed": seed,
        "key": key,
        "randomness": randomness,
        "ciphertext": ciphertext,
        "psk": shared,
        "pskNonce": nonce,
        "preSharedKeyId": name_of_psk,
        "pskSecret": psk_secret(name_of_psk, shared),
    }


def shown(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items()}
    return [shown(one) for one in value] if isinstance(value, list) else value


EPOCHS = [0, 1, 300, 2**53 - 1]
VECTORS = {
    "about": "Made by packages/crypto/python/door_vectors.py; do not edit. Hexadecimal. epoch is a number.",
    "welcome": [welcome_door(i, epoch) for i, epoch in enumerate(EPOCHS)],
    "external": [external_door(i, epoch) for i, epoch in enumerate(EPOCHS)],
}
print(json.dumps(shown(VECTORS), indent=1))
