"""The engines that can be chosen by name: each says which rules fire, and all are held to the same decisions.

An engine is a value. Whoever starts deciding makes one and passes it on, and whoever made it stops it.
"""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol, TypeAlias

from engine.backends.durable.backend import DurableEngine
from engine.backends.index import IndexEngine
from engine.backends.interpreter import InterpreterEngine
from engine.plan.groups import Engine
from rules.ir import Policy

EngineName: TypeAlias = Literal["index", "interpreter", "durable"]


class Backend(Engine, Protocol):
    """An engine that can be chosen."""

    @property
    def name(self) -> EngineName:
        """Return the name by which it is chosen, and by which a case says that it is not for it."""

    def prepare(self, policy: Policy) -> None:
        """Make sure, before the first request, that it can decide under a policy.

        Raises:
            EngineError: it cannot; the message says why in one line.
        """

    def stop(self) -> None:
        """Give back what it took; it may decide again, and takes it anew."""


_MAKERS: Mapping[EngineName, Callable[[], Backend]] = {
    "index": IndexEngine,
    "interpreter": InterpreterEngine,
    "durable": DurableEngine,
}


def make_engine(name: EngineName) -> Backend:
    """Return a new engine of a name."""
    return _MAKERS[name]()
