import pytest

from desktop_app.domain.errors import (
    AppError,
    Malformed,
    Misconfigured,
    NotOffered,
    NotSignedIn,
    ServerTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.domain.people import Author
from desktop_app.wording import signin as words

CAUSES = ("needed", "ended", "cancelled", "late", "refused", "forged", "browser")


@pytest.mark.parametrize(
    "error",
    [
        *map(NotSignedIn, CAUSES), Unreachable("sign_in"), ServerTrouble(503), Throttled(),
        Malformed("metadata.issuer"), NotOffered("sso.S256"),
        Misconfigured("sso.token_endpoint", "host", "x.example"),
    ],
)  # fmt: skip
def test_every_failure_says_what_happened_and_what_to_do(error: AppError) -> None:
    notice = words.failed(error)
    assert notice.title
    assert notice.advice
    assert "plateforme" not in f"{notice.title} {notice.advice}".casefold()


def test_each_cause_has_words_of_its_own() -> None:
    assert len({words.failed(NotSignedIn(cause)) for cause in CAUSES}) == len(CAUSES)


def test_an_address_outside_the_hospital_is_named_for_whoever_can_mend_it() -> None:
    told = words.failed(Misconfigured("sso.token_endpoint", "host", "x.example"))
    assert "sso.token_endpoint" in told.advice
    assert "x.example" in told.advice


def test_a_person_is_called_by_name_else_by_number() -> None:
    assert words.person(Author(key="sso:sbx-90001", name="Claire Fictif")) == "Claire Fictif"
    assert words.person(Author(key="sso:a:b")) == "a:b"
    assert words.short("x" * 100) == f"{'x' * 27}…"
    assert words.short("Claire Fictif") == "Claire Fictif"
