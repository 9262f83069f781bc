import pytest

from desktop_app.sandbox.world import World
from tests.sandbox.conftest import Caller
from tests.sandbox.test_patients import ids


async def test_the_directory_stops_at_a_hundred_rows_and_has_no_pages(caller: Caller) -> None:
    page = (await caller.search("Practitioner", "$search-for-mss", name="fictif")).json()
    assert len(page["entry"]) == 100
    assert page["total"] > 100
    assert "link" not in page


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"name": "tessandier"}, ["90001"]),
        ({"family": "tess", "given": "ma"}, ["90001"]),
        ({"telecom": "Marc.Tessandier@clinique.mssante.example"}, ["90001"]),
        ({"name": "ormeau paul", "address": "bourg"}, ["90004"]),
    ],
)
async def test_a_practitioner_is_found_by_what_is_known(
    caller: Caller, form: dict[str, str], found: list[str]
) -> None:
    assert ids((await caller.search("Practitioner", "$search-for-mss", **form)).json()) == found


@pytest.mark.parametrize("form", ["{}", "8{}", "urn:oid:1.2.250.1.71.4.2.1|8{}"])
async def test_both_lengths_of_a_professional_number_are_understood(
    caller: Caller, world: World, form: str
) -> None:
    value = form.format(world.practitioners["90002"].identifier)
    page = (await caller.search("Practitioner", "$search-for-mss", identifier=value)).json()
    assert ids(page) == ["90002"]


async def test_a_structure_is_found_by_name_or_number(caller: Caller, world: World) -> None:
    number = world.organizations["60101"].identifier
    for form in ({"name": world.organizations["60101"].name}, {"identifier": number}):
        page = (await caller.search("Organization", "$search-for-mss", **form)).json()
        assert "60101" in ids(page)


async def test_what_structures_link_to_is_not_this_platform(caller: Caller) -> None:
    page = (await caller.search("Organization", "$search-for-mss", name="ehpad")).json()
    assert page["entry"]
    for entry in page["entry"]:
        assert entry["fullUrl"].startswith("https://staging.sandbox.example/fhir/dstu3/")


@pytest.mark.parametrize(
    ("resource", "form", "location"),
    [
        ("Practitioner", {}, "allValueNull"),
        ("Practitioner", {"part-of": "Organization/60001"}, "part-of"),
        ("Practitioner", {"speciality": "x"}, "speciality"),
        ("Practitioner", {"name": "t"}, "name"),
        ("Practitioner", {"name": "te", "_count": "0"}, "_count"),
        ("Organization", {"family": "te"}, "family"),
    ],
)
async def test_a_directory_search_that_makes_no_sense_is_refused(
    caller: Caller, resource: str, form: dict[str, str], location: str
) -> None:
    answer = await caller.search(resource, "$search-for-mss", **form)
    assert (answer.status_code, answer.json()["issue"][0]["location"]) == (422, location)
