"""The Presets window is tried in the whole application, over real files."""

from __future__ import annotations

from journeys.conftest import journey as journey
