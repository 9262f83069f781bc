import pytest

from desktop_app.sandbox.lifen import LifenSandbox
from desktop_app.sandbox.world import World, WorldPatient
from tests.sandbox.conftest import BASE, Caller, HandClock


def ids(bundle: dict) -> list[str]:  # type: ignore[type-arg]
    return [entry["resource"]["id"] for entry in bundle["entry"]]


@pytest.mark.parametrize(
    "name",
    ["abricotier", "ABRI cap", "capucine delormeau", "delor", "Abricotier Delormeau-Sandbox"],
)
async def test_a_patient_is_found_by_the_beginning_of_any_name(caller: Caller, name: str) -> None:
    answer = await caller.search("Patient", name=name)
    assert "70001" in ids(answer.json())


@pytest.mark.parametrize("name", ["chene liege", "CHÊNE-LIÈGE", "chêne", "liege"])
async def test_accents_and_hyphens_do_not_matter(caller: Caller, name: str) -> None:
    assert "70006" in ids((await caller.search("Patient", name=name)).json())


@pytest.mark.parametrize("value", ["000123", "urn:oid:1.2.250.1.71.4.2.2.60001|000123"])
async def test_an_identifier_matches_with_or_without_its_system(caller: Caller, value: str) -> None:
    assert ids((await caller.search("Patient", identifier=value)).json()) == ["70001"]


async def test_the_number_of_an_identity_that_is_not_qualified_is_hidden(
    caller: Caller, world: World
) -> None:
    person = world.patients["70003"]
    assert person.ins is not None
    assert ids((await caller.search("Patient", identifier=person.ins)).json()) == []
    read = (await caller.get("Patient/70003")).json()
    assert [number["value"] for number in read["identifier"]] == ["000208"]


@pytest.mark.parametrize(
    ("form", "status", "location"),
    [
        ({}, 422, "allValueNull"),
        ({"_id": "70001"}, 422, "allValueNull"),
        ({"name": "a"}, 422, "name"),
        ({"name": "ab", "speciality": "x"}, 422, "speciality"),
        ({"name": "ab", "_count": "0"}, 422, "_count"),
        ({"name": "ab", "_count": "101"}, 422, "_count"),
        ({"birthdate": "14/07/1985"}, 412, "birthdate"),
        ({"birthdate": "ge1985-07-14"}, 412, "birthdate"),
        ({"birthdate": "1985-02-30"}, 412, "birthdate"),
    ],
)
async def test_a_search_that_makes_no_sense_is_refused_in_the_documented_form(
    caller: Caller, form: dict[str, str], status: int, location: str
) -> None:
    answer = await caller.search("Patient", **form)
    assert answer.status_code == status
    issue = answer.json()["issue"][0]
    assert issue["severity"] == "ERROR"
    assert issue["location"] == location


@pytest.mark.parametrize(
    ("reference", "form", "status"),
    [
        ("SbxRamsay1", {"family": "ros"}, 422),
        ("SbxRamsay1", {"family": "ros", "given": "zo"}, 200),
        ("SbxRamsay1", {"given": "zo"}, 422),
        ("SbxRamsay1", {"name": "ros zo"}, 200),
        ("SbxRamsay1", {"identifier": "000123"}, 200),
        ("SbxRamsay1", {"identifier": "000123,000207"}, 422),
        ("SbxRamsay1", {"birthdate": "1985-07-14"}, 200),
        ("SbxRamsay1", {"phone": "0639980001"}, 422),
        ("SbxVivalt1", {"family": "ros"}, 200),
        ("SbxVivalt1", {"given": "zoé"}, 200),
        ("SbxVivalt1", {"given": "zo"}, 422),
        ("SbxVivalt1", {"birthdate": "1985-07-14"}, 200),
        ("SbxVivalt1", {"phone": "0639980001"}, 422),
        ("SbxVivalt1", {"name": "ro"}, 422),
        ("SbxVivalt1", {"name": "ros"}, 200),
        ("SbxVivalt1", {"identifier": "000123"}, 422),
        ("Sbx0Demo01", {"identifier": "000123,000207"}, 200),
    ],
)
async def test_each_tenant_has_its_own_rules(
    stranger: Caller, reference: str, form: dict[str, str], status: int
) -> None:
    caller = await stranger.enter(reference=reference)
    assert (await caller.search("Patient", **form)).status_code == status


async def test_pages_follow_one_another_without_gap_or_repeat(caller: Caller) -> None:
    page = (await caller.search("Patient", name="sandbox", _count="40")).json()
    total, seen = page["total"], ids(page)
    while following := [link for link in page["link"] if link["relation"] == "next"]:
        assert following[0]["url"].startswith(f"{BASE}/Bundle?_id=")
        page = (await caller.client.get(following[0]["url"], headers=caller.headers)).json()
        seen += ids(page)
    assert len(seen) == len(set(seen)) == total > 40
    assert any(link["relation"] == "previous" for link in page["link"])


async def test_a_page_of_another_hospital_is_gone(stranger: Caller) -> None:
    page = (await (await stranger.enter()).search("Patient", name="sandbox")).json()
    url = next(link["url"] for link in page["link"] if link["relation"] == "next")
    other = await stranger.enter(reference="SbxVivalt1")
    answer = await other.client.get(url, headers=other.headers)
    assert answer.status_code == 410


async def test_tenants_without_paging_offer_no_next_page(stranger: Caller) -> None:
    page = (
        await (await stranger.enter(reference="SbxVivalt1")).search("Patient", name="san")
    ).json()
    assert page["total"] > len(page["entry"])
    assert [link["relation"] for link in page["link"]] == ["self"]


async def test_a_new_patient_is_readable_at_once_and_searchable_a_little_later(
    caller: Caller, sandbox: LifenSandbox, clock: HandClock, world: World
) -> None:
    known = world.patients["70001"]
    person = WorldPatient(
        id="79999",
        ipp="799999",
        birth_family="TARDIF-SANDBOX",
        used_family=None,
        given=("Zoé",),
        sex="female",
        birth_date=known.birth_date,
        town=known.town,
        insee=known.insee,
        ins=None,
        reliability=None,
    )
    sandbox.admit(person)
    assert (await caller.get("Patient/79999")).status_code == 200
    assert ids((await caller.search("Patient", name="tardif")).json()) == []
    clock.forward(3)
    assert ids((await caller.search("Patient", name="tardif")).json()) == ["79999"]


@pytest.mark.parametrize(
    "value", ["0639980001", "06 39 98 00 01", "+33 6 39 98 00 01", "tel|0639980001"]
)
async def test_a_telephone_is_searched_for_and_never_shown(caller: Caller, value: str) -> None:
    page = (await caller.search("Patient", phone=value)).json()
    assert ids(page) == ["70001"]
    assert "telecom" not in page["entry"][0]["resource"]


async def test_a_patient_who_was_merged_is_read_and_no_longer_found(
    caller: Caller, sandbox: LifenSandbox
) -> None:
    sandbox.merge("70003", "70002")
    read = (await caller.get("Patient/70003")).json()
    assert read["active"] is False
    assert read["link"] == [{"other": {"reference": "Patient/70002"}, "type": "replaced-by"}]
    assert ids((await caller.search("Patient", identifier="000208")).json()) == []
