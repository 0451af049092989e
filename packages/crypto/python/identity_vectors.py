"""Known-answer vectors of Seal's identity layer, made from docs/PROTOCOL.md with PyNaCl and the standard library.

    python3 identity_vectors.py > ../vectors/identity.vectors.json

This is the second implementation that the TypeScript is compared with, so it shares no code with it and does nothing
but what the document says. Everything that is random in the product is derived from a name here (`fixed`).
"""

import hashlib
import hmac
import json
import struct
import sys

from nacl import pwhash
from nacl.bindings import crypto_scalarmult, crypto_scalarmult_base
from nacl.secret import SecretBox
from nacl.signing import SigningKey

VERSION = b"\x01"
TENANT = "5ea1c4a7-0000-4000-8000-000000000001"
ALICE = "a11ce000-0000-4000-8000-000000000001"
CONVERSATION = "c0111e00-0000-4000-8000-000000000001"
CHALLENGE = "c4a11e00-0000-4000-8000-000000000001"
MESSAGE = "3e55a9e0-0000-4000-8000-00000000000%d"


def fixed(name, length=32):
    """Bytes that stand for random ones."""
    return hashlib.shake_256(b"seal identity vectors: " + name.encode()).digest(length)


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


# Device lists


def device(name, device_id, registration_id, added_in):
    dh_seed, sign_seed = fixed(name + " dh"), fixed(name + " sign")
    return {
        "deviceId": device_id,
        "dhSeed": dh_seed.hex(),
        "signSeed": sign_seed.hex(),
        "dhKey": crypto_scalarmult_base(dh_seed).hex(),
        "signKey": bytes(SigningKey(sign_seed).verify_key).hex(),
        "registrationId": registration_id,
        "addedIn": added_in,
    }


def device_list(seed, version, previous_hash, issued_at, devices):
    content = VERSION + uuid(TENANT) + uuid(ALICE) + bytes(SigningKey(seed).verify_key)
    content += u32(version) + previous_hash + u53(issued_at) + u8(len(devices))
    for each in sorted(devices, key=lambda d: d["deviceId"]):
        content += uuid(each["deviceId"]) + bytes.fromhex(each["dhKey"]) + bytes.fromhex(each["signKey"])
        content += u32(each["registrationId"]) + u32(each["addedIn"])
    return content


def device_lists():
    seed = fixed("alice account")
    laptop = device("laptop", "d0000000-0000-4000-8000-000000000002", 0x01020304, 1)
    phone = device("phone", "d0000000-0000-4000-8000-000000000001", 0xFFFFFFFF, 2)
    versions = []
    previous_hash = bytes(32)
    for number, devices in enumerate(([laptop], [laptop, phone], [phone]), start=1):
        content = device_list(seed, number, previous_hash, 1_700_000_000_000 + number, devices)
        previous_hash = sha256(content)
        signature = sign(seed, text("SealChat_v1_DeviceList") + variable(content))
        versions.append({"bytes": content.hex(), "hash": previous_hash.hex(), "signature": signature.hex()})
    return {
        "tenantId": TENANT,
        "userId": ALICE,
        "accountSeed": seed.hex(),
        "accountKey": bytes(SigningKey(seed).verify_key).hex(),
        "devices": {"laptop": laptop, "phone": phone},
        "issuedAt": [1_700_000_000_001, 1_700_000_000_002, 1_700_000_000_003],
        "versions": versions,
    }


# Signatures of devices


def auth_proofs(lists):
    phone = lists["devices"]["phone"]
    nonce = fixed("challenge")
    proofs = []
    for code, purpose in enumerate(("register", "join", "signIn"), start=1):
        list_hash = bytes(32) if purpose == "signIn" else bytes.fromhex(lists["versions"][1]["hash"])
        message = text("SealChat_v1_AuthProof") + u8(code) + uuid(TENANT) + uuid(CHALLENGE) + nonce
        message += uuid(ALICE) + uuid(phone["deviceId"]) + list_hash
        signature = sign(bytes.fromhex(phone["signSeed"]), message)
        proofs.append({"purpose": purpose, "input": message.hex(), "signature": signature.hex()})
    return {
        "challengeId": CHALLENGE,
        "nonce": nonce.hex(),
        "deviceListHash": lists["versions"][1]["hash"],
        "proofs": proofs,
    }


