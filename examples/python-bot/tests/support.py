"""What the tests share: the frozen vectors, and two devices without a server."""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from seal_bot.curves import dh_public, random, sign_public  # noqa: E402
from seal_bot.device_list import PQ_RATCHET, Device  # noqa: E402
from seal_bot.pqxdh import Party, initiate  # noqa: E402
from seal_bot.prekeys import KEM_ONE_TIME, ONE_TIME, SIGNED  # noqa: E402
from seal_bot.prekeys import Bundle, PreKeyStore, PublicPreKey, sign_prekey  # noqa: E402
from seal_bot.sessions import Own, PeerDevice, promote  # noqa: E402

VECTORS = Path(__file__).resolve().parents[3] / "packages" / "crypto" / "vectors"
TENANT = "5ea1c4a7-0000-4000-8000-000000000001"
CONVERSATION = "c0111e00-0000-4000-8000-000000000001"


def vectors(name: str) -> Any:
    """A file of frozen vectors, made by the second implementation."""
    return json.loads((VECTORS / f"{name}.vectors.json").read_text())


def unhex(value: str) -> bytes:
    return bytes.fromhex(value)


class Phone:
    """A device with its keys."""

    def __init__(self) -> None:
        self.user_id, self.device_id = str(uuid.uuid4()), str(uuid.uuid4())
        self.dh_private, self.sign_seed = random(32), random(32)
        self.registration_id = 7
        self.store = PreKeyStore()

    def party(self) -> Party:
        return Party(self.user_id, self.device_id, dh_public(self.dh_private))

    def own(self) -> Own:
        return Own(TENANT, self.party(), self.dh_private, self.registration_id)

    def listed(self) -> Device:
        keys = dh_public(self.dh_private), sign_public(self.sign_seed)
        return Device(self.device_id, *keys, self.registration_id, PQ_RATCHET, 1)

    def record(self) -> PeerDevice:
        """What another device keeps of this one."""
        return PeerDevice(self.user_id, self.device_id, dh_public(self.dh_private), bytes(32))

    def bundle(self) -> Bundle:
        def published(kind: int) -> PublicPreKey:
            key = self.store.make(kind, 0)
            return sign_prekey(self.sign_seed, TENANT, self.user_id, self.device_id, key)

        return Bundle(
            self.device_id, self.registration_id, published(SIGNED), published(ONE_TIME), published(KEM_ONE_TIME)
        )


def begin(alice: Phone, bob: Phone, bundle: Bundle) -> PeerDevice:
    """Alice's record of Bob with a session from his bundle."""
    record = bob.record()
    session = initiate(TENANT, alice.party(), alice.dh_private, bob.party(), bob.listed(), bundle, 1)
    promote(record, session, 1)
    return record
