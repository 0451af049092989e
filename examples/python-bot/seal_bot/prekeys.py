"""Prekeys (PROTOCOL, _Prekeys_): made, signed, verified, and deleted after use."""

from __future__ import annotations

from dataclasses import dataclass, field

from wire import sha256, sign, text, u8, u32, uuid, variable

from .curves import dh_public, random, verify
from .errors import SealError, require
from .kem import kem_public

SIGNED, ONE_TIME, KEM_ONE_TIME, KEM_LAST_RESORT = 1, 2, 3, 4
STOCK, REFILL_AT, MAX_PRIVATE = 100, 20, 2_000
HOUR = 3_600_000
ROTATE_AFTER, KEEP_AFTER = 48 * HOUR, 7 * 24 * HOUR
LAST_RESORT_USES = 10_000


@dataclass
class PreKey:
    """A prekey of this device; `private` is 32 bytes, or the seed of 64 bytes of a KEM key."""

    kind: int
    key_id: int
    private: bytes
    created_at: int
    replaced_at: int | None = None

    def public(self) -> bytes:
        return kem_public(self.private) if self.kind in (KEM_ONE_TIME, KEM_LAST_RESORT) else dh_public(self.private)


@dataclass
class PreKeyStore:
    """All private halves, the next id (none is used twice), and who has used a last-resort key."""

    next_id: int = 1
    keys: list[PreKey] = field(default_factory=list)
    last_resort_uses: dict[str, int] = field(default_factory=dict)

    def make(self, kind: int, now: int) -> PreKey:
        """Makes a prekey and keeps it."""
        size = 64 if kind in (KEM_ONE_TIME, KEM_LAST_RESORT) else 32
        key = PreKey(kind, self.next_id, random(size), now)
        self.next_id += 1
        self.keys.append(key)
        if kind in (ONE_TIME, KEM_ONE_TIME):
            for old in [each for each in self.keys if each.kind == kind][:-MAX_PRIVATE]:
                self.keys.remove(old)
        return key

    def find(self, kind: int, key_id: int) -> PreKey:
        """The private half of that id. Raises UNKNOWN_PREKEY."""
        found = next((each for each in self.keys if each.kind == kind and each.key_id == key_id), None)
        if found is None:
            raise SealError("UNKNOWN_PREKEY")
        return found

    def skip_ids(self) -> None:
        """Goes on far above every id that a state which was lost can have used."""
        self.next_id += 1_000_000

    def rotate(self, kind: int, now: int, published: int | None) -> PreKey | None:
        """A new key where the published one is not the present one, or is older than 48 hours.

        Deletes those that were replaced more than 7 days ago.
        """
        kept = [each for each in self.keys if each.kind == kind]
        self.keys = [
            each for each in self.keys if each.replaced_at is None or now < each.replaced_at + KEEP_AFTER
        ]
        present = next((each for each in kept if each.replaced_at is None), None)
        is_young = present is not None and abs(now - present.created_at) < ROTATE_AFTER
        if is_young and present is not None and present.key_id == published:
            return None
        if present is not None:
            present.replaced_at = now
        return self.make(kind, now)

    def record_last_resort(self, kem_id: int, signed_id: int, base_key: bytes) -> None:
        """Records one use of a last-resort key. Raises REPLAYED or UNKNOWN_PREKEY."""
        use = sha256(b"SealChat_v1_LastResortUse" + u32(kem_id) + u32(signed_id) + base_key)[:16].hex()
        require(use not in self.last_resort_uses, "REPLAYED")
        uses = sum(each == kem_id for each in self.last_resort_uses.values())
        require(uses < LAST_RESORT_USES, "UNKNOWN_PREKEY", "a last-resort key that was used too often")
        self.last_resort_uses[use] = kem_id


def signed_input(tenant_id: str, user_id: str, device_id: str, kind: int, key_id: int, public: bytes) -> bytes:
    """What the device's signing key signs of a prekey."""
    owner = uuid(tenant_id) + uuid(user_id) + uuid(device_id)
    return text("SealChat_v1_PreKey") + owner + u8(kind) + u32(key_id) + variable(public)


@dataclass(frozen=True)
class PublicPreKey:
    """A prekey of another device, of which nothing was checked yet."""

    kind: int
    key_id: int
    public: bytes
    signature: bytes


@dataclass(frozen=True)
class Bundle:
    """What `preKeys.claim` gives for one device."""

    device_id: str
    registration_id: int
    signed: PublicPreKey
    one_time: PublicPreKey | None
    kem: PublicPreKey

    def verify(self, tenant_id: str, user_id: str, sign_key: bytes) -> None:
        """Checks every signature. Raises BAD_SIGNATURE."""
        for key in (self.signed, self.one_time, self.kem):
            if key is not None:
                content = signed_input(tenant_id, user_id, self.device_id, key.kind, key.key_id, key.public)
                verify(sign_key, content, key.signature)


def sign_prekey(sign_seed: bytes, tenant_id: str, user_id: str, device_id: str, key: PreKey) -> PublicPreKey:
    """The public half of a prekey with its signature."""
    public = key.public()
    content = signed_input(tenant_id, user_id, device_id, key.kind, key.key_id, public)
    return PublicPreKey(key.kind, key.key_id, public, sign(sign_seed, content))
