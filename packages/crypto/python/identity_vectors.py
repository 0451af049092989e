"""Known-answer vectors of Seal's identity layer, made from docs/PROTOCOL.md with PyNaCl and the standard library.

    python3 identity_vectors.py > ../vectors/identity.vectors.json

This is the second implementation that the TypeScript is compared with, so it shares no code with it and does nothing
but what the document says. Everything that is random in the product is derived from a name here (`fixed`).
"""

import hashlib
import hmac
import json
import sys

from nacl import pwhash
from nacl.bindings import crypto_scalarmult, crypto_scalarmult_base
from nacl.secret import SecretBox
from nacl.signing import SigningKey

import hpke_x_wing
from codes import crc12, crockford
from wire import BODY_VERSION, VERSION, box, context, hkdf, pad, padme, sha256, sign, text, u8, u32, u53, uuid, uuid_text, variable

TENANT = "5ea1c4a7-0000-4000-8000-000000000001"
ALICE = "a11ce000-0000-4000-8000-000000000001"
CONVERSATION = "c0111e00-0000-4000-8000-000000000001"
CHALLENGE = "c4a11e00-0000-4000-8000-000000000001"
MESSAGE = "3e55a9e0-0000-4000-8000-00000000000%d"


def fixed(name, length=32):
    """Bytes that stand for random ones."""
    return hashlib.shake_256(b"seal identity vectors: " + name.encode()).digest(length)


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


def public_of(seed):
    return bytes(SigningKey(seed).verify_key)


def certificate(identity_seed, number, account_key, previous_hash):
    content = VERSION + uuid(TENANT) + uuid(ALICE) + public_of(identity_seed) + u32(number) + account_key + previous_hash
    return content, sign(identity_seed, text("SealChat_v1_AccountKey") + variable(content))


def device_labels(archive, labels, nonce):
    epoch, secret = archive
    content = u8(len(labels))
    for device_id, added_at, name in labels:
        content += uuid(device_id) + u53(added_at) + text(name)
    info = text("SealChat_v1_DeviceLabels") + uuid(TENANT) + uuid(ALICE) + u32(epoch)
    return box(hkdf(secret, bytes(32), info, 32), nonce, pad(content))


def device_list(signed_certificate, version, previous_hash, issued_at, author, archive_epoch, labels, vault, devices):
    content = b"\x02" + uuid(TENANT) + uuid(ALICE) + b"\x01" + text("alice")
    content += variable(signed_certificate[0]) + signed_certificate[1]
    content += u32(version) + previous_hash + u53(issued_at) + uuid(author)
    content += u32(archive_epoch) + variable(labels) + u32(vault[0]) + vault[1] + u8(len(devices))
    for each in sorted(devices, key=lambda d: d["deviceId"]):
        content += uuid(each["deviceId"]) + bytes.fromhex(each["dhKey"]) + bytes.fromhex(each["signKey"])
        content += u32(each["registrationId"]) + u32(1) + u32(each["addedIn"])
    return content


