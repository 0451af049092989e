"""Known-answer vectors of Seal's sessions: prekeys, PQXDH, Double Ratchet and envelopes, made from docs/PROTOCOL.md.

    python3 session_vectors.py > ../vectors/session.vectors.json

This is the second implementation that the TypeScript is compared with, so it shares no code with it and does nothing
but what the document says. Everything that is random in the product is derived from a name here (`fixed`).
"""

import json
import struct
import sys

sys.dont_write_bytecode = True

from nacl.bindings import crypto_scalarmult_base
from nacl.secret import SecretBox
from nacl.signing import SigningKey

import ml_kem_768
from pq_ratchet import PqRatchet
from session_primitives import dh, fixed, hkdf, kdf_ck, sha256, u8, u32, uuid, variable

VERSION = {False: b"\x01", True: b"\x02"}
TENANT = "5ea1c4a7-0000-4000-8000-000000000001"
CONVERSATION = "c0111e00-0000-4000-8000-000000000001"
KINDS = {"signed": 1, "oneTime": 2, "kemOneTime": 3, "kemLastResort": 4}


class Device:
    def __init__(self, name, number, registration_id):
        self.name = name
        self.user_id = f"{number:08x}-0000-4000-8000-000000000001"
        self.device_id = f"{number:08x}-0000-4000-8000-000000000002"
        self.registration_id = registration_id
        self.dh_seed = fixed(name + " dh")
        self.sign_seed = fixed(name + " sign")
        self.dh_key = crypto_scalarmult_base(self.dh_seed)

    def prekey(self, kind, key_id):
        """A prekey and the signature over label, owner, kind, id and key."""
        is_kem = kind.startswith("kem")
        seed = fixed(f"{self.name} {kind} {key_id}", 64 if is_kem else 32)
        public = ml_kem_768.key_pair(seed)[0] if is_kem else crypto_scalarmult_base(seed)
        message = variable(b"SealChat_v1_PreKey") + uuid(TENANT) + uuid(self.user_id) + uuid(self.device_id)
        message += u8(KINDS[kind]) + u32(key_id) + variable(public)
        signature = SigningKey(self.sign_seed).sign(message).signature
        return {"kind": kind, "keyId": key_id, "seed": seed, "publicKey": public, "signature": signature}

    def show(self):
        return {
            "userId": self.user_id,
            "deviceId": self.device_id,
            "registrationId": self.registration_id,
            "dhSeed": self.dh_seed,
            "signSeed": self.sign_seed,
        }


# PQXDH


def associated_data(initiator, responder, kem_key, pq):
    return sha256(
        b"SealChat_v1_Session"
        + b"\x01" + initiator.dh_key
        + b"\x01" + responder.dh_key
        + uuid(TENANT)
        + uuid(initiator.user_id) + uuid(initiator.device_id)
        + uuid(responder.user_id) + uuid(responder.device_id)
        + b"\x02" + kem_key
        + u8(int(pq))
    )


def shared_secret(secrets):
    """SK and PQSK."""
    ikm = b"\xff" * 32 + b"".join(secrets)
    out = hkdf(ikm, bytes(32), b"SealChat_CURVE25519_SHA-256_ML-KEM-768", 64)
    return out[:32], out[32:]


def initiate(own, peer, signed, one_time, kem, name, pq):
    """Alice's side: what she computes, and the header she sends."""
    ephemeral, randomness = fixed(name + " ephemeral"), fixed(name + " KEM")
    ss, ciphertext = ml_kem_768.encapsulate(kem["publicKey"], randomness)
    secrets = [
        dh(own.dh_seed, signed["publicKey"]),
        dh(ephemeral, peer.dh_key),
        dh(ephemeral, signed["publicKey"]),
    ]
    if one_time is not None:
        secrets.append(dh(ephemeral, one_time["publicKey"]))
    secrets.append(ss)
    header = u32(peer.registration_id) + crypto_scalarmult_base(ephemeral) + u32(signed["keyId"])
    header += b"\x00" if one_time is None else b"\x01" + u32(one_time["keyId"])
    header += u32(kem["keyId"]) + u8(int(kem["kind"] == "kemLastResort")) + ciphertext
    sk, pqsk = shared_secret(secrets)
    return {
        "ephemeralSeed": ephemeral,
        "kemRandomness": randomness,
        "kemSharedSecret": ss,
        "secrets": secrets,
        "sharedSecret": sk,
        "pqSecret": pqsk if pq else None,
        "associatedData": associated_data(own, peer, kem["publicKey"], pq),
        "header": header,
    }


