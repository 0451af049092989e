"""The way out (docs/API.md, _Sending in a DM_): written down, encrypted, written down again, sent, accounted for."""

from __future__ import annotations

from typing import Any

from wire import sha256

from . import sessions, transcript
from .api import Api, b64, unb64
from .body import Body, Claim, seal
from .claiming import start_sessions
from .directory import Directory
from .errors import PASSING, SealError, require
from .register import new_id, now_ms
from .state import Conversation, Outgoing, Sent, SentTo, Store

NO_ENVELOPE = b"\x01"
ATTEMPTS = 3
JUMP = 1_000_000_000


class Outbox:
    """Sends what is in the state's outbox, in order."""

    def __init__(self, api: Api, store: Store, directory: Directory) -> None:
        self.api = api
        self.store = store
        self.directory = directory
        #: Conversations in which nothing is sent before the next start, as something there is not in order.
        self.held: set[str] = set()

    def put(self, conversation: Conversation, kind: int, payload: bytes, lifetime: int | None = None) -> None:
        """Adds a message; the caller commits."""
        message = Outgoing(conversation.conversation_id, new_id(), kind, payload, lifetime)
        self.store.state.outbox.append(message)

    def flush(self) -> None:
        """Sends everything in order. What a conversation does not allow holds that conversation alone."""
        for message in list(self.store.state.outbox):
            if message.conversation_id in self.held:
                continue
            try:
                self._send(message)
            except SealError as error:
                if error.code in (*PASSING, "DEVICE_REVOKED"):
                    raise
                print(f"{error}: nothing is sent in this conversation", flush=True)
                self.held.add(message.conversation_id)

    def _send(self, message: Outgoing) -> None:
        conversation = self.store.state.conversations[message.conversation_id]
        for attempt in range(ATTEMPTS + 1):
            try:
                if not message.envelopes:
                    self._prepare(message, conversation, is_last=attempt >= ATTEMPTS - 1)
                answer = self.api.mutate("messages.send", _wire(message))
            except SealError as error:
                if error.code not in ("DEVICE_LIST_STALE", "NO_SESSION") or attempt == ATTEMPTS:
                    raise
                self.directory.refresh([self.store.account().user_id, conversation.peer_id])
                message.envelopes, message.versions = {}, {}
                continue
            self._accepted(message, conversation, answer)
            return

    def _prepare(self, message: Outgoing, conversation: Conversation, is_last: bool) -> None:
        """Seals the body once, and encrypts its key for every device; on the disk when it returns."""
        account = self.store.account()
        for user_id in (conversation.peer_id, account.user_id):
            self.directory.list_of(user_id)
        self._require_no_claim(conversation)
        if not message.sealed:
            self._seal(message, conversation)
        people = conversation.peer_id, account.user_id
        versions = {user_id: self.directory.list_of(user_id).version for user_id in people}
        envelopes: dict[str, bytes] = {}
        for user_id in people:
            envelopes |= self._encrypt_for(user_id, message, (versions[account.user_id], versions[user_id]), is_last)
        message.versions, message.envelopes = versions, envelopes
        self.store.commit()

    def _require_no_claim(self, conversation: Conversation) -> None:
        for user_id in (conversation.peer_id, self.store.account().user_id):
            peer = self.store.state.peers[user_id]
            if peer.claimed is not None and peer.claimed_in == conversation.conversation_id:
                self.directory.refresh([user_id])
            held = peer.claimed is not None and peer.claimed_in == conversation.conversation_id
            require(not held, "DEVICE_LIST_REJECTED", "the server does not show a list that the other side has seen")

    def _seal(self, message: Outgoing, conversation: Conversation) -> None:
        rollbacks = self.store.state.checkpoint // JUMP
        conversation.counter = max(conversation.counter, rollbacks * JUMP) + 1
        message.counter = conversation.counter
        has = conversation.transcript
        body = Body(
            message.message_id,
            message.conversation_id,
            now_ms(),
            message.counter,
            message.kind,
            message.payload,
            None if has.value is None else Claim(has.up_to, has.value),
            conversation.accepted,
        )
        message.sealed, message.key_message = seal(body)

    def _encrypt_for(
        self, user_id: str, message: Outgoing, versions: tuple[int, int], is_last: bool
    ) -> dict[str, bytes]:
        """The envelopes for a person's devices, but for this one. Raises NO_SESSION unless it is the last attempt."""
        account, now = self.store.account(), now_ms()
        devices = [
            each for each in self.directory.list_of(user_id).devices if each.device_id != account.device_id
        ]
        without = [
            each
            for each in devices
            if sessions.sending_session(self.directory.record_of(user_id, each), now) is None
        ]
        if without:
            start_sessions(self.api, self.store, self.directory, user_id, without)
        envelopes: dict[str, bytes] = {}
        for each in devices:
            record = self.directory.record_of(user_id, each)
            try:
                envelope = sessions.encrypt(record, message.key_message, message.conversation_id, versions, now)
            except SealError as error:
                if error.code != "NO_SESSION" or not is_last:
                    raise
                envelope = NO_ENVELOPE
            envelopes[each.device_id] = envelope
        return envelopes

    def _accepted(self, message: Outgoing, conversation: Conversation, answer: dict[str, Any]) -> None:
        """Counts the message in its place. One whose place has another body was sealed in a lost time."""
        account, state = self.store.account(), self.store.state
        body_hash = sha256(message.sealed)
        stored = unb64(answer["bodyHash"]) if answer.get("bodyHash") else body_hash
        if stored == body_hash:
            conversation.accepted = max(conversation.accepted, message.counter)
        entry = transcript.Entry(message.message_id, account.user_id, account.device_id, stored)
        for problem in transcript.add(conversation.transcript, answer["seq"], entry, None):
            print(problem, flush=True)
        records = [state.devices[each] for each in message.envelopes]
        devices = {
            each.device_id: SentTo(each.dh_key, each.sessions[0].base_key if each.sessions else b"") for each in records
        }
        state.sent.append(Sent(message.conversation_id, answer["seq"], message.key_message, devices))
        state.outbox.remove(message)
        self.store.commit()


def _wire(message: Outgoing) -> dict[str, Any]:
    given: dict[str, Any] = {
        "conversationId": message.conversation_id,
        "messageId": message.message_id,
        "deviceLists": [{"userId": each, "version": version} for each, version in message.versions.items()],
        "body": b64(message.sealed),
        "envelopes": [{"deviceId": each, "envelope": b64(sealed)} for each, sealed in message.envelopes.items()],
    }
    return given if message.lifetime is None else {**given, "lifetimeSeconds": message.lifetime}
