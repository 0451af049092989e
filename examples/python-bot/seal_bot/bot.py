"""The bot: one device that follows its mailbox and answers."""

from __future__ import annotations

import time
from typing import Callable

from .api import Api
from .connection import Subscription
from .content import POST, TEXT, post_payload, text_payload
from .directory import Directory
from .errors import PASSING, SealError
from .gaps import Gaps
from .receiving import Incoming, Inbox
from .recover import learn_conversations, recover
from .register import register, renew
from .retries import ask_for_unread
from .rollback import check_rollback
from .sending import Outbox
from .state import Conversation, Store
from .stock import keep_stock

STOCK_EVERY_S = 3_600
MIN_WAIT_S, MAX_WAIT_S = 0.25, 10.0


class Bot:
    """Signs up or in, and answers every text by `reply`: a text, or None for no answer."""

    def __init__(self, store: Store, reply: Callable[[str], str | None]) -> None:
        self.store = store
        self.reply = reply
        self.wait_s = MIN_WAIT_S
        self.api = Api(store.state.server, store.state.app_key)
        self.api.token = lambda: store.state.tokens.access if store.state.tokens else ""
        self.api.renew = lambda: renew(self.api, store)
        self.directory = Directory(self.api, store)
        self.outbox = Outbox(self.api, store, self.directory)
        self.inbox = Inbox(self.api, store, self.directory, self.outbox, self._answer)
        self.gaps = Gaps(self.api, store, self.inbox)

    def begin(self, name: str, show_code: Callable[[str], None]) -> None:
        """Opens the account where there is none, and makes the device ready to send and receive."""
        register(self.api, self.store, name, show_code)
        self._check_state()

    def _check_state(self) -> None:
        if check_rollback(self.api, self.store):
            self.gaps.fill_to_the_end()
        keep_stock(self.api, self.store)

    def recover(self, name: str, code: str) -> None:
        """Joins the account of that name with its recovery code."""
        recover(self.api, self.store, name, code)
        learn_conversations(self.api, self.store, self.directory)
        self._check_state()

    def say(self, conversation: Conversation, said: str) -> None:
        """Puts a text into the outbox, with the conversation's lifetime; the caller commits."""
        if conversation.timer == 0:
            self.outbox.put(conversation, TEXT, text_payload(said))
        else:
            self.outbox.put(conversation, POST, post_payload(said, conversation.timer), conversation.timer)

    def greet(self, name: str, said: str) -> None:
        """Opens the DM with the person of that name and sends a text there."""
        conversation = self.directory.open_dm(self.directory.find_person(name))
        self.say(conversation, said)
        self.store.commit()
        self.outbox.flush()

    def _answer(self, incoming: Incoming) -> None:
        print(f"message {incoming.seq} from {self._name_of(incoming.conversation)}", flush=True)
        answer = self.reply(incoming.text)
        if answer is not None:
            self.say(incoming.conversation, answer)

    def _name_of(self, conversation: Conversation) -> str:
        return self.directory.list_of(conversation.peer_id).username or "a guest"

    def run(self) -> None:
        """Follows the mailbox until the process ends, over lost connections and restarts of the server."""
        while True:
            try:
                self._follow()
            except SealError as error:
                self.store.reload()
                if error.code == "DEVICE_REVOKED":
                    self.store.wipe()
                if error.code not in PASSING:
                    raise
                print(f"{error.code}: connecting again", flush=True)
                time.sleep(self.wait_s)
                self.wait_s = min(self.wait_s * 2, MAX_WAIT_S)

    def _follow(self) -> None:
        """Follows the mailbox over one connection. The first call renews the session where that is due."""
        self._check_state()
        state = self.store.state
        access_token = state.tokens.access if state.tokens else ""
        subscription = Subscription(state.server, state.app_key, access_token, state.position)
        try:
            self.outbox.flush()
            looked_at = time.monotonic()
            while True:
                events = subscription.next_events(timeout_s=1)
                for event in events:
                    if event["type"] == "caught-up":
                        print("ready", flush=True)
                        self.wait_s = MIN_WAIT_S
                    self.inbox.take(event)
                if any("position" in event for event in events):
                    self.api.mutate("sync.ack", {"position": self.store.state.position})
                is_low = any(event["type"] == "prekeys-low" for event in events)
                if is_low or time.monotonic() - looked_at > STOCK_EVERY_S:
                    keep_stock(self.api, self.store)
                    looked_at = time.monotonic()
                ask_for_unread(self.api, self.store)
                self.outbox.flush()
                self.gaps.look()
        finally:
            subscription.close()
