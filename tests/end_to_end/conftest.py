"""One practice platform and one installation for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.program import Navette, Platform, install, served


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    with served(tmp_path) as platform:
        yield platform


@pytest.fixture
def navette(tmp_path: Path, platform: Platform) -> Navette:
    return install(tmp_path, platform)
