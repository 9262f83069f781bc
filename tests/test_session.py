import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import Busy, Incomplete, Misconfigured, NotSignedIn, StoreTrouble
from desktop_app.domain.identity import read_patient_query
from desktop_app.domain.letters import Limits, Target
from desktop_app.domain.people import PatientId, Recipient, SearchRules
from desktop_app.domain.ports import CorrespondentQuery, SendingFilter
from desktop_app.domain.sending import Claimed, JobState, Passed, Sending
from desktop_app.sandbox.faults import Faults, Rule
from desktop_app.sandbox.lifen import RecordTracking
from desktop_app.sandbox.server import Served, serve
from desktop_app.session import Session, open_session, utc_now
from desktop_app.settings import (
    LifenAccount,
    Profile,
    Security,
    Settings,
    SsoAccount,
    load_settings,
)
from desktop_app.system.owner import owner
from desktop_app.system.paths import Folders, find_folders
from desktop_app.system.secrets import SecretFile
from desktop_app.system.writer import one_writer
from tests.intake.conftest import pdf
from tests.sealed import look_into
from tests.signin.conftest import PAGES, Browser

MAILBOX = "marc.tessandier@cabinet.mssante.example"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return find_folders({}, data_dir=tmp_path / "data")


def practice(folders: Folders) -> Settings:
    return load_settings(policy=folders.policy, user=folders.config, environ={})


def over_a_socket(served: Served, **contract: str) -> Settings:
    told = served.description
    account = LifenAccount(
        tenant="standard",
        token_url=told["lifen"]["token_url"],
        audience=told["audience"],
        fhir_url=told["lifen"]["fhir_url"],
        client_id=told["client_id"],
        database_reference=told["database_reference"],
        **contract,
    )
    profile = Profile(name="essai", label="CH fictif", environment="test", lifen=account)
    return of(profile)


def of(profile: Profile) -> Settings:
    return Settings(
        profiles={profile.name: profile}, profile=profile, security=Security(key_store="file")
    )


async def keep_secret(folders: Folders) -> None:
    file = SecretFile(folders.keys / "secrets.json")
    await file.put("essai", "lifen.client_secret", "demo-client-secret")


async def compose(
    session: Session, folder: Path, targets: Sequence[Target] = (Target.MSS,)
) -> Sending:
    path = folder / "lettre.pdf"
    path.write_bytes(pdf())
    letter = await session.letters.take(path)
    patient = await session.patients.patient(PatientId("70001"))
    found = await session.directory.find_practitioners(CorrespondentQuery(telecom=MAILBOX))
    letter = replace(
        letter,
        patient=patient,
        stay=(await session.patients.find_stays(patient.id)).items[0],
        recipients=(Recipient(correspondent=found.items[0], address=MAILBOX),),
        targets=tuple(targets),
    )
    return await session.outbox.send(letter, timedelta(0))


async def until(session: Session, state: JobState) -> None:
    """Wait until the only job is in ``state``."""
    news = asyncio.Event()
    forget = session.outbox.watch(news.set)
    async with asyncio.timeout(20):
        while not (await session.outbox.jobs_in([state])):
            await news.wait()
            news.clear()
    forget()


async def test_practice_finds_sends_and_remembers(folders: Folders, tmp_path: Path) -> None:
    async with open_session(practice(folders), folders) as session:
        found = await session.patients.find_patients(read_patient_query("abricotier capucine"))
        assert "70001" in {patient.id for patient in found.items}
        async with asyncio.TaskGroup() as group:
            working = group.create_task(session.work())
            await compose(session, tmp_path)
            await until(session, JobState.ACCEPTED)
            working.cancel()
        (usual,) = await session.habits.usual(PatientId("70001"))
        assert usual.address == MAILBOX
    ledger = folders.data / "practice" / "ledger.jsonl"
    assert len(ledger.read_text().splitlines()) == 1
    async with open_session(practice(folders), folders) as session:
        (sending,) = await session.outbox.sendings(SendingFilter())
        transaction = sending.jobs[0].transaction_id
        assert [each.address for each in await session.patients.track(transaction or "")] == [
            MAILBOX
        ]


