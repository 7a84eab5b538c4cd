"""What Prometheus reads at `/metrics`.

With one worker the numbers are that process's. With several, `dealdesk serve` sets PROMETHEUS_MULTIPROC_DIR before it
starts them: every worker then counts in shared files, and whichever answers adds all of them up. The active policy is
always the answering worker's own; workers differ for the moment of a reload.
"""

import os
from collections.abc import Iterator
from functools import cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import InfoMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api.desk.active import ActivePolicy
from engine.core.decision import Kind

SHARED_FILES = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"GET", "HEAD", "POST"})
BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

disable_created_metrics()  # type: ignore[no-untyped-call] # when a counter was born doubles the page and is asked by nobody


class Metrics:
    """The counters of one application."""

    def __init__(self, active: ActivePolicy) -> None:
        """Register every metric, and the active policy as one of them."""
        self._policy = _PolicyInfo(active)
        registry = self._registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self._requests = Counter("dealdesk_http_requests", "Requests answered.", labels, registry=registry)
        self._seconds = Histogram(
            "dealdesk_http_request_seconds", "Time to answer a request.", ("route",), buckets=BUCKETS, registry=registry
        )
        self._decisions = Counter("dealdesk_decisions", "Decisions made.", ("kind", "outcome"), registry=registry)
        self._reloads = Counter("dealdesk_policy_reloads", "Edits of the policy.", ("result",), registry=registry)
        # Finding a metric by its labels costs more than counting; their values are few.
        self._request = cache(self._requests.labels)
        self._time = cache(self._seconds.labels)
        self._decision = cache(self._decisions.labels)
        if SHARED_FILES not in os.environ:
            registry.register(self._policy)
            ProcessCollector(registry=registry)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._request(route, method if method in METHODS else "other", status).inc()
        self._time(route).observe(seconds)

    def decision(self, kind: Kind, outcome: str, count: int = 1) -> None:
        """Count decisions of one kind with one outcome."""
        self._decision(kind.value, outcome).inc(count)

    def reload(self, *, accepted: bool) -> None:
        """Count one edit of the policy."""
        self._reloads.labels("ok" if accepted else "refused").inc()

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        if SHARED_FILES not in os.environ:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        registry.register(self._policy)
        return generate_latest(registry)


class _PolicyInfo(Collector):
    """The active policy, read when it is asked for."""

    def __init__(self, active: ActivePolicy) -> None:
        self._active = active

    def collect(self) -> Iterator[InfoMetricFamily]:
        policy = self._active.program.policy
        info = {"name": policy.name, "version": policy.version, "digest": policy.digest}
        yield InfoMetricFamily("dealdesk_policy", "The active policy.", value=info)
