import ssl
from pathlib import Path

import pytest

from desktop_app.domain.errors import Misconfigured
from desktop_app.system.network import proxy_for, trusted

URL = "https://api.lifen.example/fhir/v3"


def test_certificates_are_checked_and_names_too() -> None:
    context = trusted("")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("content", [None, "", "not a certificate"])
def test_a_ca_file_that_holds_none_is_a_setting_to_correct(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Misconfigured) as caught:
        trusted(str(path))
    assert caught.value.where == "network.ca_file"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def test_the_settings_go_before_the_system(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("https_proxy", "http://proxy.example:3128")
    assert proxy_for(URL, "system") == "http://proxy.example:3128"
    assert proxy_for(URL, "none") is None
    assert proxy_for(URL, "http://other.example:8080") == "http://other.example:8080"


def test_the_system_may_have_exceptions_or_nothing(environment: pytest.MonkeyPatch) -> None:
    assert proxy_for(URL, "system") is None
    environment.setenv("https_proxy", "proxy.example:3128")
    assert proxy_for(URL, "system") == "http://proxy.example:3128"
    environment.setenv("no_proxy", "lifen.example")
    assert proxy_for(URL, "system") is None
