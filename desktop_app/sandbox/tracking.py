"""What became of a sending, in either form that is documented (lifen.md 4.7, 4.8, 4.10)."""

from starlette.requests import Request
from starlette.responses import Response

from desktop_app.sandbox import outcomes, paging, resources
from desktop_app.sandbox.access import JSON, check_scope
from desktop_app.sandbox.calls import Platform, Routes, base
from desktop_app.sandbox.deposits import deposit_outcome
from desktop_app.sandbox.ledger import Accepted
from desktop_app.sandbox.outcomes import Json, rule
from desktop_app.sandbox.records import record_outcome
from desktop_app.sandbox.sending import delivery

_SCOPES = {"mss": "SEND_TO_MSS", "ehr": "SEND_TO_EHR", "dmp": "SEND_TO_EHR"}
"""The scope of each target, for tracking too (lifen.md 4.0, by inference)."""
_ELEMENTS = frozenset({"status", "notDoneReason"})
"""What ``_elements`` may name: what the published tracking URL names."""


async def _track(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, " ".join(_SCOPES.values()), JSON)
    for name in request.query_params:
        if name != "transaction-id":
            raise outcomes.invalid_parameter(name)
    accepted = platform.ledger.accepted.get(request.query_params.get("transaction-id", ""))
    if accepted is None or accepted.owner != access.owner:
        raise outcomes.unknown_service("GET", "CommunicationRequest/$tracking")
    check_scope(access, _SCOPES[accepted.target])
    if accepted.target == "mss":
        since = platform.clock() - accepted.at
        told = [
            resources.communication("MSSANTE", address, *delivery(address, since))
            for address in accepted.recipients
        ]
    else:
        medium = accepted.target.upper()
        told = [resources.communication(medium, None, *_copy_outcome(platform, accepted))]
    bundle: Json = {"resourceType": "Bundle", "type": "collection", "total": len(told)}
    return outcomes.fhir({**bundle, "entry": [{"resource": resource} for resource in told]})


async def _communications(platform: Platform, request: Request) -> Response:
    """What became of a copy, as its tracking URL asks."""
    access = platform.door.enter(request, "SEND_TO_EHR", JSON)
    for name in request.query_params:
        if name not in ("based-on", "_elements"):
            raise outcomes.invalid_parameter(name)
    based_on = request.query_params.get("based-on", "")
    if not based_on:
        raise rule("based-on must be filled", "allValueNull")
    asked = _asked(request.query_params.get("_elements"))
    accepted = platform.ledger.accepted.get(based_on.removeprefix("CommunicationRequest/"))
    found = []
    if accepted and accepted.owner == access.owner and accepted.target != "mss":
        found.append(_communication(accepted, *_copy_outcome(platform, accepted), asked))
    return outcomes.fhir(paging.searchset(base(request), paging.bundle_id(), len(found), found))


def _communication(
    accepted: Accepted, status: str, reason: str | None, asked: frozenset[str] | None
) -> Json:
    name = accepted.transaction_id
    whole = resources.communication(accepted.target.upper(), None, status, reason)
    whole |= {
        "basedOn": [{"reference": f"CommunicationRequest/{name}"}],
        "subject": {"reference": f"Patient/{accepted.patient}"},
    }
    cut = whole if asked is None else {key: whole[key] for key in sorted(asked) if key in whole}
    return {"resourceType": "Communication", "id": f"c-{name}", **cut}


def _copy_outcome(platform: Platform, accepted: Accepted) -> tuple[str, str | None]:
    since = platform.clock() - accepted.at
    if accepted.target == "dmp":
        return deposit_outcome(platform.world.patients.get(accepted.patient), since)
    stay = platform.stays().get(accepted.stay or "")
    return record_outcome("" if stay is None else stay.number, since)


def _asked(value: str | None) -> frozenset[str] | None:
    """The elements that ``_elements`` names, ``None`` for all of them; raises ``Outcome``."""
    if not value:
        return None
    asked = frozenset(value.split(","))
    if not asked <= _ELEMENTS:
        raise rule("_elements may name status and notDoneReason", "_elements")
    return asked


ROUTES: Routes = (
    ("/CommunicationRequest/$tracking", "GET", _track),
    ("/Communication", "GET", _communications),
)
