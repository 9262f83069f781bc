from dataclasses import replace

import pytest

from desktop_app.domain.letters import DocumentId, Target
from desktop_app.domain.sending import JobState
from desktop_app.wording import targets
from tests.wording.test_sendings import in_parts, two_jobs

S = JobState


@pytest.mark.parametrize("target", Target)
def test_every_target_has_a_long_and_a_short_name(target: Target) -> None:
    assert len(targets.short(target)) <= len(targets.name(target))


def test_the_deposit_in_the_dmp_is_never_named_without_its_contract() -> None:
    assert targets.name(Target.DMP) == "DMP — selon le contrat de l’établissement"


def test_parts_are_numbered_where_there_are_several() -> None:
    sending = in_parts(S.DELIVERED, S.ACCEPTED)
    names = [targets.part(sending, job) for job in sending.jobs]
    assert names == ["Messageries MSSanté (1/2)", "Messageries MSSanté (2/2)"]
    both = two_jobs(S.DELIVERED, S.DELIVERED)
    assert [targets.part(both, job) for job in both.jobs] == [
        "Messageries MSSanté", "Dossier patient de l’hôpital",
    ]  # fmt: skip


def test_parts_that_stand_at_one_point_become_one_with_everybody_in_it() -> None:
    (one,) = targets.together(in_parts(S.ACCEPTED, S.ACCEPTED))
    assert len(one.deliveries) == 12
    assert len(targets.together(in_parts(S.ACCEPTED, S.DELIVERED))) == 2


def test_the_files_of_a_part_are_named_where_it_has_not_all_of_them() -> None:
    sending = two_jobs(S.DELIVERED, S.DELIVERED)
    document = sending.letter.documents[0]
    second = replace(document, id=DocumentId("2"), name="annexe.pdf")
    letter = replace(sending.letter, documents=(document, second))
    sending = replace(sending, letter=letter)
    job = replace(sending.jobs[1], documents=(second.id,))
    assert targets.documents(sending, job) == "annexe.pdf"
    assert targets.documents(sending, sending.jobs[0]) == ""
    assert targets.documents(sending, replace(job, documents=(document.id, second.id))) == ""
