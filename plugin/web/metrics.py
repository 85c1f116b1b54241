"""What operators measure: numbers of this process, and those of the whole system read from the database when asked."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()

INTAKE_SECONDS = Histogram(
    "laurel_webhook_intake_seconds",
    "From the first byte of a webhook to the answer",
    ["status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
    registry=REGISTRY,
)
WEBHOOKS_REFUSED = Counter(
    "laurel_webhooks_refused_total", "Webhooks that were not stored, by reason", ["reason"], registry=REGISTRY
)
PANEL_CACHE = Counter(
    "laurel_panel_cache_total", "Answers to persisted reads, by where they came from", ["source"], registry=REGISTRY
)
