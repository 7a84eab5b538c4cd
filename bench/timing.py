"""Timing in turns: every case runs a little in each round, so that a noisy moment hits all of them alike."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from statistics import median
from time import perf_counter_ns, thread_time_ns
from typing import Any, Generic, TypeVar

Input = TypeVar("Input")


@dataclass(frozen=True)
class Case(Generic[Input]):
    """Something to time: a function and the inputs that it gets one after the other, round after round."""

    call: Callable[[Input], object]
    inputs: Sequence[Input]


@dataclass(frozen=True)
class Timing:
    """What calls took, in microseconds.

    `median` is the median of the rounds' medians and `p99` is over all calls, both by the clock on the wall. `cpu` is
    the processor time a call on average in the best round: the number to look at when others use the machine too.
    """

    median: float
    p99: float
    cpu: float
    calls: int

    def to_json(self) -> dict[str, float]:
        """Return the numbers, rounded to what is measured."""
        return {name: value if name == "calls" else round(value, 3) for name, value in asdict(self).items()}


@dataclass
class Rounds:
    """The rounds of one case as they come in."""

    samples: list[list[int]]
    cpu: list[float]

    @staticmethod
    def none() -> "Rounds":
        """Return no rounds."""
        return Rounds([], [])

    def add(self, samples: list[int], cpu_ns: float) -> None:
        """Take a round: the nanoseconds of each call, and the processor's for all of them."""
        self.samples.append(samples)
        self.cpu.append(cpu_ns / len(samples))

    def timing(self) -> Timing:
        """Return what the rounds say together."""
        every = sorted(sample for samples in self.samples for sample in samples)
        return Timing(
            median=median(median(samples) for samples in self.samples) / 1000,
            p99=quantile(every, 0.99) / 1000,
            cpu=min(self.cpu) / 1000,
            calls=len(every),
        )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which a share of the ordered values lies.

    >>> quantile([1, 2, 3, 4], 0.5)
    3
    """
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def one_round(call: Callable[[Input], object], inputs: Iterator[Input], *, seconds: float) -> tuple[list[int], int]:
    """Call until the time is up, and at least once; return the nanoseconds of each call, and the processor's in all."""
    clock = perf_counter_ns
    samples: list[int] = []
    gc.collect()
    for one in islice(inputs, 3):  # what another case has driven out of the processor's caches
        call(one)
    end = clock() + int(seconds * 1e9)
    before = thread_time_ns()
    for one in inputs:
        started = clock()
        call(one)
        ended = clock()
        samples.append(ended - started)
        if ended > end:
            break
    return samples, thread_time_ns() - before


def in_turns(cases: Mapping[str, Case[Any]], *, rounds: int, seconds: float) -> dict[str, Timing]:
    """Time cases in turns; `seconds` is for one round of one case."""
    found = {name: Rounds.none() for name in cases}
    inputs = {name: cycle(case.inputs) for name, case in cases.items()}
    for name, case in cases.items():  # once through what is lazy or cached, outside the measurement
        for one in islice(inputs[name], min(len(case.inputs), 5)):
            case.call(one)
    for _ in range(rounds):
        for name, case in cases.items():
            found[name].add(*one_round(case.call, inputs[name], seconds=seconds))
    return {name: one.timing() for name, one in found.items()}
