"""The running hash: the vectors' values, and what a bot says of a server that lies."""

from __future__ import annotations

import unittest

from support import unhex, vectors

from seal_bot import transcript
from seal_bot.transcript import Entry, Said, Transcript

GIVEN = vectors("transcript")
ALICE, BOB = "a11ce000-0000-4000-8000-000000000001", "b0b00000-0000-4000-8000-000000000001"


def begun() -> Transcript:
    return transcript.begin(GIVEN["tenantId"], GIVEN["conversationId"])


def entry(number: int) -> Entry:
    return Entry(f"00000000-0000-4000-8000-{number:012d}", ALICE, BOB, bytes([number]) * 32)


def said(seq: int, accepted: int, claim: tuple[int, bytes] | None) -> Said:
    return Said(seq, BOB, claim and claim[0], claim and claim[1], accepted + 1, accepted)


class TranscriptTest(unittest.TestCase):
    def test_the_hash_of_the_first_message_is_that_of_the_vectors(self) -> None:
        first = GIVEN["entries"][0]
        state = begun()
        self.assertEqual(state.value, unhex(GIVEN["start"]))
        sender = first["senderUserId"], first["senderDeviceId"]
        transcript.add(state, 1, Entry(first["entryId"], *sender, unhex(first["hash"])), None)
        self.assertEqual(state.value, unhex(first["value"]))

    def test_what_fits_is_quiet_in_any_order_of_arrival(self) -> None:
        for order in ([1, 2, 3], [3, 2, 1], [2, 3, 1]):
            ahead, state, hashes = begun(), begun(), [begun().value]
            for seq in (1, 2, 3):
                transcript.add(ahead, seq, entry(seq), None)
                hashes.append(ahead.value)
            for seq in order:
                claim = seq - 1, hashes[seq - 1] or b""
                self.assertEqual(transcript.add(state, seq, entry(seq), said(seq, seq - 1, claim)), [])

    def test_another_message_in_a_place_is_told_by_the_next_of_its_sender(self) -> None:
        state, sent = begun(), begun()
        transcript.add(sent, 1, entry(1), None)
        transcript.add(state, 1, entry(9), None)
        claim = 1, sent.value or b""
        problems = transcript.add(state, 2, entry(2), said(2, 0, claim))
        self.assertTrue(any("FORKED" in each for each in problems))

    def test_a_message_that_was_left_out_is_told_by_the_next_of_its_device(self) -> None:
        state = begun()
        transcript.add(state, 1, entry(1), said(1, 0, None))
        self.assertTrue(any("missing" in each for each in transcript.add(state, 2, entry(2), said(2, 2, None))))

    def test_a_gap_is_known_until_it_is_filled(self) -> None:
        state = begun()
        transcript.add(state, 3, entry(3), None)
        self.assertEqual(transcript.gap(state), (1, 2))
        for seq in (2, 1):
            transcript.add(state, seq, entry(seq), None)
        self.assertIsNone(transcript.gap(state))

    def test_a_device_that_came_later_begins_at_the_hash_that_a_sender_names(self) -> None:
        ahead, late = begun(), transcript.begin_late(2)
        for seq in (1, 2, 3, 4):
            transcript.add(ahead, seq, entry(seq), None)
        transcript.add(late, 3, entry(3), None)
        claim = 2, ahead.hashes[2]
        self.assertEqual(transcript.add(late, 4, entry(4), said(4, 7, claim)), [])
        self.assertEqual(late.value, ahead.value)


if __name__ == "__main__":
    unittest.main()