@pytest.mark.parametrize("form", RecordTracking)
async def test_a_record_copy_is_still_followed_after_a_restart(
    folders: Folders, tmp_path: Path, form: RecordTracking
) -> None:
    await keep_secret(folders)
    async with serve(record_tracking=form) as served:
        settings = over_a_socket(served)
        async with open_session(settings, folders) as session, asyncio.TaskGroup() as group:
            working = group.create_task(session.work())
            await compose(session, tmp_path, targets=(Target.EHR,))
            await until(session, JobState.ACCEPTED)
            working.cancel()
        async with open_session(settings, folders) as session, asyncio.TaskGroup() as group:
            working = group.create_task(session.work())
            await until(session, JobState.DELIVERED)
            working.cancel()
        (accepted,) = served.sandbox.ledger
        assert accepted.target == "ehr"


async def test_the_letters_are_there_before_the_secret_is(folders: Folders) -> None:
    async with serve() as served, open_session(over_a_socket(served), folders) as session:
        assert await session.letters.drafts() == []
        for question in (session.patients.patient(PatientId("70001")), session.work()):
            with pytest.raises(Misconfigured) as caught:
                await question
            assert caught.value.what == "secret"
        await keep_secret(folders)
        assert (await session.patients.patient(PatientId("70001"))).ipp == "000123"


async def test_another_worker_keeps_this_one_from_starting(folders: Folders) -> None:
    settings = practice(folders)
    async with open_session(settings, folders) as session:
        with one_writer(folders.letters("practice"), "navette"), pytest.raises(Busy) as caught:
            await session.work()
        assert caught.value.holder.startswith("navette ")


async def test_closing_waits_for_the_answer_to_what_has_left(
    folders: Folders, tmp_path: Path
) -> None:
    await keep_secret(folders)
    slow = Faults(rules=[Rule(path="$send-to-mss", delay_ms=700, after=True)])
    async with serve() as served:
        served.sandbox.faults.replace(*slow.rules)
        settings = over_a_socket(served)
        async with asyncio.TaskGroup() as group, open_session(settings, folders) as session:
            group.create_task(session.work())
            await compose(session, tmp_path)
            await until(session, JobState.SENDING)
            news = asyncio.Event()
            session.outbox.watch(news.set)
            while not (await session.outbox.jobs_in([JobState.SENDING]))[0].passed_at:
                await news.wait()
                news.clear()
        async with open_session(settings, folders) as session:
            ((job,),) = [one.jobs for one in await session.outbox.sendings(SendingFilter())]
            assert job.state is JobState.ACCEPTED
        assert len(served.sandbox.ledger) == 1


async def test_closing_before_anything_left_puts_the_letter_back(
    folders: Folders, tmp_path: Path
) -> None:
    await keep_secret(folders)
    async with serve() as served:
        settings = over_a_socket(served)
        async with asyncio.TaskGroup() as group, open_session(settings, folders) as session:
            await compose(session, tmp_path)
            served.sandbox.faults.replace(Rule(path="/Patient/70001", delay_ms=5000))
            group.create_task(session.work())
            await until(session, JobState.SENDING)
        async with open_session(settings, folders) as session:
            (job,) = await session.outbox.jobs_in([JobState.QUEUED, JobState.WAITING])
            assert job.passed_at is None
        assert served.sandbox.ledger == []


async def test_other_hospitals_and_environments_do_not_see_the_letters(
    folders: Folders, tmp_path: Path
) -> None:
    await keep_secret(folders)
    async with serve() as served:
        settings = over_a_socket(served)
        async with open_session(settings, folders) as session:
            await compose(session, tmp_path)
        assert settings.profile.lifen is not None
        other = replace(settings.profile.lifen, database_reference="SbxVivalt1")
        profile = replace(settings.profile, lifen=other)
        async with open_session(replace(settings, profile=profile), folders) as session:
            assert await session.outbox.sendings(SendingFilter()) == []
        async with open_session(settings, folders) as session:
            assert len(await session.outbox.sendings(SendingFilter())) == 1


