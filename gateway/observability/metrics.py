"""Counts what the observer is told, for Prometheus. Every name and label is in docs/metrics.md."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextvars import Context
from typing import TypeVar, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.multiprocess import MultiProcessCollector
from typing_extensions import override

from gateway.observability.observer import Observer, Stock

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

_ANSWERS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_CALLS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LAST_ATTEMPT = 3

Metric = TypeVar("Metric", bound=MetricWrapperBase)


class Metrics(Observer):
    """The counters of one application, in a registry of its own.

    Args:
        directory: Where the processes of one gateway share their values: prometheus-client's
            `PROMETHEUS_MULTIPROC_DIR`, set before the process began. None where there is one process.
    """

    def __init__(self, directory: str | None = None) -> None:
        self._directory = directory
        self.registry = CollectorRegistry()
        if directory is None:
            ProcessCollector(registry=self.registry)  # memory and file descriptors, of this process alone
        self._requests = self._counter("requests", "GraphQL requests answered.", "outcome", "code", "lane")
        self._request_seconds = self._histogram("request_seconds", "From request to answer.", _ANSWERS, "outcome")
        self._calls = self._counter("upstream_calls", "Calls of the upstream.", "outcome", "attempt")
        self._call_seconds = self._histogram("upstream_call_seconds", "Of one upstream call.", _CALLS, "outcome")
        self._refused = self._counter("upstream_calls_refused", "Calls that the gateway did not make.", "by")
        self._cache_reads = self._counter("cache_reads", "What was asked of the cache.", "level", "state")
        self._store_failures = self._counter("store_failures", "What the shared store did not do.", "kind")
        self._store_degraded = self._gauge("store_degraded", "1 while it is left alone or takes no writes.", "livemax")
        self._paid_alone = self._counter("budget_alone", "Calls paid from one process's part of a shared budget.")
        self._joined = self._counter("flights_joined", "Who was served by a call, or an answer, that was under way.")
        self._refreshes = self._counter("background_refreshes", "Blocks read again while a copy served.", "outcome")
        self._searches = self._counter("search_calls", "Windows read to find a row that had moved.")
        self._refusing = self._gauge("refusing_until_seconds", "When calls are made again, Unix time.", "max", "by")
        self._stock = self._gauge("in_progress", "How many there are at the moment.", "livesum", "what")
        self._until: defaultdict[str, float] = defaultdict(float)
        # Labels are few; prometheus-client would look each up under a lock each time.
        self._ended: dict[tuple[str, str | None, str | None], tuple[Callable[[], None], Callable[[float], None]]] = {}
        self._labelled: dict[tuple[MetricWrapperBase, tuple[str, ...]], MetricWrapperBase] = {}
        for stock in Stock:
            self._stock.labels(stock.value).set(0)

    @property
    def metrics(self) -> Iterable[MetricWrapperBase]:
        """The gateway's own."""
        return [value for value in vars(self).values() if isinstance(value, MetricWrapperBase)]

    def page(self) -> bytes:
        """Everything in Prometheus' text format; over all processes, where they share a directory."""
        if self._directory is None:
            return generate_latest(self.registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, self._directory)  # type: ignore[no-untyped-call]
        return generate_latest(registry)

    @override
    def request_ended(self, outcome: str, code: str | None, lane: str | None, seconds: float) -> None:
        which = (outcome, code, lane)
        if (ended := self._ended.get(which)) is None:
            counter = self._requests.labels(outcome, code or "", lane or "")
            ended = self._ended[which] = (counter.inc, self._request_seconds.labels(outcome).observe)
        count, observe = ended
        count()
        observe(seconds)

    @override
    def upstream_call_ended(self, outcome: str, attempt: int, seconds: float) -> None:
        which = str(attempt) if attempt < _LAST_ATTEMPT else f"{_LAST_ATTEMPT}+"
        self._of(self._calls, outcome, which).inc()
        self._of(self._call_seconds, "ok" if outcome == "ok" else "error").observe(seconds)

    @override
    def upstream_call_refused(self, by: str) -> None:
        self._of(self._refused, by).inc()

    @override
    def cache_read(self, level: str, state: str) -> None:
        self._of(self._cache_reads, level, state).inc()

    @override
    def store_failed(self, kind: str) -> None:
        self._of(self._store_failures, kind).inc()

    @override
    def store_degraded(self, *, degraded: bool) -> None:
        self._store_degraded.set(degraded)

    @override
    def paid_alone(self) -> None:
        self._paid_alone.inc()

    @override
    def flight_joined(self, flight: Context) -> None:
        self._joined.inc()

    @override
    def background_refresh_ended(self, outcome: str) -> None:
        self._of(self._refreshes, outcome).inc()

    @override
    def search_call(self) -> None:
        self._searches.inc()

    @override
    def refusing(self, by: str, until: float) -> None:
        # Of several projects the last counts: an alert asks whether any is left alone.
        self._until[by] = max(self._until[by], until)
        self._of(self._refusing, by).set(self._until[by])

    @override
    def changed(self, stock: Stock, by: int) -> None:
        self._of(self._stock, stock.value).inc(by)

    def _of(self, metric: Metric, *labels: str) -> Metric:
        """The metric with these labels."""
        found = self._labelled.get((metric, labels))
        if found is None:
            found = self._labelled[metric, labels] = metric.labels(*labels)
        return cast("Metric", found)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace="vod_gateway", registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, text, labels, namespace="vod_gateway", registry=self.registry, buckets=buckets)

    def _gauge(self, name: str, text: str, mode: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, namespace="vod_gateway", registry=self.registry, multiprocess_mode=mode)  # type: ignore[arg-type]  # a literal of the library's
