"""The servers of these tests; see tests/served_chains.py."""

from __future__ import annotations

import warnings

import pytest
from served_chains import echoing, engine, serve, served

__all__ = ["echoing", "engine", "serve", "served"]


@pytest.fixture(autouse=True)
def langserve_is_old() -> None:
    """It reads `model_fields` of an instance, which pydantic has deprecated since."""
    warnings.filterwarnings("ignore", "Accessing the 'model_fields' attribute")
