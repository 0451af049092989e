"""Messages that could not be opened, on both sides (docs/API.md, _Sending in a DM_)."""

from __future__ import annotations

from . import sessions
from .api import Api, b64
from .claiming import start_sessions
from .directory import Directory
from .errors import SealError
from .register import now_ms
from .state import Store

HOUR = 3_600_000
ASK_AGAIN = (HOUR, 12 * HOUR, 48 * HOUR)
MAX_RETRIES = 3


def answer_retry(
    api: Api, store: Store, directory: Directory, conversation_id: str, seq: int, user_id: str, device_id: str
) -> bool:
    """Encrypts the key of a message again for a device that could not open it, where its key is the same."""
    sent = next(
        (each for each in store.state.sent if (each.conversation_id, each.seq) == (conversation_id, seq)),
        None,
    )
    device = directory.device_of(user_id, device_id)
    to = None if sent is None else sent.devices.get(device_id)
    if sent is None or to is None or to.dh_key != device.dh_key or to.retries >= MAX_RETRIES:
        return False
    to.retries += 1
    account, record = store.account(), directory.record_of(user_id, device)
    if not record.sessions or record.sessions[0].base_key == to.base_key:
        # The session that failed: a new one takes its place, so seldom that two devices cannot keep each other busy.
        if now_ms() - record.reset_at < HOUR:
            return False
        record.reset_at = now_ms()
        start_sessions(api, store, directory, user_id, [device])
    versions = (directory.list_of(account.user_id).version, directory.list_of(user_id).version)
    envelope = sessions.encrypt(record, sent.key_message, conversation_id, versions, now_ms())
    store.commit()
    given = {"conversationId": conversation_id, "seq": seq, "deviceId": device_id, "envelope": b64(envelope)}
    api.mutate("messages.retry", given)
    return True


def ask_for_unread(api: Api, store: Store) -> None:
    """Asks the senders of what could not be opened: at once, after an hour, half a day and two days."""
    now = now_ms()
    for conversation in store.state.conversations.values():
        for unread in [each for each in conversation.unread if each.ask_at is not None and each.ask_at <= now]:
            given = {"conversationId": conversation.conversation_id, "seq": unread.seq}
            delay = ASK_AGAIN[unread.requests] if unread.requests < len(ASK_AGAIN) else None
            try:
                api.mutate("messages.requestRetry", given)
            except SealError as error:
                if error.code in ("OFFLINE", "UNAVAILABLE"):
                    raise
                delay = None
            unread.requests += 1
            unread.ask_at = None if delay is None else now + delay
            store.commit()