async def test_what_was_in_flight_is_decided_before_the_platform_is_reached(
    folders: Folders, tmp_path: Path
) -> None:
    async with serve() as served:
        settings = over_a_socket(served)
        await keep_secret(folders)
        async with open_session(settings, folders) as session:
            (job,) = (await compose(session, tmp_path)).jobs
            await session.outbox.change(job.id, Claimed())
            await session.outbox.change(job.id, Passed(utc_now()))
        await SecretFile(folders.keys / "secrets.json").forget("essai", "lifen.client_secret")
        async with open_session(settings, folders) as session:
            with pytest.raises(Misconfigured):
                await session.work()
            assert (await session.outbox.job(job.id)).state is JobState.IN_DOUBT


async def test_a_deposit_in_the_dmp_goes_on_from_the_step_it_had_reached(
    folders: Folders, tmp_path: Path
) -> None:
    await keep_secret(folders)
    async with serve() as served:
        settings = over_a_socket(served, dmp="Organization/60099")
        served.sandbox.faults.replace(Rule(path="DocumentReference", status=503))
        async with open_session(settings, folders) as session:
            assert session.targets == (Target.MSS, Target.EHR, Target.DMP)
            (job,) = (await compose(session, tmp_path, (Target.DMP,))).jobs
            working = asyncio.get_running_loop().create_task(session.work())
            await until(session, JobState.WAITING)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            kept = (await session.outbox.job(job.id)).steps
            assert [step for step, _ in kept] == ["binary"]
        served.sandbox.faults.replace()
        async with open_session(settings, folders) as session, asyncio.TaskGroup() as group:
            working = group.create_task(session.work())
            await session.outbox.retry(job.id)
            await until(session, JobState.DELIVERED)
            working.cancel()
            done = await session.outbox.job(job.id)
        assert done.steps[0] == kept[0]
        assert [step for step, _ in done.steps] == ["binary", "document"]
        (accepted,) = served.sandbox.ledger
        assert accepted.target == "dmp"


ACCOUNT = LifenAccount(
    tenant="standard",
    token_url="http://localhost/token",
    audience="a",
    fhir_url="http://localhost/fhir",
    client_id="c",
    database_reference="d",
)


@pytest.mark.parametrize(
    ("contract", "targets", "first"),
    [
        ({}, (Target.MSS, Target.EHR), (Target.MSS,)),
        ({"record": "never"}, (Target.MSS,), (Target.MSS,)),
        ({"record": "always"}, (Target.MSS, Target.EHR), (Target.MSS, Target.EHR)),
        (
            {"record": "always", "dmp": "Organization/1"},
            (Target.MSS, Target.EHR, Target.DMP),
            (Target.MSS, Target.EHR),
        ),
        ({"record": "never", "dmp": "Organization/1"}, (Target.MSS, Target.DMP), (Target.MSS,)),
        (
            {"patients": "typed", "organization": "1", "record": "always", "dmp": "Group/1"},
            (Target.MSS,),
            (Target.MSS,),
        ),
    ],
)
async def test_what_a_profile_offers_is_what_its_contract_opens(
    folders: Folders,
    tmp_path: Path,
    contract: dict[str, str],
    targets: tuple[Target, ...],
    first: tuple[Target, ...],
) -> None:
    account = replace(ACCOUNT, sender="10003456789", **contract)
    profile = Profile(name="essai", label="CH fictif", environment="test", lifen=account)
    settings = Settings(
        profiles={"essai": profile},
        profile=profile,
        limits=Limits(mailbox=77),
        security=Security(key_store="file"),
    )
    path = tmp_path / "lettre.pdf"
    path.write_bytes(pdf())
    async with open_session(settings, folders) as session:
        assert (session.targets, session.limits.mailbox) == (targets, 77)
        letter = await session.letters.take(path)
        assert (letter.targets, letter.sender) == (first, "10003456789")


async def test_practice_offers_the_record_and_signs_nobody_in(
    folders: Folders, tmp_path: Path
) -> None:
    path = tmp_path / "lettre.pdf"
    path.write_bytes(pdf())
    async with open_session(practice(folders), folders) as session:
        assert session.targets == (Target.MSS, Target.EHR)
        assert session.patients.rules == SearchRules()
        assert not session.signin.needed
        letter = await session.letters.take(path)
        assert (letter.targets, letter.sender) == ((Target.MSS,), None)


