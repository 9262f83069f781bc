"""Answers as the platform words them: resources, and errors with its own deviations.

Upper-case codes and a plain-string ``location`` are what its published examples show
(lifen.md 7.1).
"""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

Json = dict[str, Any]


class Outcome(Exception):
    """An error answer, raised where it is noticed."""

    def __init__(
        self,
        status: int,
        diagnostics: str,
        *,
        code: str = "PROCESSING",
        location: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(diagnostics)
        issue: Json = {"severity": "ERROR", "code": code, "diagnostics": diagnostics}
        if location is not None:
            issue["location"] = location
        self.status = status
        self.headers = headers
        self.body: Json = {"resourceType": "OperationOutcome", "issue": [issue]}

    def response(self) -> Response:
        """The answer itself."""
        return fhir(self.body, self.status, self.headers)


def fhir(body: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A FHIR answer."""
    return Response(
        orjson.dumps(body), status, dict(headers or {}), media_type="application/fhir+json"
    )


def receipt(**values: str) -> Response:
    """201 of a sending: ``Parameters`` with these texts."""
    parameters = [{"name": name, "valueString": value} for name, value in values.items()]
    return fhir({"resourceType": "Parameters", "parameter": parameters}, 201)


def invalid_token() -> Outcome:
    """401 of every call."""
    return Outcome(401, "Invalid access token", code="SECURITY")


def insufficient_scope() -> Outcome:
    """403 for a missing functional scope."""
    return Outcome(403, "Operation forbidden (insufficient scope)", code="FORBIDDEN")


def unknown_service(method: str, path: str) -> Outcome:
    """404 for a path or an id that is not there."""
    return Outcome(404, f"Unknown service ({method}) : {path}", code="NOTFOUND")


def media_type() -> Outcome:
    """415."""
    return Outcome(415, "Issue with media type", code="STRUCTURE")


def too_many_calls(retry_after: int | None = None) -> Outcome:
    """429."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Outcome(429, "Too many requests", code="THROTTLED", headers=headers)


def invalid_parameter(name: str) -> Outcome:
    """422 for a parameter that this search does not have."""
    return Outcome(422, f"Invalid parameter {name}", location=name)


def rule(diagnostics: str, location: str) -> Outcome:
    """422 for a business rule."""
    return Outcome(422, diagnostics, location=location)
