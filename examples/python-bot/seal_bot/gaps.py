"""Places in a conversation for which nothing came (PROTOCOL, _Transcript_): asked for, and told of when they stay."""

from __future__ import annotations

import time

from . import transcript
from .api import Api
from .receiving import Inbox
from .state import Conversation, Store

PAGE = 100
ASK_EVERY_S, HELD_BACK_AFTER_S = 10, 60


class Gaps:
    """Fills gaps from the server's history."""

    def __init__(self, api: Api, store: Store, inbox: Inbox) -> None:
        self.api = api
        self.store = store
        self.inbox = inbox
        #: Of each conversation with a gap: its first place, since when it is there, when it was asked for last.
        self.open: dict[str, tuple[int, float, float]] = {}

    def look(self) -> None:
        """Asks for what is missing, at once and then every 10 s; says so when it has been missing for a minute."""
        now = time.monotonic()
        for key, conversation in self.store.state.conversations.items():
            missing = transcript.gap(conversation.transcript)
            first, since, asked = self.open.get(key, (0, now, 0.0))
            if missing is None:
                self.open.pop(key, None)
                continue
            if missing[0] != first:
                since, asked = now, 0.0
            if asked == 0.0 or now - asked >= ASK_EVERY_S:
                self._fill(conversation, 0)
                if asked - since < HELD_BACK_AFTER_S <= now - since:
                    print(f"the server holds back message {missing[0]}", flush=True)
                asked = now
            self.open[key] = (missing[0], since, asked)

    def fill_to_the_end(self) -> None:
        """Asks for everything that the server has and a state that was rolled back has not."""
        for conversation in self.store.state.conversations.values():
            given = {"conversationId": conversation.conversation_id}
            self._fill(conversation, self.api.query("conversations.get", given)["lastSeq"])

    def _fill(self, conversation: Conversation, last_seq: int) -> None:
        """Goes back through the history from the end of the gap to its beginning."""
        missing = transcript.gap(conversation.transcript, last_seq)
        if missing is None:
            return
        first, before = missing[0], missing[1] + 1
        while before > first:
            given = {"conversationId": conversation.conversation_id, "before": before, "limit": PAGE}
            found = [event for event in self.api.query("messages.history", given)["messages"] if event["seq"] < before]
            for event in reversed(found):
                self.inbox.take_message({**event, "envelope": event["envelope"] or ""})
            self.store.commit()
            if not found:
                return
            before = min(event["seq"] for event in found)
