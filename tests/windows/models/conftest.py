"""The models window is tried in the whole application, over a real engine."""

from __future__ import annotations

from hub_in_app import hub_served as hub_served
from hub_in_app import ring as ring
from journeys.conftest import journey as journey
from models.huggingface.conftest import hub_process as hub_process
from models.huggingface.conftest import served as served
