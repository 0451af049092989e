"""Keeps prekeys published (PROTOCOL, _Prekeys_): private halves are on the disk before the public ones leave."""

from __future__ import annotations

from typing import Any

from .api import Api, b64
from .prekeys import (
    KEM_LAST_RESORT,
    KEM_ONE_TIME,
    ONE_TIME,
    REFILL_AT,
    SIGNED,
    STOCK,
    PreKey,
    sign_prekey,
)
from .register import now_ms
from .state import Store


def keep_stock(api: Api, store: Store, *, replace: bool = False) -> None:
    """Publishes what the server lacks: signed and last-resort keys that are due, and one-time keys below 20.

    With `replace` all of them are new, and the server deletes what it had.
    """
    status, now = api.query("preKeys.status"), now_ms()
    if replace:
        store.state.prekeys.skip_ids()
    signed = _due(store, SIGNED, status["signedPreKeyId"], now, replace)
    last_resort = _due(store, KEM_LAST_RESORT, status["lastResortKemPreKeyId"], now, replace)
    one_time = _refill(store, ONE_TIME, 0 if replace else len(status["oneTimePreKeyIds"]), now)
    kem = _refill(store, KEM_ONE_TIME, 0 if replace else len(status["oneTimeKemPreKeyIds"]), now)
    if not (signed or last_resort or one_time or kem):
        return
    store.commit()
    given: dict[str, Any] = {
        "signedPreKey": None if signed is None else _public(store, signed),
        "lastResortKemPreKey": None if last_resort is None else _public(store, last_resort),
        "oneTimePreKeys": [_public(store, key) for key in one_time],
        "oneTimeKemPreKeys": [_public(store, key) for key in kem],
    }
    api.mutate("preKeys.publish", {**given, "replaceStock": True} if replace else given)


def _due(store: Store, kind: int, published: int | None, now: int, replace: bool) -> PreKey | None:
    """A new key where the present one is too old, or is not the one that the server has."""
    return store.state.prekeys.rotate(kind, now, None if replace else published)


def _refill(store: Store, kind: int, left: int, now: int) -> list[PreKey]:
    return [store.state.prekeys.make(kind, now) for _ in range(STOCK - left)] if left < REFILL_AT else []


def _public(store: Store, key: PreKey) -> dict[str, Any]:
    account = store.account()
    public = sign_prekey(account.sign_seed, account.tenant_id, account.user_id, account.device_id, key)
    return {"keyId": public.key_id, "publicKey": b64(public.public), "signature": b64(public.signature)}
