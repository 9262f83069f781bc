import re
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from desktop_app.domain.checkup import (
    Answered,
    BadCertificate,
    Certificate,
    ClockRead,
    ClockUnsaid,
    Connected,
    Direct,
    Fact,
    Failed,
    Finding,
    Health,
    NamesKnown,
    NameUnknown,
    NobodySends,
    NoConnection,
    NoHandshake,
    NotNeeded,
    NotReached,
    ProxyOpen,
    ProxyTrouble,
    ScopesGranted,
    SecretKept,
    SettingsRead,
    SignInReady,
    SomebodySends,
    Step,
    StoreOpen,
    TokenGiven,
)
from desktop_app.domain.errors import (
    AppError,
    Malformed,
    Misconfigured,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    StoreTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.settings import KEY_STORES
from desktop_app.wording.doctor import heading, notice, verdict

HOST, PROXY = "api.lifen.example", "http://proxy.example:3128"
DAY = datetime(2026, 3, 4, 12, tzinfo=UTC)
CERTIFICATE = Certificate(
    host=HOST, issuer="Inspection du CH", names=("ailleurs.example",), begins=DAY, ends=DAY
)
PROXY_CAUSES = (
    "refused", "silent", "network", "handshake", "authentication", "forbidden", "not_a_proxy",
    "scheme",
)  # fmt: skip
CERTIFICATE_CAUSES = ("authority", "self_signed", "host", "expired", "not_yet", "other")
FACTS: tuple[tuple[Step, Health, Fact], ...] = (
    (Step.SETTINGS, Health.OK, SettingsRead("essai", "test")),
    (Step.SETTINGS, Health.FAIL, Failed(Misconfigured("profile", "unknown", "ailleurs"))),
    *((Step.SECRET, Health.OK, SecretKept(one)) for one in KEY_STORES),
    (Step.SECRET, Health.FAIL, Failed(Misconfigured("profiles.x.lifen.client_secret", "secret"))),
    *((step, Health.SKIPPED, NotReached(Step.TLS)) for step in Step),
    *((step, Health.SKIPPED, NotNeeded()) for step in Step),
    (Step.NAMES, Health.OK, NamesKnown((HOST, "auth.lifen.example"))),
    (Step.NAMES, Health.FAIL, NameUnknown(HOST)),
    (Step.NAMES, Health.FAIL, NameUnknown("proxy.example", is_proxy=True)),
    (Step.NAMES, Health.FAIL, NameUnknown(HOST, late=True)),
    (Step.PROXY, Health.OK, Direct()),
    (Step.PROXY, Health.OK, ProxyOpen(PROXY)),
    *((Step.PROXY, Health.FAIL, ProxyTrouble(PROXY, HOST, one, 403)) for one in PROXY_CAUSES),
    (Step.TLS, Health.OK, Connected(())),
    (Step.TLS, Health.OK, Connected((CERTIFICATE, CERTIFICATE))),
    *((Step.TLS, Health.FAIL, NoConnection(HOST, one)) for one in ("refused", "silent", "network")),
    *(
        (Step.TLS, Health.FAIL, BadCertificate(one, CERTIFICATE, offset))
        for one in CERTIFICATE_CAUSES
        for offset in (None, timedelta(days=-3))
    ),
    *(
        (Step.TLS, Health.FAIL, BadCertificate(one, Certificate(host=HOST)))
        for one in CERTIFICATE_CAUSES
    ),
    (Step.TLS, Health.FAIL, NoHandshake(HOST, "WRONG_VERSION_NUMBER")),
    (Step.TLS, Health.FAIL, NoHandshake(HOST, "")),
    (Step.CLOCK, Health.OK, ClockRead(timedelta(seconds=2))),
    (Step.CLOCK, Health.WARN, ClockRead(timedelta(minutes=-6))),
    (Step.CLOCK, Health.WARN, ClockUnsaid()),
    (Step.TOKEN, Health.OK, TokenGiven()),
    *(
        (Step.TOKEN, Health.FAIL, Failed(NotAllowed(cause, status)))
        for cause, status in (("credentials", 401), ("database_reference", 400), ("audience", 403))
    ),
    *(
        (step, Health.FAIL, Failed(error))
        for step in (Step.TOKEN, Step.PATIENTS, Step.DIRECTORY, Step.SIGN_IN)
        for error in (Malformed("token"), ServerTrouble(503), Throttled(), Unreachable("token"))
    ),
    (Step.SCOPES, Health.OK, ScopesGranted(("SEND_TO_MSS",), ())),
    (Step.SCOPES, Health.WARN, ScopesGranted(("PATIENT_READ",), ("SEND_TO_MSS", "SEND_TO_EHR"))),
    (Step.SCOPES, Health.WARN, ScopesGranted((), ())),
    (Step.PATIENTS, Health.OK, Answered()),
    (Step.DIRECTORY, Health.FAIL, Failed(NotAllowed("scope", 403))),
    *(
        (step, Health.FAIL, Failed(error))
        for step in (Step.PATIENTS, Step.DIRECTORY)
        for error in (*map(Refused, (400, 404, 410, 412, 415, 422)), NotOffered("Patient/_search"))
    ),
    (Step.SIGN_IN, Health.OK, SignInReady("https://login.example/")),
    (Step.SIGN_IN, Health.FAIL, Failed(NotOffered("sso.S256"))),
    (Step.STORE, Health.OK, StoreOpen(80_000_000_000)),
    (Step.STORE, Health.WARN, StoreOpen(500_000_000)),
    (Step.STORE, Health.FAIL, Failed(StoreTrouble("future"))),
    (Step.SENDER, Health.OK, NobodySends()),
    (Step.SENDER, Health.OK, SomebodySends("navette 12")),
)


def finding(step: Step, health: Health, fact: Fact) -> Finding:
    return Finding(step=step, health=health, fact=fact, seconds=0.1)


def test_every_kind_of_fact_is_here() -> None:
    assert {type(fact) for _, _, fact in FACTS} == set(get_args(Fact))


@pytest.mark.parametrize(("step", "health", "fact"), FACTS)
def test_every_fact_is_one_sentence_and_a_fault_says_what_to_do(
    step: Step, health: Health, fact: Fact
) -> None:
    found = finding(step, health, fact)
    said = notice(found)
    assert said.title
    assert said.title[0].isupper() or said.title[0] == "«"
    assert not said.title.endswith(".")
    assert not re.search(r"[a-zé]\. [A-ZÀÉ]", said.title)
    assert "None" not in said.title
    if health is Health.FAIL:
        assert said.advice.endswith(".")
        sentence = verdict(found)
        assert sentence.startswith("L’étape «\u00a0")
        assert sentence.endswith(".")
    assert heading(found)


@pytest.mark.parametrize("step", [Step.PATIENTS, Step.DIRECTORY])
@pytest.mark.parametrize(
    "error", [*map(Refused, (404, 410, 412, 415, 422)), NotOffered("Patient/_search")]
)
def test_a_search_that_is_refused_blames_the_profile_and_no_patient(
    step: Step, error: AppError
) -> None:
    said = notice(finding(step, Health.FAIL, Failed(error)))
    assert "fhir_url" in said.advice
    assert "dossier" not in said.title
    assert "renvoyez" not in said.advice


@pytest.mark.parametrize("cause", PROXY_CAUSES)
def test_the_proxy_and_the_host_behind_it_are_named(cause: str) -> None:
    said = notice(finding(Step.PROXY, Health.FAIL, ProxyTrouble(PROXY, HOST, cause, 403)))
    assert PROXY in said.title
    assert HOST in said.title


@pytest.mark.parametrize("cause", CERTIFICATE_CAUSES)
def test_a_certificate_s_host_and_issuer_are_named(cause: str) -> None:
    said = notice(finding(Step.TLS, Health.FAIL, BadCertificate(cause, CERTIFICATE)))
    assert HOST in said.title
    assert ("Inspection du CH" in said.title) == (cause != "self_signed")


def test_a_wrong_clock_is_blamed_before_the_certificate() -> None:
    for cause, offset, word in (("expired", 30, "avance"), ("not_yet", -30, "retarde")):
        fact = BadCertificate(cause, CERTIFICATE, timedelta(days=offset))
        said = notice(finding(Step.TLS, Health.FAIL, fact))
        assert f"{word} de 30 jours" in said.title
        assert "NTP" in said.advice
    right = notice(finding(Step.TLS, Health.FAIL, BadCertificate("expired", CERTIFICATE)))
    assert "NTP" not in right.advice


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (timedelta(minutes=7), "avance de 7 minutes"),
        (timedelta(minutes=-90), "retarde de 90 minutes"),
        (timedelta(hours=5), "avance de 5 heures"),
        (timedelta(days=-400), "retarde de 400 jours"),
    ],
)
def test_a_wrong_clock_says_its_direction(offset: timedelta, said: str) -> None:
    assert said in notice(finding(Step.CLOCK, Health.WARN, ClockRead(offset))).title


def test_a_missing_scope_says_what_will_not_work() -> None:
    fact = ScopesGranted(("PATIENT_READ",), ("SEND_TO_MSS",))
    said = notice(finding(Step.SCOPES, Health.WARN, fact))
    assert "envoyer aux messageries MSSanté (SEND_TO_MSS)" in said.title
    assert "PATIENT_READ" in said.title
    assert "Lifen" in said.advice


def test_a_secret_in_a_file_is_said_in_words() -> None:
    said = notice(finding(Step.SECRET, Health.WARN, SecretKept("file")))
    assert "fichier" in said.title
    assert "keychain" in said.advice
