"""The Serve window is tried in the whole application, over a real engine and a real process."""

from __future__ import annotations

from journeys.conftest import journey as journey
