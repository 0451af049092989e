"""A WebSocket client (RFC 6455), as much of it as the API needs: text frames over TCP or TLS."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import ssl
import struct
from urllib.parse import urlsplit

from .errors import SealError

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MAX_MESSAGE = 16 * 1024 * 1024
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class WebSocket:
    """An open connection. Anything wrong with it raises SealError OFFLINE."""

    def __init__(self, server: str, target: str, timeout_s: float) -> None:
        url = urlsplit(server)
        is_secure = url.scheme == "https"
        host, port = url.hostname or "", url.port or (443 if is_secure else 80)
        self.buffer = b""
        self.message = b""
        try:
            plain = socket.create_connection((host, port), timeout=timeout_s)
            context = ssl.create_default_context() if is_secure else None
            self.socket = plain if context is None else context.wrap_socket(plain, server_hostname=host)
            self._shake_hands(url.netloc, url.path.rstrip("/") + target)
        except OSError:
            raise SealError("OFFLINE") from None

    def _shake_hands(self, host: str, target: str) -> None:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = [
            f"GET {target} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        status, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        expected = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        if status.split(" ")[1] != "101" or headers.get("sec-websocket-accept") != expected:
            raise SealError("UNAVAILABLE", "the server did not open a WebSocket")

    def send(self, text: str) -> None:
        """Sends one text message."""
        self._send_frame(TEXT, text.encode())

    def receive(self, timeout_s: float) -> str | None:
        """The next text message, or None when none came within the time."""
        self.socket.settimeout(timeout_s)
        while True:
            try:
                is_final, kind, payload = self._receive_frame()
            except TimeoutError:
                return None
            if kind == CLOSE:
                raise SealError("OFFLINE", "the server closed the connection")
            if kind == PING:
                self._send_frame(PONG, payload)
            elif kind != PONG:
                self.message += payload
                if len(self.message) > MAX_MESSAGE:
                    raise SealError("TOO_LARGE")
                if is_final:
                    message, self.message = self.message.decode(), b""
                    return message

    def close(self) -> None:
        self.socket.close()

    def _send_frame(self, kind: int, payload: bytes) -> None:
        size = len(payload)
        length = (
            bytes([0x80 | size])
            if size < 126
            else b"\xfe" + struct.pack(">H", size)
            if size < 65_536
            else b"\xff" + struct.pack(">Q", size)
        )
        mask = secrets.token_bytes(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        try:
            self.socket.sendall(bytes([0x80 | kind]) + length + mask + masked)
        except OSError:
            raise SealError("OFFLINE") from None

    def _receive_frame(self) -> tuple[bool, int, bytes]:
        """Reads one frame; the buffer keeps what has come of it when the time is over."""
        self._need(2)
        size, at = self.buffer[1] & 0x7F, 2
        if size >= 126:
            at = 4 if size == 126 else 10
            self._need(at)
            size = int.from_bytes(self.buffer[2:at], "big")
        if size > MAX_MESSAGE:
            raise SealError("TOO_LARGE")
        self._need(at + size)
        first, payload = self.buffer[0], self.buffer[at : at + size]
        self.buffer = self.buffer[at + size :]
        return first & 0x80 != 0, first & 0x0F, payload

    def _need(self, size: int) -> None:
        while len(self.buffer) < size:
            self._fill()

    def _fill(self) -> None:
        try:
            received = self.socket.recv(65_536)
        except TimeoutError:
            raise
        except OSError:
            raise SealError("OFFLINE") from None
        if not received:
            raise SealError("OFFLINE", "the connection ended")
        self.buffer += received
