from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import Misconfigured
from desktop_app.domain.letters import LIMITS
from desktop_app.settings import PRACTICE, Settings, Source, load_settings
from desktop_app.settings.layers import BUILT_IN, flat
from tests.settings.conftest import TEST_PROFILE, Load


def source(settings: Settings, key: str) -> tuple[object, Source, bool]:
    (found,) = (one for one in settings.shown if one.key == key)
    return found.value, found.source, found.locked


def test_with_nothing_said_it_starts_in_practice(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    settings = load_settings(policy=nowhere, user=nowhere, environ={})
    assert settings.profile == PRACTICE
    assert settings.undo_seconds == 10
    assert {one.source for one in settings.shown} == {Source.BUILT_IN}
    assert {one.key for one in settings.shown} == set(BUILT_IN)


def test_a_settings_file_asked_for_by_name_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        load_settings(
            policy=tmp_path / "no", user=tmp_path / "gone.toml", environ={}, required=True
        )
    assert caught.value.what == "unreadable"


def test_the_later_layer_wins_and_is_named(load: Load) -> None:
    said = {"policy": "[network]\nproxy = 'http://policy.example:3128'"}
    assert source(load(**said), "network.proxy")[1] is Source.POLICY
    said["user"] = "[network]\nproxy = 'none'"
    assert source(load(**said), "network.proxy") == ("none", Source.USER, False)
    settings = load(**said, environ={"NAVETTE_NETWORK_PROXY": "system"})
    assert source(settings, "network.proxy") == ("system", Source.ENVIRONMENT, False)


def test_what_the_policy_locks_stays_as_it_says(load: Load) -> None:
    policy = 'locked = ["network.proxy", "security"]\n[network]\nproxy = "none"'
    settings = load(
        "[network]\nproxy = 'system'\n[security]\nkey_store = 'file'",
        policy,
        {"NAVETTE_NETWORK_PROXY": "system"},
    )
    assert source(settings, "network.proxy") == ("none", Source.POLICY, True)
    assert source(settings, "security.key_store") == ("keychain", Source.BUILT_IN, True)


def test_a_locked_profile_asked_for_on_the_command_line_is_refused_not_ignored(load: Load) -> None:
    policy = 'locked = ["profile"]\nprofile = "practice"'
    assert load(TEST_PROFILE, policy).profile.name == "practice"
    with pytest.raises(Misconfigured) as caught:
        load(TEST_PROFILE, policy, profile="villefictive")
    assert caught.value.what == "locked"


@pytest.mark.parametrize("lock", ["network.proxi", "netwrk", "profiles.x.lifen.colour"])
def test_a_lock_on_nothing_is_a_mistake(load: Load, lock: str) -> None:
    with pytest.raises(Misconfigured):
        load(policy=f'locked = ["{lock}"]')


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("[network]\nproxi = 'none'", "network.proxi", "unknown"),
        ("colour = 'blue'", "colour", "unknown"),
        ("network = 'none'", "network", "unknown"),
        ("locked = ['network.proxy']", "locked", "unknown"),
        ("[network]\nproxy = 3", "network.proxy", "invalid"),
        ("[network]\nproxy = 'ftp://x.example'", "network.proxy", "invalid"),
        ("[network]\nproxy = 'http://a:b@x.example'", "network.proxy", "secret_in_file"),
        ("[sending]\nundo_seconds = 61", "sending.undo_seconds", "invalid"),
        ("[sending]\nundo_seconds = -1", "sending.undo_seconds", "invalid"),
        ("[sending]\nundo_seconds = true", "sending.undo_seconds", "invalid"),
        ("[sending]\nundo_seconds = '10'", "sending.undo_seconds", "invalid"),
        ("[appearance]\ntheme = 'pink'", "appearance.theme", "invalid"),
        ("[security]\nkey_store = 'drawer'", "security.key_store", "invalid"),
        ("profile = 'elsewhere'", "profile", "unknown"),
        ("[profiles.x.lifen]\nclient_secret = 's'", "profiles.x.lifen.client_secret",
         "secret_in_file"),
    ],
)  # fmt: skip
def test_nothing_that_is_not_understood_is_skipped(
    load: Load, text: str, where: str, what: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(text)
    assert (caught.value.where, caught.value.what) == (where, what)


def test_a_secret_that_was_found_is_not_repeated(load: Load) -> None:
    with pytest.raises(Misconfigured) as caught:
        load("[profiles.x.lifen]\nclient_secret = 'tres-secret'")
    assert "tres-secret" not in f"{caught.value} {caught.value.value}"


@pytest.mark.parametrize(
    ("content", "what", "place"),
    [
        (b"= 3", "not_toml", "1"),
        (b"\n[network", "not_toml", ""),  # at the end of the document
        (b"[network]\nproxy = 'tres-secret", "not_toml", "2"),
        (b"\xff\xfe", "unreadable", ""),
    ],
)
def test_a_file_that_is_not_toml_is_named(
    tmp_path: Path, content: bytes, what: str, place: str
) -> None:
    user = tmp_path / "settings.toml"
    user.write_bytes(content)
    with pytest.raises(Misconfigured) as caught:
        load_settings(policy=tmp_path / "policy.toml", user=user, environ={})
    assert (caught.value.where, caught.value.what) == (str(user), what)
    assert caught.value.value in (place, "")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    user = tmp_path / "settings.toml"
    user.write_bytes(b"\xef\xbb\xbf[appearance]\ntheme = 'dark'\n")
    settings = load_settings(policy=tmp_path / "policy.toml", user=user, environ={})
    assert settings.theme == "dark"


def test_the_environment_speaks_of_sections_and_of_known_profiles(load: Load) -> None:
    settings = load(
        TEST_PROFILE,
        environ={
            "NAVETTE_SENDING_UNDO_SECONDS": "0",
            "NAVETTE_PROFILES_VILLEFICTIVE_LIFEN_DATABASE_REFERENCE": "Sbx0Demo02",
            "NAVETTE_PROFILE": "",
            "NAVETTE_DATA_DIR": "elsewhere",
            "PATH": "/bin",
        },
    )
    assert settings.undo_seconds == 0
    assert settings.profile.lifen is not None
    assert settings.profile.lifen.database_reference == "Sbx0Demo02"


def test_a_misspelt_variable_is_a_mistake_too(load: Load) -> None:
    with pytest.raises(Misconfigured):
        load(environ={"NAVETTE_NETWORK_PROXI": "none"})


@given(
    st.recursive(
        st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner, max_size=4)
    )
)
def test_flattening_keeps_every_leaf(value: object) -> None:
    def leaves(node: object) -> int:
        return sum(map(leaves, node.values())) if isinstance(node, dict) else 1

    names = flat({"root": value})
    assert len(names) <= leaves(value)
    assert all(not isinstance(leaf, dict) for leaf in names.values())


@pytest.mark.parametrize("name", ["mailbox", "mailbox_heavy", "record", "record_heavy"])
def test_each_size_limit_is_a_setting(load: Load, name: str) -> None:
    assert getattr(load().limits, name) == getattr(LIMITS, name)
    settings = load(f"[sending]\n{name}_bytes = 1234567")
    assert getattr(settings.limits, name) == 1_234_567
    assert source(settings, f"sending.{name}_bytes")[1] is Source.USER


@pytest.mark.parametrize("value", ["0", "-1", "true", "'10'", "1.5", "50000001"])
def test_a_size_limit_is_a_number_of_bytes_that_can_be_sent(load: Load, value: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(f"[sending]\nmailbox_bytes = {value}")
    assert (caught.value.where, caught.value.what) == ("sending.mailbox_bytes", "invalid")


def test_a_size_limit_may_come_from_the_environment(load: Load) -> None:
    settings = load(environ={"NAVETTE_SENDING_RECORD_BYTES": "2000000"})
    assert settings.limits.record == 2_000_000
