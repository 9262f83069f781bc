import httpx
import pytest

from desktop_app.sandbox import access
from desktop_app.sandbox.lifen import LifenSandbox
from desktop_app.sandbox.world import World
from tests.sandbox.conftest import BASE, TOKEN_URL, Caller, HandClock, credentials


@pytest.mark.parametrize("form", [True, False])
async def test_a_token_is_given_to_a_form_and_to_json(stranger: Caller, form: bool) -> None:  # noqa: FBT001
    fields = credentials()
    answer = await (
        stranger.client.post(TOKEN_URL, data=fields)
        if form
        else stranger.client.post(TOKEN_URL, json=fields)
    )
    body = answer.json()
    assert answer.status_code == 200
    assert (body["expires_in"], body["token_type"]) == (172800, "Bearer")
    assert {"PATIENT_GAM_SEARCH", "PATIENT_SEARCH", "SEND_TO_MSS"} <= set(body["scope"].split())


@pytest.mark.parametrize(
    ("change", "status", "error", "words"),
    [
        ({"database_reference": "x"}, 400, "invalid_request", "A valid database_reference"),
        ({"client_secret": "x"}, 401, "access_denied", "Unauthorized"),
        ({"client_id": "x"}, 401, "access_denied", "Unauthorized"),
        ({"audience": "https://production.platform-apis/"}, 403, "access_denied", "Service not"),
        ({"grant_type": "password"}, 400, "invalid_request", "Grant type"),
    ],
)
async def test_wrong_credentials_get_the_documented_bodies(
    stranger: Caller, change: dict[str, str], status: int, error: str, words: str
) -> None:
    answer = await stranger.client.post(TOKEN_URL, data=credentials(**change))
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_description"].startswith(words)


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic eDp4"])
async def test_without_a_good_token_nothing_is_answered(stranger: Caller, header: str) -> None:
    answer = await stranger.client.get(f"{BASE}/Patient/70001", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["issue"][0]["diagnostics"] == "Invalid access token"


async def test_a_revoked_token_is_refused(caller: Caller, sandbox: LifenSandbox) -> None:
    assert (await caller.get("Patient/70001")).status_code == 200
    sandbox.revoke_tokens()
    assert (await caller.get("Patient/70001")).status_code == 401


async def test_a_token_ends_when_it_said(world: World, clock: HandClock) -> None:
    sandbox = LifenSandbox(world, clock, token_seconds=0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.application())) as client:
        caller = await Caller(client).enter()
        assert (await caller.get("Patient/70001")).status_code == 401


async def test_a_missing_scope_is_forbidden(stranger: Caller) -> None:
    caller = await stranger.enter("demo-search-only")
    assert (await caller.get("Patient/70001")).status_code == 200
    answer = await caller.search("Practitioner", "$search-for-mss", name="tess")
    assert answer.status_code == 403


