"""Turns dataclasses into JSON and back; bytes are hexadecimal."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any, Callable, TypeVar

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """A value of plain JSON types for a dataclass, a list, a dict, bytes or a scalar."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [to_json(each) for each in value]
    if isinstance(value, dict):
        return {str(key): to_json(each) for key, each in value.items()}
    return value


def from_json(kind: type[T], value: Any) -> T:
    """The value of type `kind` that `to_json` made `value` of."""
    return typing.cast(T, _read(kind, value))


def _read(kind: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _read(next(each for each in arguments if each is not type(None)), value)
    if origin is list:
        return [_read(arguments[0], each) for each in value]
    if origin is dict:
        return {arguments[0](key): _read(arguments[1], each) for key, each in value.items()}
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        make = typing.cast(Callable[..., Any], kind)
        return make(**{name: _read(hints[name], each) for name, each in value.items()})
    return bytes.fromhex(value) if kind is bytes else value
