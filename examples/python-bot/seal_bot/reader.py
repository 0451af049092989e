"""Reads the encoding of PROTOCOL, _Encoding_: one encoding for each value, and nothing left over."""

from __future__ import annotations

from typing import Callable, TypeVar

from wire import uuid_text

from .errors import SealError, require

T = TypeVar("T")


class Reader:
    """Reads bytes from the front; every error is MALFORMED."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        """Reads exactly `count` bytes."""
        require(self.at + count <= len(self.data), "MALFORMED", "too short")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def u8(self) -> int:
        return self.number(1)

    def u32(self) -> int:
        return self.number(4)

    def u53(self) -> int:
        value = self.number(8)
        require(value < 1 << 53, "MALFORMED", "a number above 2^53 - 1")
        return value

    def flag(self) -> bool:
        value = self.u8()
        require(value <= 1, "MALFORMED", "a flag that is neither 0 nor 1")
        return value == 1

    def variable(self, limit: int) -> bytes:
        size = self.u32()
        require(size <= limit, "MALFORMED", "a field that is too long")
        return self.take(size)

    def text(self, limit: int) -> str:
        try:
            return self.variable(limit).decode("utf-8")
        except UnicodeDecodeError:
            raise SealError("MALFORMED", "text that is not UTF-8") from None

    def uuid(self) -> str:
        return uuid_text(self.take(16))

    def optional(self, read: Callable[[], T]) -> T | None:
        return read() if self.flag() else None

    def list(self, limit: int, read: Callable[[], T]) -> list[T]:
        count = self.u8()
        require(count <= limit, "MALFORMED", "a list that is too long")
        return [read() for _ in range(count)]

    def end(self) -> None:
        require(self.at == len(self.data), "MALFORMED", "something is left over")


def read_all(data: bytes, read: Callable[[Reader], T]) -> T:
    """Reads `data` to its end with `read`."""
    reader = Reader(data)
    value = read(reader)
    reader.end()
    return value
