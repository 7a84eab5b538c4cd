"""Reading on what is refused, so that its sender comes to read why.

Where a caller asks for it (`Connection: close`, as Python's urllib does), the server closes a connection as soon as it
has replied. While the caller still sends, that resets the connection, and he never sees the reply. So before a reply to
a body that nobody reads, a bounded amount of it is thrown away. A connection that stays open needs none of this: the
server itself skips what is left of a body.
"""

from asyncio import timeout
from contextlib import suppress

from starlette.requests import ClientDisconnect, Request

MOST_BYTES = 32 * 2**20
MOST_SECONDS = 5.0


async def drain(request: Request) -> None:
    """Read on a body that has not come to its end, up to a bound."""
    headers = request.headers
    closes = request.scope["http_version"] == "1.0" or "close" in headers.get("connection", "").lower()
    if not closes or "expect" in headers:  # who waits for a `100 Continue` has not begun to send
        return
    size, more = 0, True
    with suppress(TimeoutError):
        async with timeout(MOST_SECONDS):
            while more and size <= MOST_BYTES:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                size += len(message.get("body", b""))
                more = message.get("more_body", False)