def accept(own, peer, signed, one_time, kem, header, pq):
    """Bob's side, from his private halves and the header alone."""
    base, ciphertext = header[4:36], header[-1088:]
    secrets = [dh(signed["seed"], peer.dh_key), dh(own.dh_seed, base), dh(signed["seed"], base)]
    if one_time is not None:
        secrets.append(dh(one_time["seed"], base))
    secrets.append(ml_kem_768.decapsulate(ml_kem_768.key_pair(kem["seed"])[1], ciphertext))
    return *shared_secret(secrets), associated_data(peer, own, kem["publicKey"], pq)


# Double Ratchet


def kdf_rk(root_key, dh_output):
    out = hkdf(dh_output, root_key, b"SealChat_v1_RootKey", 64)
    return out[:32], out[32:]


def message_secrets(message_key, pq_message_key, data, header):
    info = b"SealChat_v1_MessageKey" + variable(data) + variable(header)
    out = hkdf(message_key + pq_message_key, bytes(32), info, 64)
    return out[:32], out[32:]


class Session:
    """One end. `pending` is the initial header an initiator sends until it is answered."""

    def __init__(self, name, is_initiator, root_key, pq_secret, data, own_seed, pending):
        self.name, self.is_initiator, self.data, self.pending = name, is_initiator, data, pending
        self.root_key, self.own_seed = root_key, own_seed
        self.sending, self.sent, self.previous = None, 0, 0
        self.peer_key, self.receiving, self.received = None, None, 0
        self.skipped = {}
        self.turns = 0
        self.pq = None if pq_secret is None else PqRatchet(name, is_initiator, pq_secret)

    def start_sending(self, peer_key, seed):
        self.own_seed, self.previous, self.sent = seed, self.sent, 0
        self.root_key, self.sending = kdf_rk(self.root_key, dh(seed, peer_key))

    def new_seed(self):
        self.turns += 1
        return fixed(f"{self.name} ratchet key {self.turns}")

    def message_data(self, is_sender):
        direction = 0 if self.is_initiator == is_sender else 1
        return self.data + u8(direction) + uuid(CONVERSATION)

    def encrypt(self, plaintext, versions, nonce):
        self.sending, message_key = kdf_ck(self.sending)
        header = VERSION[self.pq is not None] + u32(versions[0]) + u32(versions[1])
        header += b"\x00" if self.pending is None else b"\x01" + self.pending
        header += crypto_scalarmult_base(self.own_seed) + u32(self.previous) + u32(self.sent)
        pq_header, pq_key = (b"", b"") if self.pq is None else self.pq.header()
        header += pq_header
        self.sent += 1
        key, commitment = message_secrets(message_key, pq_key, self.message_data(True), header)
        ciphertext = SecretBox(key).encrypt(plaintext, nonce).ciphertext
        shown = {
            "header": header, "messageKey": message_key, "pqMessageKey": pq_key, "key": key, "commitment": commitment,
        }
        return header + commitment + nonce + variable(ciphertext), shown

    def decrypt(self, envelope):
        """The plaintext, the new ratchet key's seed and the randomness of an encapsulation, each None without one."""
        at = 50 if envelope[9] == 0 else 50 + 4 + 32 + 4 + (5 if envelope[50] else 1) + 4 + 1 + 1088
        peer_key, previous, number = struct.unpack(">32sII", envelope[at - 40 : at])
        pq_length = 0 if envelope[0] == 1 else 9 + (0, 1184, 1088)[envelope[at]]
        pq_header = envelope[at : at + pq_length]
        header, rest = envelope[: at + pq_length], envelope[at + pq_length :]
        steps = peer_key != self.peer_key and (peer_key, number) not in self.skipped
        if steps:
            self.skip(previous)
            self.root_key, self.receiving = kdf_rk(self.root_key, dh(self.own_seed, peer_key))
            self.peer_key, self.received = peer_key, 0
        if (peer_key, number) in self.skipped:
            message_key = self.skipped.pop((peer_key, number))
        else:
            self.skip(number)
            self.receiving, message_key = kdf_ck(self.receiving)
            self.received += 1
        pq_key = b"" if self.pq is None else self.pq.key(pq_header)
        key, commitment = message_secrets(message_key, pq_key, self.message_data(False), header)
        assert commitment == rest[:32] and struct.unpack(">I", rest[56:60])[0] == len(rest) - 60
        plaintext = SecretBox(key).decrypt(rest[60:], rest[32:56])
        self.pending = None
        seed = None
        if steps:
            seed = self.new_seed()
            self.start_sending(peer_key, seed)
        return plaintext, seed, None if self.pq is None else self.pq.opened(pq_header)

    def skip(self, until):
        while self.receiving is not None and self.received < until:
            self.receiving, message_key = kdf_ck(self.receiving)
            self.skipped[self.peer_key, self.received] = message_key
            self.received += 1


