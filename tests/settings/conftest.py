"""Settings files of an invented hospital."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from desktop_app.settings import Settings, load_settings

Load = Callable[..., Settings]

TEST_PROFILE = """
[profiles.villefictive]
label = "CH de Villefictive"
environment = "test"

[profiles.villefictive.lifen]
tenant = "standard"
token_url = "https://authentication.post-prod.lifen.fr/v1/token"
audience = "https://post-prod.platform-apis/"
fhir_url = "https://api.post-prod.lifen.fr/fhir/v3"
client_id = "demo-client-id"
database_reference = "Sbx0Demo01"
"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Settings out of the text of each layer."""

    def load(
        user: str = "",
        policy: str = "",
        environ: Mapping[str, str] | None = None,
        profile: str | None = None,
    ) -> Settings:
        (tmp_path / "settings.toml").write_text(user, "utf-8")
        (tmp_path / "policy.toml").write_text(policy, "utf-8")
        return load_settings(
            policy=tmp_path / "policy.toml",
            user=tmp_path / "settings.toml",
            environ=environ or {},
            profile=profile,
        )

    return load
