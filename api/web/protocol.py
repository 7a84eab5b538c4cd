"""HTTP on a connection: uvicorn's protocol over llhttp, with a bound on what a caller sends besides a body.

llhttp reads a request in a third of the time of h11, which was most of what a small decision cost over HTTP, and it is
the stricter of the two. But it collects headers for as long as they come, where h11 had a bound.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 64 * 1024  # as h11 has it: a request line with its headers, or the trailers after a body


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    _head = 0  # bytes since there was a piece of a body or the end of a request

    def data_received(self, data: bytes) -> None:
        """Take what came; bodies have a bound of their own, further in."""
        self._head += len(data)
        super().data_received(data)
        if self._head > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.logger.warning("Too long a head of a request.")
            self.send_400_response("Too long a head of a request.")

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._head = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Take the end of a request."""
        self._head = 0
        super().on_message_complete()