# A conversation: late and lost messages, three turns each, then both ends have nothing left on the way but one.
SCRIPT = """
alice sends a0; alice sends a1; alice sends a2
bob receives a1; bob sends b0; bob sends b1; alice sends a3
alice receives b1; alice sends a4; alice sends a5
bob receives a5; bob receives a3; bob receives a0; bob sends b2
alice receives b0; alice receives b2; alice sends a6
bob receives a6; bob receives a4; bob sends b3
alice receives b3
"""


# Two epochs. In the first, messages with and without its key and ciphertext come late, and one gap has messages of both
# epochs in it. The second is offered by both sides at once.
EPOCHS = """
alice sends a0; bob receives a0; bob sends b0; alice receives b0
alice offers; alice sends a1; alice sends a2; alice sends a3; alice sends a4
bob receives a3; bob sends b1; bob sends b2; bob sends b3; bob receives a1
alice receives b3; alice sends a5
alice receives b1; alice sends a6; alice sends a7
bob receives a7; bob sends b4; bob receives a4; bob receives a6; bob receives a5
alice receives b2; alice receives b4
alice offers; bob offers; alice sends a8; bob sends b5
bob receives a8; alice receives b5; bob sends b6
alice receives b6; alice sends a9
bob receives a9; bob sends b7; alice receives b7; bob receives a2
"""


def conversation(name, alice, bob, signed, one_time, kem, pq, script):
    agreement = initiate(alice, bob, signed, one_time, kem, name, pq)
    secret, pq_secret, data = accept(bob, alice, signed, one_time, kem, agreement["header"], pq)
    pq_secret = pq_secret if pq else None
    assert (secret, pq_secret, data) == tuple(agreement[key] for key in ("sharedSecret", "pqSecret", "associatedData"))

    first = Session(f"{name} alice", True, secret, pq_secret, data, None, agreement["header"])
    agreement["ratchetSeed"] = first.new_seed()
    first.start_sending(signed["publicKey"], agreement["ratchetSeed"])
    second = Session(f"{name} bob", False, secret, pq_secret, data, signed["seed"], None)
    ends = {"alice": first, "bob": second}
    steps, envelopes = [], {}
    for line in script.replace("\n", ";").split(";"):
        if not line.strip():
            continue
        who, verb, *labels = line.split()
        label = labels[0] if labels else None
        if verb == "offers":
            steps.append({"who": who, "offers": ends[who].pq.offer()})
        elif verb == "sends":
            plaintext = f"{name} {label}: ".encode() + fixed(f"{name} {label}", 1 + len(envelopes) * 9)
            versions = [len(envelopes) + 1, 0xFFFFFFFF - len(envelopes)]
            nonce = fixed(f"{name} {label} nonce", 24)
            envelopes[label], shown = ends[who].encrypt(plaintext, versions, nonce)
            steps.append({
                "who": who, "sends": label, "listVersions": versions, "nonce": nonce, "plaintext": plaintext,
                **shown, "envelope": envelopes[label],
            })
        else:
            plaintext, seed, randomness = ends[who].decrypt(envelopes[label])
            assert plaintext.startswith(f"{name} {label}: ".encode())
            steps.append({"who": who, "receives": label, "ratchetSeed": seed, "kemRandomness": randomness})
    if pq and script is EPOCHS:
        assert first.pq.sending == second.pq.sending == 2
    use = sha256(
        b"SealChat_v1_LastResortUse" + u32(kem["keyId"]) + u32(signed["keyId"]) + agreement["header"][4:36]
    )[:16]
    return {
        "name": name,
        "pqRatchet": pq,
        "preKeys": [key for key in (signed, kem, one_time) if key is not None],
        "agreement": agreement,
        "steps": steps,
        "lastResortUse": use if kem["kind"] == "kemLastResort" else None,
    }


def hexadecimal(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: hexadecimal(each) for key, each in value.items()}
    if isinstance(value, list):
        return [hexadecimal(each) for each in value]
    return value


def main():
    alice, bob = Device("alice", 0xA11CE, 1), Device("bob", 0xB0B, 0xFFFFFFFF)
    signed, one_time = bob.prekey("signed", 1), bob.prekey("oneTime", 0xFFFFFFFF)
    vectors = {
        "about": "Made by packages/crypto/python/session_vectors.py; do not edit. Hexadecimal.",
        "tenantId": TENANT,
        "conversationId": CONVERSATION,
        "alice": alice.show(),
        "bob": bob.show(),
        "conversations": [
            conversation("full", alice, bob, signed, one_time, bob.prekey("kemOneTime", 7), True, SCRIPT),
            conversation("last resort", alice, bob, signed, None, bob.prekey("kemLastResort", 2), False, SCRIPT),
            conversation("epochs", alice, bob, signed, one_time, bob.prekey("kemOneTime", 8), True, EPOCHS),
        ],
    }
    json.dump(hexadecimal(vectors), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
