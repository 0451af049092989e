"""Known-answer vectors of conversations with oneself, of what an account's devices tell each other there, and of the
codes people show each other for verification, made from docs/PROTOCOL.md with the standard library.

    python3 social_vectors.py > ../vectors/social.vectors.json

Shares no code with the TypeScript it is compared with. Everything that is random in the product is derived from a
name here (`fixed`).
"""

import hashlib
import json
import struct
import sys

TENANT = "5ea1c4a7-0000-4000-8000-000000000001"
ALICE = "a11ce000-0000-4000-8000-000000000001"
BOB = "b0b00000-0000-4000-8000-000000000001"
CONVERSATION = "c0111e00-0000-4000-8000-000000000001"
WRITE = "3e55a9e0-0000-4000-8000-00000000000%d"


def fixed(name, length=32):
    return hashlib.shake_256(b"seal social vectors: " + name.encode()).digest(length)


def sha256(value):
    return hashlib.sha256(value).digest()


def u8(value):
    return struct.pack(">B", value)


def u53(value):
    return struct.pack(">Q", value)


def variable(value):
    return struct.pack(">I", len(value)) + value


def text(value):
    return variable(value.encode())


def uuid(value):
    return bytes.fromhex(value.replace("-", ""))


def uuid_text(value):
    h = value.hex()
    return "-".join([h[:8], h[8:12], h[12:16], h[16:20], h[20:]])


def self_ids():
    out = []
    for user in (ALICE, BOB):
        digest = bytearray(sha256(text("SealChat_v1_SelfId") + uuid(TENANT) + uuid(user))[:16])
        digest[6] = digest[6] & 0x0F | 0x40
        digest[8] = digest[8] & 0x3F | 0x80
        out.append({"tenantId": TENANT, "userId": user, "conversationId": uuid_text(bytes(digest))})
    return out


def key_hash(key):
    return sha256(text("SealChat_v1_VerificationKey") + key)


def codes():
    alice, bob = fixed("account key of alice"), fixed("account key of bob")
    out = []
    for shower, reader, own, peer in [(ALICE, BOB, alice, bob), (BOB, ALICE, bob, alice)]:
        code = u8(1) + uuid(TENANT) + uuid(shower) + uuid(reader) + key_hash(own) + key_hash(peer)
        assert len(code) == 113
        out.append({"tenantId": TENANT, "shower": shower, "reader": reader, "showerKey": own.hex(),
                    "readerKey": peer.hex(), "code": code.hex()})
    return out


def register(written_at, write, subject, field, value):
    return u53(written_at) + uuid(write) + uuid(subject) + u8(field) + variable(value)


def syncs():
    out = []
    for topic, entries in [
        (2, [(1_700_000_000_000, WRITE % 1, BOB, 0, fixed("verified key")), (5, WRITE % 2, ALICE, 0, b"")]),
        (3, [(1_700_000_000_001, WRITE % 3, CONVERSATION, 1, u8(1)), (7, WRITE % 4, BOB, 4, u8(0)),
             (8, WRITE % 5, CONVERSATION, 6, u53(1234)), (9, WRITE % 6, CONVERSATION, 7, u53(2**53 - 1))]),
        (5, [(2**48, WRITE % 7, ALICE, 3, u8(0))]),
        (3, []),
    ]:
        registers = u8(len(entries)) + b"".join(register(*entry) for entry in entries)
        out.append({
            "topic": topic,
            "entries": [{"writtenAt": at, "writeId": write, "subject": subject, "field": field, "value": value.hex()}
                        for at, write, subject, field, value in entries],
            "registers": registers.hex(),
            "payload": (u8(topic) + variable(registers)).hex(),
        })
    return out


def main():
    vectors = {
        "about": "Made by packages/crypto/python/social_vectors.py; do not edit. Hexadecimal.",
        "selfIds": self_ids(),
        "verificationCodes": codes(),
        "syncs": syncs(),
    }
    json.dump(vectors, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
