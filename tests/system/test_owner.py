import os
import sys

import pytest

from desktop_app.system.owner import owner


def test_the_owner_is_stable_and_not_empty() -> None:
    assert owner() == owner() != ""


@pytest.mark.skipif(sys.platform == "win32", reason="accounts there have no number")
def test_the_environment_cannot_claim_to_be_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    before = owner()
    for variable in ("USER", "LOGNAME", "USERNAME", "HOME"):
        monkeypatch.setenv(variable, "autre")
    assert owner() == before == f"uid:{os.getuid()}"
