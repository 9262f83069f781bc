from dataclasses import replace

from desktop_app.domain.people import Correspondent, CorrespondentId, Kind, Mailbox, Place
from desktop_app.wording import recipients as words

ONE, OTHER = Mailbox(address="un@a.mssante.example"), Mailbox(address="deux@b.mssante.example")
PAUL = Correspondent(
    id=CorrespondentId("1"),
    family="ORMEAU-FICTIF",
    identifier="10999996027",
    mailboxes=(ONE,),
    places=(Place(lines=("3 PLACE DE L'EXEMPLE",), postal_code="99001", city="VILLEFICTIVE"),),
)


def test_two_of_the_same_name_are_told_apart_by_their_number() -> None:
    assert words.mark(PAUL) == "RPPS 10999996027"
    assert words.mark(replace(PAUL, kind=Kind.ORGANIZATION)) == "FINESS 10999996027"
    assert words.mark(replace(PAUL, identifier=None)) == ""


def test_several_mailboxes_are_counted_and_a_single_one_is_named() -> None:
    two = replace(PAUL, mailboxes=(ONE, OTHER))
    assert words.mark(two) == "RPPS 10999996027 · 2 adresses"
    assert words.details(PAUL).endswith("RPPS 10999996027 · un@a.mssante.example")
    assert words.details(two).endswith("RPPS 10999996027 · 2 adresses")