def prekey_signatures(lists):
    phone = lists["devices"]["phone"]
    lengths = {"signed": 32, "oneTime": 32, "kemOneTime": 1184, "kemLastResort": 1184}
    signatures = []
    for code, (kind, length) in enumerate(lengths.items(), start=1):
        key, key_id = fixed(kind, length), 1000 + code
        message = text("SealChat_v1_PreKey") + uuid(TENANT) + uuid(ALICE) + uuid(phone["deviceId"])
        message += u8(code) + u32(key_id) + variable(key)
        signature = sign(bytes.fromhex(phone["signSeed"]), message)
        signatures.append(
            {"kind": kind, "keyId": key_id, "publicKey": key.hex(), "input": message.hex(), "signature": signature.hex()}
        )
    return signatures


# Sealed bodies


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


def sealed_bodies():
    seen = fixed("transcript hash")
    point = {"seq": 2**33, "hash": seen.hex()}
    known = {1: u53(2**33) + seen[:16], 3: seen[16:]}
    read = {"kind": "read", "upToSeq": 2**40 + 1, "messageId": MESSAGE % 7}
    contents = [
        ({"kind": "text", "text": "Grüße 👋"}, 1, text("Grüße 👋"), 1, None, 0, {}),
        (read, 2, u53(2**40 + 1) + uuid(MESSAGE % 7), 2, point, 1, known),
        ({"kind": "text", "text": "long " * 200}, 1, text("long " * 200), 2**41, point, 17, known | {4: u53(17)}),
        ({"kind": "text", "text": "later"}, 1, text("later"), 3, point, 2, known | {2: b"", 200: b"kept"}),
    ]
    bodies = []
    for index, (content, code, payload, counter, transcript, previous, fields) in enumerate(contents):
        message_id, sent_at = MESSAGE % index, 1_700_000_000_000 + index
        plaintext = BODY_VERSION + uuid(message_id) + uuid(CONVERSATION) + u53(sent_at) + u53(counter)
        plaintext += u8(code) + variable(payload) + context(fields)
        key, nonce = fixed("content key %d" % index), fixed("body nonce %d" % index, 24)
        boxed = box(key, nonce, pad(plaintext))
        commitment = sha256(b"SealChat_v1_BodyKey" + key)
        sealed = boxed[:1] + commitment + boxed[1:]
        bodies.append(
            {
                "messageId": message_id,
                "conversationId": CONVERSATION,
                "sentAt": sent_at,
                "counter": counter,
                "content": content,
                "context": [{"kind": kind, "value": value.hex()} for kind, value in sorted(fields.items())],
                "transcript": transcript,
                "previousCounter": previous,
                "contentKey": key.hex(),
                "nonce": nonce.hex(),
                "plaintext": plaintext.hex(),
                "sealed": sealed.hex(),
                "bodyHash": sha256(sealed).hex(),
                "keyMessage": (VERSION + key + sha256(sealed)).hex(),
            }
        )
    return bodies


# Codes


def crockford(data, symbols):
    bits = int.from_bytes(data, "big") >> (8 * len(data) - 5 * symbols)
    digits = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(bits >> (5 * i)) & 31] for i in reversed(range(symbols))]
    return "-".join("".join(digits[i : i + 4]) for i in range(0, symbols, 4))


def crc12(data):
    """Bit by bit, straight from the definition: message and 12 zero bits divided by the polynomial."""
    register = 0xFFF
    for bit in (byte >> shift & 1 for byte in data for shift in range(7, -1, -1)):
        carry = (register >> 11) ^ bit
        register = (register << 1) & 0xFFF
        if carry:
            register ^= 0x80F
    return register


def secrets(seed, extra_keys):
    content = VERSION + seed + u8(len(extra_keys))
    for kind, key in extra_keys:
        content += u8(kind) + variable(key)
    return content


BOB = "b0b00000-0000-4000-8000-000000000001"


def dm_ids():
    out = []
    for a, b in [(ALICE, BOB), (BOB, ALICE), (ALICE, CONVERSATION), (CHALLENGE, BOB)]:
        low, high = sorted([a, b])
        digest = bytearray(sha256(text("SealChat_v1_DmId") + uuid(TENANT) + uuid(low) + uuid(high))[:16])
        digest[6] = digest[6] & 0x0F | 0x40
        digest[8] = digest[8] & 0x3F | 0x80
        out.append({"tenantId": TENANT, "a": a, "b": b, "conversationId": uuid_text(bytes(digest))})
    return out


