"""Patient and stay are read again just before a letter leaves (lifen.md T18)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from desktop_app.domain.errors import Changed, Difference, Malformed, NotAllowed, Refused
from desktop_app.domain.people import Patient, Sex, Stay, StayId
from desktop_app.domain.typed import NOBODY
from tests.fhir.conftest import PATIENT, STAY, Mark, Platform, Shelf, letter, lifen_over
from tests.fhir.lifen.conftest import RECEIPT, current, encounter
from tests.fhir.lifen.test_mapping import DATABASE, capucine

NINE = datetime(2024, 3, 1, 8, tzinfo=UTC)
KNOWN = Stay(
    id=StayId("80001"), number="SEJ2024000777", status="in-progress", start=NINE, label="IMP"
)
SAME_STAY: dict[str, Any] = {
    "identifier": [{"value": "SEJ2024000777"}],
    "period": {"start": "2024-03-01T09:00:00+01:00"},
}


async def differences(
    *answers: httpx.Response, what: str = "patient", **changes: Any
) -> tuple[Difference, ...]:
    """What stops a letter, and nothing of it has left then."""
    platform, mark = Platform([*answers, RECEIPT]), Mark()
    async with lifen_over(platform) as lifen:
        with pytest.raises(Changed) as caught:
            await lifen.deliver(letter(**changes), Shelf(), mark)
    assert caught.value.what == what
    assert (len(platform.calls), mark.passed) == (len(answers), 0)
    assert "ABRICOTIER" not in str(caught.value)
    return caught.value.differences


async def leaves(*answers: httpx.Response, **changes: Any) -> None:
    async with lifen_over(Platform([*answers, RECEIPT])) as lifen:
        assert await lifen.deliver(letter(**changes), Shelf(), Mark()) == "tx-1"


def names(**families: str) -> list[dict[str, Any]]:
    return [
        {"use": use, "family": family, "given": ["CAPUCINE"]} for use, family in families.items()
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"birthDate": "1985-07-15"}, Difference("birth_date", "1985-07-14", "1985-07-15")),
        ({"birthDate": "1985"}, Difference("birth_date", "1985-07-14", "")),
        ({"gender": "male"}, Difference("sex", "female", "male")),
        (
            {"name": names(maiden="ABRICOT", usual="DELORMEAU-SANDBOX")},
            Difference("birth_family", "ABRICOTIER", "ABRICOT"),
        ),
        (
            {"name": names(maiden="ABRICOTIER")},
            Difference("used_family", "DELORMEAU-SANDBOX", ""),
        ),
        ({"identifier": []}, Difference("ipp", "000123", "")),
        ({"deceasedDateTime": "2024-03-01"}, Difference("deceased", "", "yes")),
        ({"active": False}, Difference("merged", "", "yes")),
        ({"link": [{"type": "replaced-by"}]}, Difference("merged", "", "yes")),
        ({"id": "70002"}, Difference("merged", "", "yes")),
    ],
)
async def test_a_patient_who_changed_meanwhile_stops_the_letter_and_is_compared(
    change: dict[str, Any], expected: Difference
) -> None:
    assert await differences(current(**change)) == (expected,)


async def test_every_difference_is_shown() -> None:
    found = await differences(
        current(
            name=[{"use": "official", "family": "POIRIER", "given": ["ZÉLIE", "ROSE"]}],
            gender="male",
            birthDate="1990-01-01",
            active=False,
        )
    )
    assert [one.trait for one in found] == [
        "birth_family",
        "used_family",
        "given",
        "sex",
        "birth_date",
        "merged",
    ]
    assert found[2] == Difference("given", "CAPUCINE", "ZÉLIE ROSE")


async def test_case_accents_and_hyphens_of_a_name_are_no_change() -> None:
    resource = capucine()
    for name in resource["name"]:
        name["family"], name["given"] = name["family"].title().replace("-", " "), ["Çapucîne"]
    await leaves(current(name=resource["name"]))


async def test_somebody_who_was_known_to_be_dead_may_still_be_written_about() -> None:
    await leaves(current(deceasedBoolean=True), patient=replace(PATIENT, deceased=True))


@pytest.mark.parametrize("status", [404, 410])
async def test_a_patient_or_a_stay_that_is_gone_refuses_the_letter(status: int) -> None:
    for answers in ([httpx.Response(status)], [current(), httpx.Response(status)]):
        mark = Mark()
        async with lifen_over(Platform(answers)) as lifen:
            with pytest.raises(Refused) as caught:
                await lifen.deliver(letter(stay=STAY), Shelf(), mark)
        assert (caught.value.status, mark.passed) == (status, 0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"subject": {"reference": "Patient/2"}},
            Difference("patient", "ABRICOTIER CAPUCINE", ""),
        ),
        ({"subject": None}, Difference("patient", "ABRICOTIER CAPUCINE", "")),
        ({"status": "entered-in-error"}, Difference("status", "in-progress", "entered-in-error")),
        ({"status": "CANCELLED"}, Difference("status", "in-progress", "cancelled")),
        (
            {"identifier": [{"value": "SEJ9"}]},
            Difference("number", "SEJ2024000777", "SEJ9"),
        ),
        (
            {"period": {"start": "2024-03-02T09:00:00+01:00"}},
            Difference("start", NINE.isoformat(), "2024-03-02T09:00:00+01:00"),
        ),
        ({"period": None}, Difference("start", NINE.isoformat(), "")),
    ],
)
async def test_a_stay_that_is_no_longer_the_one_that_was_chosen_stops_the_letter(
    change: dict[str, Any], expected: Difference
) -> None:
    stay = encounter(**{**SAME_STAY, **change})
    assert await differences(current(), stay, what="stay", stay=KNOWN) == (expected,)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"status": "finished", "period": {**SAME_STAY["period"], "end": "2024-03-04T14:00:00Z"}},
        {"class": {"code": "EMER"}},
    ],
)
async def test_a_stay_that_merely_ended_does_not_stop_a_letter(change: dict[str, Any]) -> None:
    await leaves(current(), encounter(**{**SAME_STAY, **change}), stay=KNOWN)


async def test_what_was_not_known_of_a_stay_cannot_have_changed() -> None:
    await leaves(current(), encounter(**SAME_STAY), stay=STAY)


async def test_a_stay_is_a_stay_of_ours() -> None:
    strange = {"extension": [{"url": DATABASE, "valueString": "Other"}]}
    for change, kind in (({"resourceType": "Group"}, Malformed), (strange, NotAllowed)):
        async with lifen_over(Platform([current(), encounter(**change)])) as lifen:
            with pytest.raises(kind):
                await lifen.deliver(letter(stay=STAY), Shelf(), Mark())


async def test_an_identity_that_was_typed_is_not_read_again() -> None:
    typed = Patient(
        id=NOBODY,
        birth_family="ABRICOTIER",
        used_family="DELORMEAU-SANDBOX",
        given=("CAPUCINE",),
        sex=Sex.FEMALE,
        birth_date=date(1985, 7, 14),
        ipp="000123",
    )
    platform = Platform([RECEIPT])
    async with lifen_over(platform, patients="typed", organization="60001") as lifen:
        await lifen.deliver(letter(patient=typed), Shelf(), Mark())
    assert [call.method for call in platform.calls] == ["POST"]
