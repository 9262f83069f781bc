import httpx
import pytest

from desktop_app.domain.errors import Refused
from desktop_app.fhir.lifen.rows import read_rows
from tests.fhir.conftest import Platform, fhir_over
from tests.fhir.lifen.conftest import NEXT, bundle

FORM = (("patient", "Patient/1"),)
GONE = httpx.Response(410)
ELSEWHERE = "https://api.lifen.example/fhir/v3/Patient?name=x"


def rows(*ids: str, following: str = "") -> httpx.Response:
    made: httpx.Response = bundle(*ids, following=following, kind="Encounter")
    return made


@pytest.mark.parametrize(
    ("script", "found", "complete", "calls"),
    [
        ([rows("1")], "1", True, 1),
        ([rows("1", following=NEXT), rows("2")], "12", True, 2),
        ([rows("1", following=NEXT), GONE, rows("1", following=NEXT), rows("3")], "13", True, 4),
        ([rows("1", following=NEXT), GONE, rows("2", following=NEXT), GONE], "12", False, 4),
        ([rows("1", following=NEXT), GONE, GONE], "1", False, 3),
        ([rows("1", following=ELSEWHERE)], "1", False, 1),
        ([rows()], "", True, 1),
        ([rows(following=NEXT)], "", False, 1),
    ],
)
async def test_a_list_is_as_long_as_its_pages_let_it_be(
    script: list[httpx.Response], found: str, calls: int, *, complete: bool
) -> None:
    platform = Platform(script)
    async with fhir_over(platform) as http:
        read = await read_rows(http, "Encounter", FORM, 20)
    assert "".join(one["id"] for one in read.resources) == found
    assert (read.complete, len(platform.calls)) == (complete, calls)


async def test_a_search_that_is_not_found_is_no_page_that_is_gone() -> None:
    platform = Platform([httpx.Response(404)])
    async with fhir_over(platform) as http:
        with pytest.raises(Refused):
            await read_rows(http, "Encounter", FORM, 20)
    assert len(platform.calls) == 1


async def test_no_more_pages_are_read_than_allowed() -> None:
    numbers = iter(range(1000))

    def endless(_request: httpx.Request) -> httpx.Response:
        number = next(numbers)
        return rows(str(number), following=f"{NEXT}{number}")

    platform = Platform([endless])
    async with fhir_over(platform) as http:
        read = await read_rows(http, "Encounter", FORM, 20)
    assert (len(read.resources), read.complete, len(platform.calls)) == (20, False, 20)