def recovery(lists):
    secret, salt, nonce = fixed("recovery code", 16), fixed("recovery salt", 16), fixed("recovery nonce", 24)
    code = crockford(secret + (crc12(secret) << 4).to_bytes(2, "big"), 28)
    memory_kib, iterations, parallelism = 65536, 3, 1
    parameters = u32(memory_kib) + u32(iterations) + u8(parallelism)
    stretched = pwhash.argon2id.kdf(32, secret, salt, opslimit=iterations, memlimit=memory_kib * 1024)
    info = text("SealChat_v1_RecoveryKey") + parameters + uuid(TENANT) + uuid(ALICE)
    key = hkdf(stretched, salt, info, 32)
    extra_key = fixed("extra key")
    plaintext = secrets(bytes.fromhex(lists["accountSeed"]), [(1, extra_key)])
    blob = VERSION + parameters + salt + variable(box(key, nonce, plaintext))
    return {
        "secret": secret.hex(),
        "code": code,
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "stretched": stretched.hex(),
        "key": key.hex(),
        "extraKeys": [{"kind": 1, "key": extra_key.hex()}],
        "plaintext": plaintext.hex(),
        "blob": blob.hex(),
    }


# Linking


def linking(lists):
    secret = fixed("linking code", 10)
    link_id = hkdf(secret, bytes(32), text("SealChat_v1_LinkId"), 16)
    code_key = hkdf(secret, bytes(32), text("SealChat_v1_LinkCodeKey"), 32)
    new_seed, old_seed, opening = fixed("new ephemeral"), fixed("old ephemeral"), fixed("opening")
    new_key, old_key = crypto_scalarmult_base(new_seed), crypto_scalarmult_base(old_seed)
    dh_secret = crypto_scalarmult(new_seed, old_key)
    assert dh_secret == crypto_scalarmult(old_seed, new_key)

    commitment = sha256(text("SealChat_v1_LinkCommitment") + link_id + new_key + opening)
    seed, list_hash = bytes.fromhex(lists["accountSeed"]), bytes.fromhex(lists["versions"][2]["hash"])
    account = secrets(seed, [])
    contents = [
        commitment + text("Firefox on Linux"),
        old_key,
        new_key + opening,
        uuid(TENANT) + uuid(ALICE) + b"\x01" + text("alice") + account + u32(3) + list_hash,
    ]
    transcript = sha256(text("SealChat_v1_LinkTranscript") + link_id)
    steps = []
    for number, content in enumerate(contents, start=1):
        ikm = code_key if number < 4 else dh_secret + code_key
        if number == 4:
            digits = hkdf(ikm, transcript, text("SealChat_v1_LinkSas"), 8)
            sas = "%06d" % (int.from_bytes(digits, "big") % 1_000_000)
        key = hkdf(ikm, transcript, text("SealChat_v1_LinkStep") + u8(number), 32)
        nonce = fixed("link nonce %d" % number, 24)
        payload = box(key, nonce, content)
        transcript = sha256(transcript + u8(number) + variable(content))
        steps.append({"nonce": nonce.hex(), "key": key.hex(), "plaintext": content.hex(), "payload": payload.hex()})
    return {
        "secret": secret.hex(),
        "code": crockford(secret, 16),
        "linkId": uuid_text(link_id),
        "codeKey": code_key.hex(),
        "newEphemeralSeed": new_seed.hex(),
        "oldEphemeralSeed": old_seed.hex(),
        "opening": opening.hex(),
        "deviceName": "Firefox on Linux",
        "username": "alice",
        "deviceListVersion": 3,
        "deviceListHash": list_hash.hex(),
        "dhSecret": dh_secret.hex(),
        "steps": steps,
        "sas": sas,
    }


def main():
    lists = device_lists()
    lengths = list(range(0, 70)) + [255, 256, 257, 1000, 1025, 4095, 4096, 4097, 16384, 16385, 65535, 65536, 65537]
    vectors = {
        "about": "Made by packages/crypto/python/identity_vectors.py; do not edit. Hexadecimal.",
        "deviceLists": lists,
        "authProofs": auth_proofs(lists),
        "preKeySignatures": prekey_signatures(lists),
        "padme": [[length, padme(length)] for length in lengths],
        "sealedBodies": sealed_bodies(),
        "dmIds": dm_ids(),
        "recovery": recovery(lists),
        "linking": linking(lists),
    }
    json.dump(vectors, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
