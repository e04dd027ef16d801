"""The windows of comparing are tried in the whole application, over a real engine."""

from __future__ import annotations

from journeys.conftest import journey as journey
