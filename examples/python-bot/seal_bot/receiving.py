"""The way in: events of the mailbox, each with all that it changes in one commit (docs/API.md, _The mailbox_)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from wire import sha256

from . import sessions, transcript
from .api import Api, unb64
from .body import Body, open_body, read_key_message
from .content import DEVICE_LIST, READ, TIMER, Content, decode_content, read_payload
from .directory import Directory
from .envelope import Envelope, decode_envelope
from .errors import REFUSALS, SealError
from .list_watch import ListWatch
from .register import now_ms
from .retries import answer_retry
from .sending import NO_ENVELOPE, Outbox
from .state import Conversation, Store, Unread
from .transcript import Entry, Said

#: Why a retry is not answered, beside what the cryptography refuses. With CONFLICT it was answered already.
UNANSWERED = {"NOT_FOUND", "FORBIDDEN", "NOT_A_MEMBER", "CONFLICT"}


@dataclass(frozen=True)
class Incoming:
    """A text of another person, for the program that runs the bot."""

    conversation: Conversation
    seq: int
    text: str


@dataclass(frozen=True)
class Opened:
    """What was in an envelope and its body; `failure` says why a body could not be opened under the right key."""

    envelope: Envelope
    body_hash: bytes
    body: Body | None = None
    content: Content | None = None
    failure: SealError | None = None


class Inbox:
    """Takes events. `on_text` may put answers into the outbox: they are committed with the message."""

    def __init__(
        self, api: Api, store: Store, directory: Directory, outbox: Outbox, on_text: Callable[[Incoming], None]
    ) -> None:
        self.api = api
        self.store = store
        self.directory = directory
        self.outbox = outbox
        self.on_text = on_text
        self.lists = ListWatch(store, directory, outbox)

    def take(self, event: dict[str, Any]) -> None:
        """Takes an event and commits what it changed. One of the mailbox that was taken before changes nothing."""
        position = event.get("position")
        if position is not None and position <= self.store.state.position:
            return
        if event["type"] == "message":
            self.take_message(event)
        elif event["type"] == "retry-request":
            self._answer_retry(event)
        elif event["type"] == "device-list" and event["userId"] in self.store.state.peers:
            self.lists.refresh(event["userId"])
            self.store.commit()
        if position is not None:
            self.store.state.position = position
            self.store.commit()

    def _answer_retry(self, event: dict[str, Any]) -> None:
        try:
            where = event["conversationId"], event["seq"], event["userId"], event["deviceId"]
            done = answer_retry(self.api, self.store, self.directory, *where)
        except SealError as error:
            if error.code not in REFUSALS | UNANSWERED:
                raise
            done = False
        print(f"message {event['seq']} {'sent' if done else 'not sent'} again", flush=True)

    def take_message(self, event: dict[str, Any]) -> None:
        """Takes a message from the mailbox or the history; the caller commits. One that was opened changes nothing."""
        try:
            conversation = self.directory.conversation(event["conversationId"])
        except SealError as error:
            if error.code not in ("CONVERSATION_REJECTED", "NOT_FOUND", "NOT_A_MEMBER"):
                raise
            # Also what the account's other devices tell each other: the bot keeps no registers.
            return
        if event["senderDeviceId"] == self.store.account().device_id:
            # What this device has sent itself and forgot.
            self._count(conversation, event, stored_hash(event), None)
            return
        again = next((each for each in conversation.unread if each.seq == event["seq"]), None)
        if again is not None:
            self._open_again(conversation, again, event)
            return
        if event["seq"] <= conversation.transcript.up_to or event["seq"] in conversation.transcript.waiting:
            return
        try:
            opened = self._open(conversation, event)
        except SealError as error:
            if error.code not in REFUSALS | {"DUPLICATE_MESSAGE"}:
                raise
            print(f"{error.code}: message {event['seq']} could not be opened", flush=True)
            conversation.unread.append(Unread(event["seq"], event["messageId"]))
            self._count(conversation, event, stored_hash(event), None)
            return
        self._count(conversation, event, opened.body_hash, opened.body)
        if opened.failure is not None:
            # One that was spoilt on the way comes again; one that its sender made wrongly would be the same.
            print(f"{opened.failure.code}: message {event['seq']} could not be opened", flush=True)
            ask_at = 0 if opened.failure.code == "BODY_MISMATCH" else None
            conversation.unread.append(Unread(event["seq"], event["messageId"], ask_at=ask_at))
            return
        self._apply(conversation, event, opened)

    def _open(self, conversation: Conversation, event: dict[str, Any]) -> Opened:
        """Opens envelope and body. Everything that is fetched is fetched before the ratchet moves."""
        account, state = self.store.account(), self.store.state
        sender, sealed = event["senderUserId"], unb64(event["envelope"])
        if sender not in (conversation.peer_id, account.user_id) or sealed == NO_ENVELOPE:
            raise SealError("UNVERIFIED_DEVICE" if sealed != NO_ENVELOPE else "NO_SESSION")
        envelope = decode_envelope(sealed)
        device = self.directory.device_of(sender, event["senderDeviceId"])
        for user_id, version in ((sender, envelope.sender_version), (account.user_id, envelope.recipient_version)):
            if version > self.directory.list_of(user_id).version:
                self.directory.refresh([user_id])
        record = self.directory.record_of(sender, device)
        key_message = sessions.decrypt(
            record, state.prekeys, account.own(), envelope, conversation.conversation_id, now_ms()
        )
        _, body_hash = read_key_message(key_message)
        if event["body"] == "":
            return Opened(envelope, body_hash)
        try:
            body = open_body(unb64(event["body"]), key_message, event["messageId"], event["conversationId"])
            return Opened(envelope, body_hash, body, decode_content(body.kind, body.payload))
        except SealError as failure:
            return Opened(envelope, body_hash, failure=failure)

    def _open_again(self, conversation: Conversation, unread: Unread, event: dict[str, Any]) -> None:
        """A new envelope for a message that could not be opened."""
        try:
            opened = self._open(conversation, event)
        except SealError as error:
            if error.code not in REFUSALS | {"DUPLICATE_MESSAGE"}:
                raise
            return
        if opened.failure is not None:
            return
        conversation.unread.remove(unread)
        if opened.body is not None:
            transcript.heal(conversation.transcript, unread.seq, opened.body.counter)
        self._apply(conversation, event, opened)

    def _count(
        self, conversation: Conversation, event: dict[str, Any], body_hash: bytes, body: Body | None
    ) -> None:
        seq, device_id = event["seq"], event["senderDeviceId"]
        claim = None if body is None else body.claim
        said = None if device_id == self.store.account().device_id else Said(
            seq,
            device_id,
            None if claim is None else claim.seq,
            None if claim is None else claim.hash,
            None if body is None else body.counter,
            None if body is None else body.accepted,
        )
        entry = Entry(event["messageId"], event["senderUserId"], device_id, body_hash)
        for problem in transcript.add(conversation.transcript, seq, entry, said):
            print(problem, flush=True)

    def _apply(self, conversation: Conversation, event: dict[str, Any], opened: Opened) -> None:
        content, is_peer = opened.content, event["senderUserId"] == conversation.peer_id
        sent_at = 0 if opened.body is None else opened.body.sent_at
        self.lists.compare(conversation, event, opened.envelope, sent_at)
        if content is None:
            return
        if content.kind == TIMER and content.timer is not None:
            conversation.timer = content.timer
        elif content.kind == DEVICE_LIST and content.claim is not None:
            self.lists.take_claim(conversation, content.claim)
        elif content.text is not None and is_peer:
            self.on_text(Incoming(conversation, event["seq"], content.text))
            self.outbox.put(conversation, READ, read_payload(event["seq"], event["messageId"]))


def stored_hash(event: dict[str, Any]) -> bytes:
    """The hash of the body that the server has, or had."""
    return unb64(event["bodyHash"]) if event.get("bodyHash") else sha256(unb64(event["body"]))
