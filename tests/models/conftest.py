from __future__ import annotations

import pytest
from faults.readers import READERS, Reader


@pytest.fixture(params=sorted(READERS))
def reader(request: pytest.FixtureRequest) -> Reader:
    """Each of the two ways to read a reply."""
    return READERS[request.param]
