import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desktop_app.domain.errors import (
    AppError,
    Busy,
    Changed,
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
from desktop_app.domain.letters import LetterId, Target
from desktop_app.domain.sending import (
    Claimed,
    Delivery,
    DeliveryState,
    Job,
    JobId,
    JobState,
    Passed,
    advance,
)
from desktop_app.outbox.policy import verdict
from desktop_app.wording import progress
from desktop_app.wording.failures import UNEXPECTED

NOW = datetime(2024, 3, 4, 9, 46, tzinfo=UTC)
S, D = JobState, DeliveryState
FAILURES: tuple[AppError, ...] = (
    InDoubt("read"), InDoubt("server_503"), InDoubt("unreadable"), InDoubt("early_answer"),
    InDoubt("no_transaction"), InDoubt("redirected"),
    Throttled(), Throttled(timedelta(seconds=30)), StaleToken(), Unreachable(),
    ServerTrouble(500), ServerTrouble(503), Malformed("entry"),
    *(NotAllowed(cause) for cause in (
        "credentials", "database_reference", "audience", "scope", "setup"
    )),
    *(Refused(status) for status in (400, 404, 409, 412, 413, 415, 418, 422)),
    Refused(422, ["Le titre est trop long"]),
    *(FileTrouble(kind) for kind in (
        "missing", "unreadable", "empty", "not_pdf", "encrypted", "damaged", "too_large", "changed",
        "folder",
    )),
    *(Incomplete(what) for what in (
        "patient", "recipients", "documents", "too_many_recipients", "too_many_documents",
        "documents_too_large", "address", "stay", "one_document", "record_too_large", "identity",
        "ins", "organization", "sender", "targets",
    )),
    Changed("patient", ()), Changed("stay", ()),
    NotOffered("mss"),
    *(StoreTrouble(kind) for kind in ("future", "damaged", "full", "read_only", "other")),
)  # fmt: skip


def a_job(
    state: JobState = S.QUEUED,
    *said: DeliveryState,
    reason: str | None = None,
    detail: str | None = None,
) -> Job:
    return Job(
        id=JobId("1"),
        sending=LetterId("1"),
        target=Target.MSS,
        created_at=NOW,
        state=state,
        reason=reason,
        detail=detail,
        deliveries=tuple(
            Delivery(address=f"ok.{number}@x.example", name="Dr Fictif", state=one)
            for number, one in enumerate(said or (D.PENDING,))
        ),
    )


def after(error: AppError) -> Job:
    """A job to which ``error`` has just happened."""
    job = advance(advance(a_job(), Claimed()), Passed(NOW))
    return advance(job, verdict(error, job, NOW))


def said_by(job: Job) -> Iterable[str]:
    yield progress.sentence(job, NOW)
    yield progress.advice(job)


@pytest.mark.parametrize("error", FAILURES, ids=str)
def test_every_reason_that_the_policy_leaves_behind_has_a_sentence(error: AppError) -> None:
    job = after(error)

    texts = list(said_by(job))

    assert texts[0].endswith((".", "passe."))
    for text in texts:
        assert UNEXPECTED.title not in text
        assert UNEXPECTED.advice not in text
        assert not re.search(r"[a-z]_[a-z]|\bNone\b", text.replace("database_reference", ""))


def test_every_failure_that_a_job_can_meet_is_among_these() -> None:
    met = {type(error) for error in FAILURES}
    others = (
        Misconfigured("x", "missing"), Busy("x"), Unknown("x"), StaleJob(), IllegalMove("x", "y"),
        NotSignedIn(),
    )  # fmt: skip
    assert set(AppError.__subclasses__()) == met | {type(error) for error in others}
    for error in others:
        with pytest.raises(type(error)):
            after(error)


@pytest.mark.parametrize("state", JobState)
def test_a_record_copy_is_never_said_to_be_in_a_mailbox(state: JobState) -> None:
    for reason in ("declared_sent", "tracking_ended", "cut"):
        job = replace(a_job(state, D.FAILED, reason=reason), target=Target.EHR)
        assert "messagerie" not in " ".join(said_by(job))
    job = replace(a_job(S.DELIVERED, D.DELIVERED), target=Target.EHR)
    assert "dossier de l’hôpital" in progress.sentence(job, NOW)


@pytest.mark.parametrize("state", JobState)
def test_every_state_says_what_happened(state: JobState) -> None:
    text = progress.sentence(a_job(state, reason="unreachable"), NOW)
    assert text[0].isupper()
    assert text.endswith(".")


@pytest.mark.parametrize("state", [S.WAITING, S.BLOCKED, S.ACCEPTED, S.HELD])
def test_what_comes_next_is_a_countdown_when_near_and_an_hour_when_not(state: JobState) -> None:
    near = replace(a_job(state, reason="scope"), not_before=NOW + timedelta(seconds=15))
    far = replace(near, not_before=NOW + timedelta(minutes=30))
    late = replace(near, not_before=NOW - timedelta(seconds=5))

    assert "dans 15\u00a0s" in progress.sentence(near, NOW)
    assert re.search(r"à \d\d:16", progress.sentence(far, NOW))
    assert "maintenant" in progress.sentence(late, NOW)
    assert progress.counts_down(near, NOW)
    assert not progress.counts_down(far, NOW)


def test_a_letter_that_may_have_left_is_never_said_to_leave_again_by_itself() -> None:
    for reason in ("read", "crashed", "interrupted", "server_503", "unreadable"):
        job = replace(a_job(S.IN_DOUBT, reason=reason), passed_at=NOW)
        text = progress.sentence(job, NOW)
        assert "jamais renvoyée toute seule" in text
        assert re.search(r"à \d\d:46", text)
        assert "répondez ci-dessous" in progress.advice(job)


def test_a_lost_answer_an_error_and_a_crash_are_told_apart() -> None:
    texts = {
        progress.sentence(replace(a_job(S.IN_DOUBT, reason=reason), passed_at=NOW), NOW)
        for reason in ("read", "crashed", "server_503", "unreadable", "tracking_ended")
    }
    assert len(texts) == 5


def test_the_platforms_own_words_are_quoted_and_the_letter_is_said_to_be_here() -> None:
    text = progress.sentence(after(Refused(422, ["Le titre est trop long."])), NOW)
    assert "«\u00a0Le titre est trop long\u00a0»." in text
    assert "Rien n’est parti." in text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ((D.FAILED,), "du destinataire ne l’a pas acceptée"),
        ((D.FAILED, D.DELIVERED), "Un destinataire sur 2"),
        ((D.FAILED, D.FAILED, D.DELIVERED), "2 destinataires sur 3"),
    ],
)
def test_who_did_not_get_it_is_counted(said: tuple[DeliveryState, ...], text: str) -> None:
    assert text in progress.sentence(a_job(S.UNDELIVERED, *said), NOW)