def device_lists():
    identity_seed = fixed("alice identity")
    account_seeds = [fixed("alice account"), fixed("alice second account")]
    archives, vaults = [[(i, fixed("%s %d" % (name, i))) for i in (1, 2)] for name in ("archive", "vault")]
    laptop = device("laptop", "d0000000-0000-4000-8000-000000000002", 0x01020304, 1)
    phone = device("phone", "d0000000-0000-4000-8000-000000000001", 0xFFFFFFFF, 2)
    first = certificate(identity_seed, 1, public_of(account_seeds[0]), bytes(32))
    second = certificate(identity_seed, 2, public_of(account_seeds[1]), sha256(first[0]))
    start = 1_700_000_000_000
    names = [(laptop["deviceId"], start + 1, "Firefox on Linux"), (phone["deviceId"], start + 2, "Grüße")]
    steps = [
        (0, first, laptop, [laptop], names[:1]),
        (0, first, phone, [laptop, phone], names),
        (1, second, phone, [phone], names[1:]),
    ]
    versions = []
    previous_hash = bytes(32)
    for number, (key, signed_certificate, author, devices, labels) in enumerate(steps, start=1):
        nonce = fixed("labels nonce %d" % number, 24)
        sealed = device_labels(archives[key], labels, nonce)
        rest = (author["deviceId"], archives[key][0], sealed, vaults[key], devices)
        content = device_list(signed_certificate, number, previous_hash, start + number, *rest)
        previous_hash = sha256(content)
        signature = sign(account_seeds[key], text("SealChat_v2_DeviceList") + variable(content))
        versions.append(
            {
                "labelsNonce": nonce.hex(),
                "bytes": content.hex(),
                "hash": previous_hash.hex(),
                "signature": signature.hex(),
            }
        )
    return {
        "tenantId": TENANT,
        "userId": ALICE,
        "username": "alice",
        "identitySeed": identity_seed.hex(),
        "accountSeeds": [seed.hex() for seed in account_seeds],
        "archiveKeys": [secret.hex() for _, secret in archives],
        "certificates": [{"bytes": c.hex(), "signature": s.hex()} for c, s in (first, second)],
        "names": [name for _, _, name in names],
        "vaultHashes": [digest.hex() for _, digest in vaults],
        "devices": {"laptop": laptop, "phone": phone},
        "issuedAt": [start + 1, start + 2, start + 3],
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


def new_device(each):
    return (
        uuid(each["deviceId"])
        + bytes.fromhex(each["dhKey"])
        + bytes.fromhex(each["signKey"])
        + u32(each["registrationId"])
    )


def join_consent(lists):
    laptop, phone = lists["devices"]["laptop"], lists["devices"]["phone"]
    message = text("SealChat_v1_JoinConsent") + uuid(TENANT) + uuid(ALICE) + uuid(laptop["deviceId"])
    message += new_device(phone)
    return {"input": message.hex(), "signature": sign(bytes.fromhex(laptop["signSeed"]), message).hex()}


def unlock_proofs(lists, unlock_seed):
    proofs = []
    for code, purpose in enumerate(("open", "join"), start=1):
        list_hash = bytes(32) if purpose == "open" else bytes.fromhex(lists["versions"][1]["hash"])
        message = text("SealChat_v1_UnlockProof") + u8(code) + uuid(TENANT) + uuid(CHALLENGE) + fixed("challenge")
        message += list_hash
        proofs.append({"purpose": purpose, "input": message.hex(), "signature": sign(unlock_seed, message).hex()})
    return proofs


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


# Account secrets and the vault


def secrets(seed, archive):
    return VERSION + seed + u32(archive[0]) + archive[1]


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


def key_share_id():
    digest = bytearray(sha256(text("SealChat_v1_KeyShare") + uuid(TENANT) + uuid(ALICE))[:16])
    digest[6] = digest[6] & 0x0F | 0x40
    digest[8] = digest[8] & 0x3F | 0x80
    return uuid_text(bytes(digest))


METHOD = "5ea1ed00-0000-4000-8000-000000000001"


def vault(lists):
    identity_seed = bytes.fromhex(lists["identitySeed"])
    identity_key = public_of(identity_seed)
    secret, salt = fixed("recovery code", 16), fixed("recovery salt", 16)
    code = crockford(secret + (crc12(secret) << 4).to_bytes(2, "big"), 28)
    memory_kib, iterations, parallelism = 65536, 3, 1
    parameters = u32(memory_kib) + u32(iterations) + u8(parallelism)
    stretched = pwhash.argon2id.kdf(32, secret, salt, opslimit=iterations, memlimit=memory_kib * 1024)
    info = text("SealChat_v1_VaultKey") + u8(1) + parameters + uuid(TENANT) + uuid(ALICE) + uuid(METHOD)
    key = hkdf(stretched, salt, info, 32)
    unlock_seed = hkdf(secret, bytes(32), text("SealChat_v1_UnlockKey") + uuid(TENANT), 32)
    binding_key = hkdf(key, bytes(32), text("SealChat_v1_VaultBinding"), 32)
    binding = hmac.digest(binding_key, uuid(TENANT) + uuid(ALICE) + uuid(METHOD) + identity_key, "sha256")
    public, created_at = hpke_x_wing.public_key(key), 1_700_000_000_001
    params = parameters + salt + public_of(unlock_seed)
    method = VERSION + uuid(METHOD) + u8(1) + u53(created_at) + text("") + variable(params) + public + binding
    versions, previous_hash, links = [], bytes(32), b""
    for epoch in (1, 2):
        archive = (epoch, bytes.fromhex(lists["archiveKeys"][epoch - 1]))
        plaintext = VERSION + identity_seed + secrets(bytes.fromhex(lists["accountSeeds"][epoch - 1]), archive)
        ephemeral, message = fixed("vault ephemeral %d" % epoch), fixed("vault message %d" % epoch)
        info = text("SealChat_v1_VaultMethod") + uuid(TENANT) + uuid(ALICE) + uuid(METHOD) + u32(epoch)
        enc, ciphertext = hpke_x_wing.seal(public, ephemeral, message, info, plaintext)
        record = method + variable(VERSION + variable(enc) + variable(ciphertext))
        link_nonce = fixed("link nonce", 24)
        if epoch == 2:
            link_info = text("SealChat_v1_ArchiveLink") + uuid(TENANT) + uuid(ALICE) + u32(2)
            link_key = hkdf(archive[1], bytes(32), link_info, 32)
            former = bytes.fromhex(lists["archiveKeys"][0])
            links = u32(1) + variable(box(link_key, link_nonce, former))
        content = VERSION + uuid(TENANT) + uuid(ALICE) + identity_key + u32(epoch) + previous_hash
        content += u53(1_700_000_000_000 + epoch) + u32(epoch) + u8(epoch - 1) + links + u8(1) + sha256(record)
        previous_hash = sha256(content)
        versions.append(
            {
                "ephemeral": ephemeral.hex(),
                "message": message.hex(),
                "linkNonce": link_nonce.hex(),
                "plaintext": plaintext.hex(),
                "record": record.hex(),
                "bytes": content.hex(),
                "signature": sign(identity_seed, text("SealChat_v1_Vault") + variable(content)).hex(),
            }
        )
    return {
        "secret": secret.hex(),
        "code": code,
        "methodId": METHOD,
        "salt": salt.hex(),
        "createdAt": created_at,
        "key": key.hex(),
        "unlockSeed": unlock_seed.hex(),
        "unlockProofs": unlock_proofs(lists, unlock_seed),
        "versions": versions,
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

    phone, laptop = lists["devices"]["phone"], lists["devices"]["laptop"]
    opened = new_key + new_device(phone) + opening
    commitment = sha256(text("SealChat_v1_LinkCommitment") + link_id + opened)
    seed, list_hash = bytes.fromhex(lists["accountSeeds"][0]), bytes.fromhex(lists["versions"][0]["hash"])
    identity_key = public_of(bytes.fromhex(lists["identitySeed"]))
    account = secrets(seed, (1, bytes.fromhex(lists["archiveKeys"][0])))
    consent = bytes.fromhex(join_consent(lists)["signature"])
    grant = uuid(TENANT) + uuid(ALICE) + b"\x01" + text("alice") + identity_key + account + u32(1) + list_hash
    grant += uuid(laptop["deviceId"]) + consent
    contents = [
        commitment + text("Firefox on Linux"),
        old_key,
        opened,
        grant,
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
        "deviceListVersion": 1,
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
        "joinConsent": join_consent(lists),
        "keyShareId": key_share_id(),
        "vault": vault(lists),
        "linking": linking(lists),
    }
    json.dump(vectors, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
