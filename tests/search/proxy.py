"""A TCP proxy that can refuse, fall silent, be slow or answer something else: the ways in which servers fail."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

PASS, SILENT, SLOW, GARBAGE = "pass", "silent", "slow", "garbage"
SLOW_SECONDS = 4.0


class Proxy:
    """Listens on a free port of the loopback and forwards to a target in the present `mode`."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.mode = PASS
        self.canned = b""
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
            threading.Thread(target=self._back, args=(upstream, client), daemon=True).start()
            while data := client.recv(65536):
                if self.mode == GARBAGE:
                    client.sendall(self.canned)
                elif self.mode != SILENT:
                    upstream.sendall(data)

    def _back(self, upstream: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := upstream.recv(65536):
                if self.mode == SLOW:
                    time.sleep(SLOW_SECONDS)
                if self.mode != SILENT:
                    client.sendall(data)
