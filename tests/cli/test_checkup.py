import io
import json

import pytest

from desktop_app.domain.checkup import Step
from desktop_app.sandbox import access
from desktop_app.sandbox.faults import Rule
from tests.cli.conftest import Desk, Platform, Ran

MEMBERS = {"step", "state", "message", "advice", "seconds"}
STATES = {"ok", "warn", "fail", "skipped"}


def states(ran: Ran) -> dict[str, str]:
    return {line["step"]: line["state"] for line in ran.lines}


def message(ran: Ran, step: Step) -> str:
    (line,) = [line for line in ran.lines if line["step"] == step]
    return f"{line['message']} {line['advice']}"


def with_sign_in(desk: Desk) -> None:
    sso = desk.described["sso"]
    desk.settle(
        "",
        f"""
        [profiles.essai.sso]
        metadata_url = "{sso["metadata_url"]}"
        client_id = "{sso["client_id"]}"
        acr_values = "{sso["acr_values"]}"
    """,
    )


def test_a_healthy_profile_has_one_line_a_step_and_code_0(desk: Desk, lifen: Platform) -> None:
    with_sign_in(desk)
    ran = desk.run("doctor")
    assert (ran.code, ran.problem) == (0, "")
    assert [line["step"] for line in ran.lines] == [step.value for step in Step]
    for line in ran.lines:
        assert set(line) == MEMBERS
        assert line["state"] in STATES
        assert isinstance(line["seconds"], float)
        assert line["message"].endswith(".")
    assert "fail" not in states(ran).values()
    assert states(ran)["sign_in"] == "ok"
    assert states(ran)["secret"] == "warn"
    assert "dans un fichier" in message(ran, Step.SECRET)
    assert lifen.ledger == []


def test_practice_is_in_order_from_the_first_start(practice: Desk) -> None:
    ran = practice.run("doctor", as_json=False)
    assert (ran.code, ran.problem) == (0, "")
    assert ran.text.endswith("Tout est en ordre.\n")
    for sign in ("✓", "–"):
        assert f"\n{sign} " in f"\n{ran.text}"
    assert "sans objet" in ran.text


def test_a_broken_setting_is_the_first_step_s_fault(practice: Desk) -> None:
    config = practice.folder / "s.toml"
    config.write_text("colour = 1", "utf-8")
    ran = practice.run("--config", config, "doctor")
    assert (ran.code, ran.problem) == (3, "")
    assert states(ran).pop("settings") == "fail"
    assert set(states(ran).values()) == {"fail", "skipped"}
    assert "colour" in message(ran, Step.SETTINGS)


def test_a_dead_port_is_unreachable_and_named_in_one_sentence(desk: Desk, lifen: Platform) -> None:
    text = (desk.folder / "reglages.toml").read_text("utf-8")
    (desk.folder / "reglages.toml").write_text(text.replace(lifen.served.url, "http://127.0.0.1:1"))
    assert desk.run("doctor").code == 4
    said = desk.run("doctor", as_json=False).text.splitlines()[-1]
    assert said.startswith("L’étape «\u00a0connexion et certificat\u00a0» est en défaut")
    assert "127.0.0.1" in said
    assert "pare-feu" in said


@pytest.mark.parametrize(
    ("rule", "step", "code"),
    [
        (Rule(path="/v1/token", status=400, json={"error": "invalid_request"}), "token", 3),
        (Rule(path="/v1/token", status=401, json={"error": "access_denied"}), "token", 3),
        (Rule(path="/v1/token", status=403, json={"error": "access_denied"}), "token", 3),
        (Rule(path="/v1/token", status=200, body="html"), "token", 4),
        (Rule(path="/v1/token", status=503), "token", 4),
        (Rule(path="/v1/token", status=429), "token", 4),
        (Rule(path="/Patient/_search", status=403), "patients", 3),
        (Rule(path="/Patient/_search", status=422), "patients", 3),
        (Rule(path="Practitioner/$search-for-mss", body="truncated"), "directory", 4),
    ],
)
def test_the_exit_code_is_that_of_the_first_step_at_fault(
    desk: Desk, lifen: Platform, rule: Rule, step: str, code: int
) -> None:
    lifen.trouble(rule)
    ran = desk.run("doctor")
    assert ran.code == code
    assert [one for one, state in states(ran).items() if state == "fail"] == [step]


def test_a_missing_secret_says_how_to_record_it(desk: Desk) -> None:
    desk.run("secrets", "forget", "essai", "lifen.client_secret")
    ran = desk.run("doctor")
    assert ran.code == 3
    assert "secrets set" in message(ran, Step.SECRET)


def test_the_store_is_looked_at_even_where_no_journal_can_be_kept(practice: Desk) -> None:
    practice.file(b"", "data")
    ran = practice.run("doctor")
    assert (ran.code, ran.problem) == (3, "")
    assert states(ran)["store"] == "fail"


def test_neither_secret_nor_token_nor_patient_is_said_or_noted(
    desk: Desk, lifen: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran, told = desk.run("doctor"), desk.run("doctor", as_json=False)
    journal = (desk.folder / "data" / "logs" / "navette-cli.log").read_text("utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("tres-secret\n"))
    desk.run("secrets", "set", "essai", "lifen.client_secret")
    wrong = desk.run("doctor")
    assert wrong.code == 3
    everything = json.dumps(ran.lines) + told.text + journal + wrong.text
    for word in (access.CLIENT_SECRET, "tres-secret", "eyJ", "abricotier"):
        assert word not in everything.casefold()
    assert "doctor: token ok" in journal
