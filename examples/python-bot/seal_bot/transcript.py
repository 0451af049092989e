"""The running hash of a conversation (PROTOCOL, _Transcript_), and what senders say of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from wire import sha256, text, u8, u53, uuid

MESSAGE = 1
KEPT, KEPT_EVERY = 2_048, 256


@dataclass
class Entry:
    """What took a place: the hash is that of the sealed body, the rest who sent it."""

    entry_id: str
    user_id: str
    device_id: str
    hash: bytes


@dataclass
class Said:
    """What a message says, until every place before it is filled. `counter` is None where it was not opened."""

    seq: int
    device_id: str
    claim_seq: int | None
    claim_hash: bytes | None
    counter: int | None
    accepted: int | None


@dataclass
class Transcript:
    """Everything up to `up_to` has come, with the hash of that; `value` is None until a first hash is known."""

    up_to: int
    value: bytes | None
    waiting: dict[int, Entry] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    hashes: dict[int, bytes] = field(default_factory=dict)
    #: The highest counter of each device, and the messages that could not be read with their devices.
    counters: dict[str, int] = field(default_factory=dict)
    unread: dict[int, str] = field(default_factory=dict)
    #: Entries that came before a first hash was known, where the device was not there from the first.
    early: dict[int, Entry] = field(default_factory=dict)
    base: int = 0


def begin(tenant_id: str, conversation_id: str) -> Transcript:
    """T 0, of a conversation whose first entry this device has."""
    value = sha256(text("SealChat_v1_Transcript") + uuid(tenant_id) + uuid(conversation_id))
    return Transcript(0, value, hashes={0: value})


def begin_late(last_seq: int) -> Transcript:
    """Of a conversation that this device has from the place after `last_seq`."""
    return Transcript(last_seq, None, base=last_seq)


def _adopt(transcript: Transcript, said: Said) -> None:
    """Begins at the hash that a sender names, where every entry after it is there up to the sender's message."""
    if transcript.value is not None or said.claim_seq is None or said.claim_hash is None:
        return
    if transcript.base <= said.claim_seq < said.seq:
        end, transcript.up_to, transcript.value = transcript.up_to, said.claim_seq, said.claim_hash
        transcript.hashes[said.claim_seq] = said.claim_hash
        transcript.waiting |= {seq: entry for seq, entry in transcript.early.items() if said.claim_seq < seq <= end}
        transcript.early = {}
        while transcript.up_to < end:
            _take_next(transcript)


def add(transcript: Transcript, seq: int, entry: Entry, said: Said | None) -> list[str]:
    """Counts an entry, and answers what does not fit: each a line for the person who runs the bot."""
    if seq > transcript.up_to and seq not in transcript.waiting:
        transcript.waiting[seq] = entry
        if said is not None:
            transcript.said.append(said)
    while transcript.up_to + 1 in transcript.waiting:
        _take_next(transcript)
    problems: list[str] = []
    for each in [each for each in sorted(transcript.said, key=lambda said: said.seq) if each.seq <= transcript.up_to]:
        transcript.said.remove(each)
        _adopt(transcript, each)
        problems += _judge(transcript, each)
    return problems


def gap(transcript: Transcript, last_seq: int = 0) -> tuple[int, int] | None:
    """The first and the last of the places for which nothing has come, before one that has or up to `last_seq`."""
    last = min(transcript.waiting) - 1 if transcript.waiting else last_seq
    return (transcript.up_to + 1, last) if last > transcript.up_to else None


def _take_next(transcript: Transcript) -> None:
    transcript.up_to += 1
    entry = transcript.waiting.pop(transcript.up_to)
    if transcript.value is None:
        transcript.early[transcript.up_to] = entry
        return
    place = u53(transcript.up_to) + u8(MESSAGE) + uuid(entry.entry_id)
    transcript.value = sha256(transcript.value + place + uuid(entry.user_id) + uuid(entry.device_id) + entry.hash)
    transcript.hashes[transcript.up_to] = transcript.value
    old = transcript.up_to - KEPT
    if old > 0 and old % KEPT_EVERY != 0:
        transcript.hashes.pop(old, None)


def _judge(transcript: Transcript, said: Said) -> list[str]:
    problems: list[str] = []
    if said.claim_seq is not None:
        known = transcript.hashes.get(said.claim_seq)
        if said.claim_seq >= said.seq or (known is not None and known != said.claim_hash):
            problems.append(f"TRANSCRIPT_FORKED: message {said.seq} was sent in another conversation than this one")
    if said.counter is None or said.accepted is None:
        transcript.unread[said.seq] = said.device_id
        return problems
    # Of a device that was there before this one, nothing is known at first.
    highest = transcript.counters.get(said.device_id, said.accepted if transcript.base > 0 else 0)
    if said.accepted > highest and said.device_id not in transcript.unread.values():
        problems.append(f"a message of the same device is missing before message {said.seq}")
    transcript.counters[said.device_id] = max(highest, said.counter)
    return problems


def heal(transcript: Transcript, seq: int, counter: int) -> None:
    """Counts a message that could not be read when it came."""
    device_id = transcript.unread.pop(seq, None)
    if device_id is not None:
        transcript.counters[device_id] = max(transcript.counters.get(device_id, 0), counter)
