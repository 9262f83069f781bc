from collections.abc import Sequence
from dataclasses import replace

from desktop_app.domain.errors import StoreTrouble
from desktop_app.domain.letters import DOCUMENT_TYPES
from desktop_app.domain.ports import SendingFilter
from desktop_app.domain.sending import Sending
from desktop_app.ui.letters.habits import REMEMBERED, usual_types
from tests.ui.outbox.sendings import a_sending
from tests.ui.outbox.test_presenter import PlainOutbox


def of_type(number: int, code: str) -> Sending:
    sending = a_sending(number)
    return replace(sending, letter=replace(sending.letter, type_code=code))


async def test_the_types_used_of_late_come_first_and_the_others_in_their_order() -> None:
    first, second, third = DOCUMENT_TYPES[7], DOCUMENT_TYPES[20], DOCUMENT_TYPES[0]
    outbox = PlainOutbox(of_type(1, second), of_type(2, first), of_type(3, first))
    types = await usual_types(outbox)
    assert types[:3] == (first, second, third)
    assert sorted(types) == sorted(DOCUMENT_TYPES)
    assert outbox.asked[0].limit == REMEMBERED


async def test_without_habits_the_usual_order_serves() -> None:
    assert await usual_types(PlainOutbox()) == DOCUMENT_TYPES


async def test_a_disk_that_fails_is_no_news() -> None:
    class Damaged(PlainOutbox):
        async def sendings(self, wanted: SendingFilter) -> Sequence[Sending]:
            raise StoreTrouble("damaged")

    assert await usual_types(Damaged()) == DOCUMENT_TYPES


async def test_a_code_outside_the_list_changes_nothing() -> None:
    assert await usual_types(PlainOutbox(of_type(1, "00000-0"))) == DOCUMENT_TYPES
