import logging
from pathlib import Path

import pytest

from desktop_app.domain.errors import StoreTrouble
from desktop_app.system.logs import journal


def test_the_journal_holds_ours_and_silences_those_who_write_urls(tmp_path: Path) -> None:
    with journal(tmp_path, "navette"):
        logging.getLogger("desktop_app.outbox.worker").info("job 1: Accepted")
        logging.getLogger("httpx").info("HTTP Request: GET https://x.example/?name=ABRICOTIER")
        logging.getLogger("httpcore.http11").debug("request")
    text = (tmp_path / "navette.log").read_text("utf-8")
    assert "job 1: Accepted" in text
    assert "ABRICOTIER" not in text


def test_it_leaves_no_handler_behind(tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    with journal(tmp_path, "navette"):
        assert logging.getLogger().handlers != before
    assert logging.getLogger().handlers == before


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreTrouble), journal(tmp_path / "gone", "navette"):
        pass