@pytest.mark.parametrize(
    ("contract", "rules"),
    [
        ({"tenant": "ramsay"}, SearchRules()),
        ({"tenant": "vivalto"}, SearchRules(has_identifier=False, shortest_name=3)),
        ({"patients": "typed", "organization": "1"}, SearchRules(has_patients=False)),
    ],
)
async def test_the_rules_of_a_search_need_no_platform(
    folders: Folders, contract: dict[str, str], rules: SearchRules
) -> None:
    account = replace(ACCOUNT, **contract)
    profile = Profile(name="essai", label="CH fictif", environment="test", lifen=account)
    settings = Settings(
        profiles={"essai": profile}, profile=profile, security=Security(key_store="file")
    )
    async with open_session(settings, folders) as session:
        assert session.patients.rules == rules


async def test_the_letter_s_limits_are_those_of_the_settings(
    folders: Folders, tmp_path: Path
) -> None:
    settings = replace(practice(folders), limits=Limits(mailbox=10))
    async with open_session(settings, folders) as session:
        with pytest.raises(Incomplete) as caught:
            await compose(session, tmp_path)
        assert (caught.value.what, caught.value.limit) == ("documents_too_large", 10)


def authors(folders: Folders) -> set[tuple[str | None, str | None]]:
    database = look_into(folders.data)
    try:
        found = database.execute("SELECT author, author_name FROM journal")
        return {tuple(row) for row in found}
    finally:
        database.close()


async def test_the_hospital_s_sign_in_comes_before_the_first_letter(
    folders: Folders, tmp_path: Path
) -> None:
    await keep_secret(folders)
    async with serve() as served:
        settings = over_a_socket(served)
        sso = SsoAccount(**served.description["sso"], hosts=frozenset({"127.0.0.1"}))
        settings = replace(settings, profile=replace(settings.profile, sso=sso))
        opening = open_session(settings, folders, pages=PAGES, open_browser=Browser())
        async with opening as session:
            with pytest.raises(NotSignedIn):
                await compose(session, tmp_path)
            assert len(await session.letters.drafts()) == 1
            author = await session.signin.sign_in()
            assert author.key.startswith("sso:")
            await compose(session, tmp_path)
        assert authors(folders) == {(author.key, author.name)}


async def test_where_nobody_can_be_shown_a_browser_the_system_s_user_is_the_author(
    folders: Folders, tmp_path: Path
) -> None:
    await keep_secret(folders)
    async with serve() as served:
        settings = over_a_socket(served)
        sso = SsoAccount(**served.description["sso"], hosts=frozenset({"127.0.0.1"}))
        settings = replace(settings, profile=replace(settings.profile, sso=sso))
        async with open_session(settings, folders) as session:
            await compose(session, tmp_path)
        ((key, _name),) = authors(folders)
        assert key == f"system:{owner()}"


async def test_letters_whose_key_is_gone_are_left_alone_and_said_to_be_lost(
    folders: Folders, tmp_path: Path
) -> None:
    settings = practice(folders)
    async with open_session(settings, folders) as session:
        await compose(session, tmp_path)
    before = (folders.letters("practice") / "navette.db").read_bytes()
    (folders.keys / "secrets.json").unlink()
    with pytest.raises(StoreTrouble) as caught:
        async with open_session(settings, folders):
            pass
    assert caught.value.kind == "key_lost"
    assert (folders.letters("practice") / "navette.db").read_bytes() == before


async def test_nothing_of_a_letter_is_on_disk_in_clear(folders: Folders, tmp_path: Path) -> None:
    async with open_session(practice(folders), folders) as session:
        sending = await compose(session, tmp_path)
        whole = [path.read_bytes() for path in folders.data.rglob("*") if path.is_file()]
    patient = sending.letter.patient
    assert patient is not None
    private = ("lettre.pdf", patient.birth_family, "1985-07-14", MAILBOX, "%PDF-", patient.ins)
    assert whole
    for content in whole:
        for word in private:
            assert str(word).encode() not in content
