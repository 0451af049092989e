"""Sessions: the vectors' envelopes open, and two devices understand each other over loss and disorder."""

from __future__ import annotations

import dataclasses
import json
import random as chance
import unittest

from support import CONVERSATION, Phone, begin, unhex, vectors

from seal_bot import sessions
from seal_bot.curves import dh_public, random
from seal_bot.envelope import decode_envelope
from seal_bot.errors import SealError
from seal_bot.persist import from_json, to_json
from seal_bot.pqxdh import Party
from seal_bot.prekeys import PreKey, PreKeyStore
from seal_bot.sessions import Own, PeerDevice


def party_of(given: dict[str, str]) -> Party:
    return Party(given["userId"], given["deviceId"], dh_public(unhex(given["dhSeed"])))


KINDS = {"signed": 1, "oneTime": 2, "kemOneTime": 3, "kemLastResort": 4}


class Vectors(unittest.TestCase):
    def test_the_first_envelopes_of_the_vectors_open(self) -> None:
        given = vectors("session")
        alice, bob = given["alice"], given["bob"]
        for talk in [each for each in given["conversations"] if each["pqRatchet"]]:
            store = PreKeyStore()
            store.keys = [PreKey(KINDS[k["kind"]], k["keyId"], unhex(k["seed"]), 0) for k in talk["preKeys"]]
            own = Own(given["tenantId"], party_of(bob), unhex(bob["dhSeed"]), bob["registrationId"])
            record = PeerDevice(alice["userId"], alice["deviceId"], party_of(alice).dh_key, bytes(32))
            sent = {step["sends"]: step for step in talk["steps"] if "sends" in step and step["who"] == "alice"}
            for step in talk["steps"]:
                if step["who"] == "bob" and "sends" in step:
                    break
                if step["who"] == "bob" and "receives" in step:
                    envelope = decode_envelope(unhex(sent[step["receives"]]["envelope"]))
                    opened = sessions.decrypt(record, store, own, envelope, given["conversationId"], 1)
                    self.assertEqual(opened, unhex(sent[step["receives"]]["plaintext"]))


class TwoDevices(unittest.TestCase):
    def refused(self, code: str, record: PeerDevice, phone: Phone, envelope: bytes) -> None:
        with self.assertRaises(SealError) as raised:
            receive(record, phone, envelope)
        self.assertEqual(raised.exception.code, code)

    def test_messages_arrive_over_loss_and_disorder_and_restarts_and_epochs_change(self) -> None:
        chance.seed(1)
        phones = Phone(), Phone()
        records = [begin(*phones, phones[1].bundle()), phones[0].record()]
        on_the_way: tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]] = ([], [])
        for step in range(600):
            who = chance.randrange(2)
            if step % 97 == 0:
                records = [from_json(PeerDevice, json.loads(json.dumps(to_json(each)))) for each in records]
            if chance.random() < 0.5 and records[who].sessions:
                said = random(65)
                on_the_way[1 - who].append((said, send(records[who], said)))
            elif on_the_way[who] and chance.random() < 0.1:
                on_the_way[who].pop()
            elif on_the_way[who]:
                said, envelope = on_the_way[who].pop(chance.randrange(min(4, len(on_the_way[who]))))
                self.assertEqual(receive(records[who], phones[who], envelope), said)
        self.assertGreaterEqual(min(each.sessions[0].pq.epoch for each in records), 1)

    def test_an_offered_key_goes_with_the_next_three_messages_and_then_with_every_32nd(self) -> None:
        alice, bob = Phone(), Phone()
        to_bob, to_alice = begin(alice, bob, bob.bundle()), alice.record()
        receive(to_alice, bob, send(to_bob, b"one"))
        receive(to_bob, alice, send(to_alice, b"two"))
        kinds = [decode_envelope(send(to_bob, b"more")).pq.kind for _ in range(50 + 66)]
        self.assertEqual([at - kinds.index(1) for at, kind in enumerate(kinds) if kind == 1], [0, 1, 2, 32, 64])

    def test_a_duplicate_is_told_and_a_changed_envelope_opens_nowhere(self) -> None:
        alice, bob = Phone(), Phone()
        to_bob, to_alice = begin(alice, bob, bob.bundle()), alice.record()
        first, second = send(to_bob, b"one"), send(to_bob, b"two")
        # Version, list version, ratchet key, commitment and the last byte of the ciphertext.
        for at in (0, 5, 1150, len(second) - 79, len(second) - 1):
            changed = second[:at] + bytes([second[at] ^ 1]) + second[at + 1 :]
            with self.assertRaises(SealError):
                receive(to_alice, bob, changed)
        self.assertEqual(receive(to_alice, bob, second), b"two")
        self.assertEqual(receive(to_alice, bob, first), b"one")
        self.refused("DUPLICATE_MESSAGE", to_alice, bob, first)

    def test_one_time_keys_are_deleted_with_the_first_message_that_opens_and_not_before(self) -> None:
        alice, bob = Phone(), Phone()
        bundle = bob.bundle()
        to_bob, to_alice = begin(alice, bob, bundle), alice.record()
        envelope = send(to_bob, b"one")
        with self.assertRaises(SealError):
            receive(to_alice, bob, envelope[:-1] + bytes([envelope[-1] ^ 1]))
        self.assertEqual(len(bob.store.keys), 3)
        receive(to_alice, bob, envelope)
        self.assertEqual([each.kind for each in bob.store.keys], [1])
        again = begin(Phone(), bob, bundle)
        self.refused("UNKNOWN_PREKEY", Phone().record(), bob, send(again, b"two"))

    def test_a_bundle_with_a_key_that_its_device_did_not_sign_is_refused_before_anything_is_computed(self) -> None:
        alice, bob, mallory = Phone(), Phone(), Phone()
        honest, other = bob.bundle(), mallory.bundle()
        for part in ("signed", "one_time", "kem"):
            with self.assertRaises(SealError) as raised:
                begin(alice, bob, dataclasses.replace(honest, **{part: getattr(other, part)}))
            self.assertEqual(raised.exception.code, "BAD_SIGNATURE")
        with self.assertRaises(SealError) as raised:
            begin(alice, bob, dataclasses.replace(honest, registration_id=8))
        self.assertEqual(raised.exception.code, "UNVERIFIED_DEVICE")


def send(record: PeerDevice, said: bytes) -> bytes:
    return sessions.encrypt(record, said, CONVERSATION, (1, 1), 2)


def receive(record: PeerDevice, phone: Phone, envelope: bytes) -> bytes:
    return sessions.decrypt(record, phone.store, phone.own(), decode_envelope(envelope), CONVERSATION, 2)


if __name__ == "__main__":
    unittest.main()
