"""Why the second engine does not decide, in one line each."""


class EngineError(Exception):
    """An engine cannot decide; the message is one line for whoever runs it."""


class EngineUnavailableError(EngineError):
    """The engine is not there now: not installed, ended, or silent. Another request may be answered again."""


class UnsupportedError(EngineError):
    """A policy says something that the engine cannot do exactly; it is refused before anything is decided."""

    def __init__(self, construct: str, place: str) -> None:
        """Take what cannot be done, and where the policy says it."""
        super().__init__(f"{place}: the durable engine does not take {construct}")
        self.construct = construct
        self.place = place