async def test_more_than_ten_calls_in_a_second_are_too_many(world: World, clock: HandClock) -> None:
    sandbox = LifenSandbox(world, clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.application())) as client:
        caller = await Caller(client).enter()
        answers = [(await caller.get("Patient/70001")).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


CALLS = {
    "PATIENT_GAM_SEARCH": (
        ("POST", "Patient/_search"),
        ("GET", "Patient/70001"),
        ("POST", "Encounter/_search"),
        ("GET", "Encounter/80001"),
        ("POST", "Coverage/_search"),
    ),
    "APPOINTMENT_GAM_SEARCH": (("POST", "Appointment/_search"), ("GET", "Appointment/1:APT-a")),
    "SEND_TO_MSS": (
        ("POST", "Practitioner/$search-for-mss"),
        ("POST", "Organization/$search-for-mss"),
        ("POST", "CommunicationRequest/$send-to-mss"),
    ),
    "SEND_TO_EHR": (
        ("POST", "CommunicationRequest/$send-to-ehr"),
        ("GET", "Communication?based-on=x"),
        ("POST", "Binary"),
        ("POST", "DocumentReference"),
        ("POST", "CommunicationRequest"),
    ),
}
MISSING = {
    "demo-no-patients": "PATIENT_GAM_SEARCH",
    "demo-no-appointments": "APPOINTMENT_GAM_SEARCH",
    "demo-no-mailboxes": "SEND_TO_MSS",
    "demo-no-record": "SEND_TO_EHR",
}


async def allowed(caller: Caller, method: str, path: str) -> bool:
    """Whether the call got past the scopes, whatever became of it then."""
    operation = path.rpartition("/")[2]
    form = operation in ("_search", "$search-for-mss")
    kind = "application/x-www-form-urlencoded" if form else "application/fhir+json"
    headers = {**caller.headers, "Content-Type": kind}
    answer = await caller.client.request(method, f"{BASE}/{path}", headers=headers)
    if answer.status_code == 403:
        (issue,) = answer.json()["issue"]
        assert issue["diagnostics"] == "Operation forbidden (insufficient scope)"
        assert issue["code"] == "FORBIDDEN"
    return answer.status_code != 403


@pytest.mark.parametrize(("client", "missing"), MISSING.items())
async def test_each_functional_scope_opens_its_own_calls(
    stranger: Caller, client: str, missing: str
) -> None:
    caller = await stranger.enter(client)
    for scope, calls in CALLS.items():
        for method, path in calls:
            assert await allowed(caller, method, path) == (scope != missing), path


async def test_a_client_with_no_scope_at_all_gets_a_token_and_nothing_else(
    stranger: Caller,
) -> None:
    caller = await stranger.enter("demo-nothing")
    assert caller.token
    for calls in CALLS.values():
        for method, path in calls:
            assert not await allowed(caller, method, path), path
    for path in ("Bundle?_id=x", "CommunicationRequest/$tracking?transaction-id=x"):
        assert not await allowed(caller, "GET", path)


async def test_the_steps_of_a_deposit_need_their_technical_scopes(stranger: Caller) -> None:
    caller = await stranger.enter("demo-no-deposit")
    assert await allowed(caller, "POST", "Binary")
    assert await allowed(caller, "POST", "CommunicationRequest/$send-to-ehr")
    assert not await allowed(caller, "POST", "CommunicationRequest")


async def test_the_token_says_functional_and_technical_scopes(stranger: Caller) -> None:
    async def scopes(client: str) -> set[str]:
        answer = await stranger.client.post(TOKEN_URL, data=credentials(client_id=client))
        return set(answer.json()["scope"].split())

    functional = set(access.TECHNICAL)
    technical = set(" ".join(access.TECHNICAL.values()).split())
    assert await scopes("demo-client-id") == functional | technical
    assert await scopes("demo-search-only") == {
        "PATIENT_GAM_SEARCH",
        *access.TECHNICAL["PATIENT_GAM_SEARCH"].split(),
    }
    assert await scopes("demo-nothing") == set()


async def test_other_applications_may_be_known(world: World, clock: HandClock) -> None:
    known = {"mine": access.Client(secret="quiet", scopes=frozenset({"SEND_TO_MSS"}))}
    sandbox = LifenSandbox(world, clock, clients=known)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.application())) as client:
        fields = credentials(client_id="mine", client_secret="quiet")
        answer = await client.post(TOKEN_URL, data=fields)
        assert answer.json()["scope"] == "SEND_TO_MSS"
        assert answer.headers["content-type"] == "application/json"
        assert (await client.post(TOKEN_URL, data=credentials())).status_code == 401


async def test_the_scheme_may_be_written_small(caller: Caller) -> None:
    headers = {"Authorization": f"bearer {caller.token}"}
    assert (await caller.client.get(f"{BASE}/Patient/70001", headers=headers)).status_code == 200


async def test_what_every_resource_carries_is_the_token_s_own_hospital(stranger: Caller) -> None:
    for reference in access.TENANTS:
        caller = await stranger.enter(reference=reference)
        extensions = (await caller.get("Patient/70001")).json()["extension"]
        assert extensions[-1]["valueString"] == reference
