"""A TCP proxy that can refuse, fall silent, be slow, answer something else or lose an answer: how servers fail."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable

PASS, SILENT, SLOW, GARBAGE = "pass", "silent", "slow", "garbage"
SLOW_SECONDS = 4.0
_REQUEST = re.compile(rb"(?:GET|HEAD|PUT|POST|DELETE) \S+(?= HTTP/1)")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def _next(client: socket.socket) -> bytes:
    """The bytes that arrive next. Raises ConnectionResetError when the client has hung up."""
    if not (data := client.recv(65536)):
        raise ConnectionResetError
    return data


class Proxy:
    """Listens on a free port of the loopback and forwards to a target in the present `mode`.

    `requests` are the first lines ("PUT /name") that arrived, in order. `lose` says of each of them whether its answer
    is to be lost: the target does what is asked, then the connection breaks.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.mode = PASS
        self.canned = b""
        self.requests: list[str] = []
        self.lose: Callable[[str], bool] = lambda request: False
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def set(self, mode: str) -> None:
        """Change the mode for open connections too."""
        self.mode = mode

    def close(self) -> None:
        """Refuse from now on."""
        for connection in [self._server, *self._open]:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._open.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), socket.create_connection(self._target) as upstream:
            lost = threading.Event()
            threading.Thread(target=self._back, args=(upstream, client, lost), daemon=True).start()
            while data := client.recv(65536):
                if started := _REQUEST.match(data):
                    request = started.group().decode("ascii")
                    self.requests.append(request)
                    if self.lose(request):
                        lost.set()
                if self.mode == GARBAGE:
                    self._read_whole(client, data)
                    client.sendall(self.canned)
                elif self.mode != SILENT:
                    upstream.sendall(data)

    @staticmethod
    def _read_whole(client: socket.socket, data: bytes) -> None:
        """Read the rest of the request that begins with `data`.

        What the target never sees must not be left on the connection: the client keeps it, and once the mode is `pass`
        again the left body would be forwarded as a request.
        """
        while b"\r\n\r\n" not in data:
            data += _next(client)
        head, _, body = data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        missing = (int(length.group(1)) if length else 0) - len(body)
        while missing > 0:
            missing -= len(_next(client))

    def _back(self, upstream: socket.socket, client: socket.socket, lost: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := upstream.recv(65536):
                if lost.is_set():
                    client.shutdown(socket.SHUT_RDWR)
                    return
                if self.mode == SLOW:
                    time.sleep(SLOW_SECONDS)
                if self.mode != SILENT:
                    client.sendall(data)
