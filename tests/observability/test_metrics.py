import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from gateway.observability.metrics import Metrics
from gateway.observability.observer import Stock


def value(page: bytes, name: str, **labels: str) -> float | None:
    """The sum of the samples with these labels, and perhaps others; None where there is none."""
    families = text_string_to_metric_families(page.decode())
    samples = [sample for family in families for sample in family.samples if sample.name == name]
    found = [sample.value for sample in samples if labels.items() <= sample.labels.items()]
    return sum(found) if found else None


def test_what_is_told_is_counted() -> None:
    """Requests, calls, the cache, and what is under way."""
    metrics = Metrics()
    metrics.request_ended("failed", "RATE_LIMITED", "upstream", 0.2)
    for attempt in (1, 2, 3, 4):
        metrics.upstream_call_ended("UPSTREAM_TIMEOUT", attempt, 5.0)
    metrics.cache_read("block", "stale")
    metrics.background_refresh_ended("ok")
    metrics.changed(Stock.REQUESTS, 1)
    metrics.changed(Stock.REQUESTS, 1)
    metrics.changed(Stock.REQUESTS, -1)
    page = metrics.page()
    assert value(page, "vod_gateway_requests_total", outcome="failed", code="RATE_LIMITED", lane="upstream") == 1
    calls = "vod_gateway_upstream_calls_total"
    found = [value(page, calls, outcome="UPSTREAM_TIMEOUT", attempt=attempt) for attempt in ("1", "2", "3+")]
    assert found == [1, 1, 2]
    assert value(page, "vod_gateway_upstream_call_seconds_count", outcome="error") == 4
    assert value(page, "vod_gateway_cache_reads_total", level="block", state="stale") == 1
    assert value(page, "vod_gateway_background_refreshes_total", outcome="ok") == 1
    assert value(page, "vod_gateway_in_progress", what="requests") == 1
    assert value(page, "vod_gateway_in_progress", what="upstream_calls") == 0
    assert (value(page, "process_open_fds") or 0) > 0


def test_the_last_of_several_refusals_counts() -> None:
    """A project that comes back early does not hide one that is still left alone."""
    metrics = Metrics()
    metrics.refusing("breaker", 100.0)
    metrics.refusing("breaker", 50.0)
    assert value(metrics.page(), "vod_gateway_refusing_until_seconds", by="breaker") == 100


def test_applications_count_apart() -> None:
    """Two in one process share nothing."""
    one, other = Metrics(), Metrics()
    one.search_call()
    assert value(other.page(), "vod_gateway_search_calls_total") == 0


WORKER = """
import sys
from contextvars import copy_context
from gateway.observability.metrics import Metrics
from gateway.observability.observer import Stock
metrics = Metrics(sys.argv[1])
metrics.flight_joined(copy_context())
metrics.refusing("key", float(sys.argv[2]))
metrics.changed(Stock.REQUESTS, 1)
sys.stdout.buffer.write(metrics.page())
"""


def test_processes_that_share_a_directory_are_one_page(tmp_path: Path) -> None:
    """Each of them shows the sum of all; of moments, the last."""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    pages = [
        subprocess.run(
            [sys.executable, "-c", WORKER, str(tmp_path), until], env=environment, capture_output=True, check=True
        ).stdout
        for until in ("7", "5")
    ]
    assert [value(page, "vod_gateway_flights_joined_total") for page in pages] == [1, 2]
    assert [value(page, "vod_gateway_refusing_until_seconds", by="key") for page in pages] == [7, 7]