@pytest.mark.parametrize(
    ("count", "text"), [(1, "la messagerie"), (2, "les deux messageries"), (3, "les 3 messageries")]
)
def test_acceptance_by_every_mailbox_is_said(count: int, text: str) -> None:
    job = replace(a_job(S.DELIVERED, *[D.DELIVERED] * count), finished_at=NOW)
    assert text in progress.sentence(job, NOW)


def test_what_a_person_vouched_for_is_not_called_accepted() -> None:
    job = replace(a_job(S.DELIVERED, reason="declared_sent"), finished_at=NOW)
    assert "Acceptée" not in progress.sentence(job, NOW)


def test_a_code_of_another_version_is_still_a_sentence() -> None:
    job = a_job(S.REFUSED, reason="refused_by_the_moon")
    assert progress.sentence(job, NOW).startswith(UNEXPECTED.title)
    assert progress.advice(job) == UNEXPECTED.advice


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("unknown", "par un état inconnu. "),
        ("teleported", "par un état inconnu («\u00a0teleported"),
    ],
)
def test_a_state_that_nobody_knows_is_quoted_and_never_passed_off_as_french(
    code: str, said: str
) -> None:
    strange = Delivery(address="x", name="", state=DeliveryState.UNKNOWN, reason=code)
    one = replace(a_job(JobState.ACCEPTED), deliveries=(strange,))
    assert said in progress.sentence(one, NOW)
