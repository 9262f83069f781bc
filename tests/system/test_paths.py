import stat
from pathlib import Path

import pytest

from desktop_app.domain.errors import StoreTrouble
from desktop_app.system.paths import find_folders, private


def test_a_data_folder_of_ones_own_takes_the_settings_along(tmp_path: Path) -> None:
    folders = find_folders({}, data_dir=tmp_path / "data")
    assert folders.data == tmp_path / "data"
    assert folders.config == tmp_path / "data" / "settings.toml"
    assert not folders.config_named


def test_the_command_line_goes_before_the_environment(tmp_path: Path) -> None:
    environ = {"NAVETTE_DATA_DIR": str(tmp_path / "e"), "NAVETTE_CONFIG": str(tmp_path / "e.toml")}
    assert find_folders(environ).data == tmp_path / "e"
    assert find_folders(environ).config_named
    folders = find_folders(environ, data_dir=tmp_path / "c", config=tmp_path / "c.toml")
    assert (folders.data, folders.config) == (tmp_path / "c", tmp_path / "c.toml")


def test_without_a_word_the_usual_places_are_taken() -> None:
    folders = find_folders({})
    assert folders.config.name == "settings.toml"
    assert folders.policy.name == "policy.toml"
    assert folders.config.parent != folders.policy.parent


def test_practice_letters_lie_apart(tmp_path: Path) -> None:
    folders = find_folders({}, data_dir=tmp_path)
    places = {folders.letters(each) for each in ("practice", "test", "production")}
    assert len(places) == 2


def test_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    folders = find_folders({}, data_dir=tmp_path / "new")
    for folder in (folders.letters("test"), folders.logs, folders.keys, folders.data):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    loose = tmp_path / "loose"
    loose.mkdir(mode=0o755)
    assert stat.S_IMODE(private(loose).stat().st_mode) == 0o700


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreTrouble):
        private(tmp_path / "file" / "folder")
