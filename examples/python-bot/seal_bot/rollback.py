"""Finds out whether this device's state is an old copy (PROTOCOL, _Rollback_; docs/API.md, _The mailbox_)."""

from __future__ import annotations

from .api import Api
from .curves import random
from .sending import JUMP
from .state import Store
from .stock import keep_stock

ROUNDS = 3


def check_rollback(api: Api, store: Store) -> bool:
    """Reports a higher number than the last. Where the server has seen a later one, begins new sessions.

    The answer is whether the state was rolled back; its conversations may lack what came meanwhile.
    """
    is_newest = _tell(api, store.state.checkpoint) and _raise(api, store, 1 + random(1)[0])
    if is_newest:
        return False
    print("the state is an old copy: beginning new sessions", flush=True)
    for record in store.state.devices.values():
        record.sessions = []
    for message in store.state.outbox:
        message.envelopes, message.versions = {}, {}
    keep_stock(api, store, replace=True)
    for _ in range(ROUNDS):
        if _raise(api, store, JUMP):
            break
    return True


def _raise(api: Api, store: Store, step: int) -> bool:
    """Reports a number that is on the disk already. Answers whether the server has seen no higher one."""
    store.state.checkpoint += step
    store.commit()
    return _tell(api, store.state.checkpoint)


def _tell(api: Api, number: int) -> bool:
    return not api.mutate("devices.checkpoint", {"rev": number})["rollback"]
