import re

import pytest

from desktop_app.domain.errors import (
    AppError,
    Busy,
    Changed,
    Difference,
    FileTrouble,
    IllegalMove,
    Incomplete,
    InDoubt,
    Malformed,
    Misconfigured,
    NotAllowed,
    NotOffered,
    NotSignedIn,
    Refused,
    ServerTrouble,
    StaleJob,
    StaleToken,
    StoreTrouble,
    Throttled,
    Unknown,
    Unreachable,
)
from desktop_app.wording.failures import (
    UNEXPECTED,
    Notice,
    explain,
    together,
    worth_another_try,
)

ONE_OF_EACH: tuple[AppError, ...] = (
    Unreachable(),
    InDoubt("read"),
    Throttled(),
    ServerTrouble(503),
    StaleToken(),
    NotAllowed("scope"),
    Refused(422),
    Malformed("entry"),
    NotOffered("stays"),
    Incomplete("patient"),
    Changed("patient", (Difference("ipp", "000123", "000456"),)),
    NotSignedIn(),
    FileTrouble("missing"),
    Misconfigured("profiles.x.lifen", "missing"),
    StoreTrouble("full"),
    Busy("poste 12"),
    Unknown("job"),
    StaleJob(),
    IllegalMove("Withdrawn", "sending"),
)


def documented(kind: type[AppError]) -> list[str]:
    """The codes that a failure's own documentation names."""
    return re.findall(r"``([a-z_]+)``", kind.__doc__ or "")


def test_every_failure_is_here() -> None:
    assert {type(error) for error in ONE_OF_EACH} == set(AppError.__subclasses__())


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=str)
def test_every_failure_is_explained(error: AppError) -> None:
    notice = explain(error)
    assert notice != UNEXPECTED
    assert notice.title[0].isupper() or notice.title.startswith("«")
    assert not notice.title.endswith(".")


def test_a_bug_is_called_unexpected_and_says_that_letters_are_safe() -> None:
    assert explain(KeyError("x")) == UNEXPECTED
    assert "en sûreté" in UNEXPECTED.advice


@pytest.mark.parametrize(
    "cause", ["credentials", "database_reference", "audience", "scope", "setup"]
)
def test_each_fault_of_our_access_has_its_own_words(cause: str) -> None:
    texts = [explain(NotAllowed(one)) for one in documented(NotAllowed) if one != "cause"]
    assert cause in documented(NotAllowed)
    assert texts.count(explain(NotAllowed(cause))) == 1
    assert "Rien n’est parti" in explain(NotAllowed(cause)).advice


@pytest.mark.parametrize(
    "what", [one for one in documented(Incomplete) if one not in {"what", "limit"}]
)
def test_everything_that_may_be_lacking_has_its_own_words(what: str) -> None:
    assert explain(Incomplete(what)) != explain(Incomplete("something else"))


@pytest.mark.parametrize("what", ["too_many_recipients", "too_many_documents"])
def test_a_bound_that_was_passed_is_told(what: str) -> None:
    assert explain(Incomplete(what, 7)).advice == "7 au plus."


@pytest.mark.parametrize("what", ["record_too_large", "documents_too_large"])
def test_a_limit_in_bytes_is_the_configured_one_or_not_told(what: str) -> None:
    assert explain(Incomplete(what, 12_000_000)).advice.startswith("12\u00a0Mo au plus. ")
    assert not re.search(r"\d", explain(Incomplete(what)).advice)


def test_what_changed_is_said_without_naming_anybody() -> None:
    patient, stay = (explain(Changed(what, ())) for what in ("patient", "stay"))
    assert patient.title.startswith("Le dossier du patient")
    assert stay.title.startswith("Le séjour")
    assert "Rien n’est parti" in patient.advice
    assert "Rien n’est parti" in stay.advice
    named = Changed("patient", (Difference("birth_family", "ABRICOTIER", "DELORMEAU"),))
    assert explain(named) == patient


@pytest.mark.parametrize("cause", [one for one in documented(NotSignedIn) if one != "cause"])
def test_every_reason_for_not_being_signed_in_has_its_own_words(cause: str) -> None:
    others = [one for one in documented(NotSignedIn) if one not in {"cause", cause}]
    assert explain(NotSignedIn(cause)) not in [explain(NotSignedIn(one)) for one in others]
    assert explain(NotSignedIn(cause)).advice


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("profiles.x.lifen.patients", "search ou typed"),
        ("profiles.x.lifen.organization", "portail Lifen"),
        ("profiles.x.lifen.sender", "11 chiffres"),
        ("profiles.x.lifen.record", "never"),
        ("profiles.x.lifen.dmp", "Organization/"),
        ("profiles.x.sso.metadata_url", "fournisseur d’identité"),
        ("profiles.x.sso.acr_values", "fournisseur d’identité"),
        ("sending.mailbox_bytes", "octets"),
    ],
)
def test_a_setting_says_what_it_takes(where: str, expected: str) -> None:
    advice = explain(Misconfigured(where, "invalid", "abc")).advice
    assert advice.startswith(f"{where} = abc (attendu")
    assert expected in advice
    assert expected not in explain(Misconfigured(where, "locked", "abc")).advice


@pytest.mark.parametrize(
    "kind", [one for one in documented(FileTrouble) if one not in {"kind", "name", "unreadable"}]
)
def test_every_trouble_with_a_file_has_its_own_words(kind: str) -> None:
    assert explain(FileTrouble(kind)) != explain(FileTrouble("unreadable"))


@pytest.mark.parametrize(
    "kind", [one for one in documented(StoreTrouble) if one not in {"kind", "other"}]
)
def test_every_trouble_of_the_disk_has_its_own_words(kind: str) -> None:
    assert explain(StoreTrouble(kind)) != explain(StoreTrouble("other"))


@pytest.mark.parametrize(
    "what", [one for one in documented(Misconfigured) if one not in {"where", "what"}]
)
def test_every_wrong_setting_has_its_own_words_and_is_named(what: str) -> None:
    notice = explain(Misconfigured("network.proxy", what, "abc"))
    assert notice.title != explain(Misconfigured("network.proxy", "something else")).title
    assert notice.advice.startswith("network.proxy")
    assert notice.advice.endswith(" abc")


def test_a_refusal_quotes_the_platform() -> None:
    assert "«\u00a0Titre trop long\u00a0»" in explain(Refused(422, ["Titre trop long"])).advice
    assert "418" in explain(Refused(418)).title


def test_a_file_is_named_and_its_size_is_told() -> None:
    notice = explain(FileTrouble("too_large", "lettre.pdf", size=60_000_000, limit=50_000_000))
    assert notice.title.startswith("«\u00a0lettre.pdf\u00a0»\u00a0: trop lourd (60\u00a0Mo)")
    assert "50\u00a0Mo" in notice.advice
    assert explain(FileTrouble("empty", "lettre.pdf")).title.startswith("«\u00a0lettre.pdf\u00a0»")


def test_another_try_is_offered_where_it_may_help() -> None:
    helped = {type(error) for error in ONE_OF_EACH if worth_another_try(error)}
    assert helped == {Unreachable, ServerTrouble, Throttled, Malformed, StaleToken}


def test_several_notices_are_one_and_each_is_said_once() -> None:
    first, second = Notice("Un", "a."), Notice("Deux")
    assert together([]) is None
    assert together([first, first]) == first
    both = together([first, second, first])
    assert both is not None
    assert both.title == "2 problèmes à regarder"
    assert both.advice.splitlines() == ["Un. a.", "Deux."]
