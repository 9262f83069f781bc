import inspect

import pytest

from desktop_app.domain import errors
from desktop_app.domain.errors import (
    AppError,
    FileTrouble,
    Misconfigured,
    Refused,
)

KINDS = [
    kind
    for _name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, AppError) and kind is not AppError
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_failure_is_one_step_from_the_root(kind: type[AppError]) -> None:
    assert kind.__bases__ == (AppError,)


def test_the_tree_at_the_top_of_the_file_is_the_tree() -> None:
    drawn = [
        line.split()[1] for line in (errors.__doc__ or "").splitlines() if line[:1] in ("├", "└")
    ]
    assert sorted(drawn) == sorted(kind.__name__ for kind in KINDS)


@pytest.mark.parametrize(
    ("error", "secret"),
    [
        (Refused(422, ["Capucine ABRICOTIER est inconnue"], ["Patient.name"]), "ABRICOTIER"),
        (FileTrouble("missing", "ABRICOTIER Capucine.pdf"), "ABRICOTIER"),
        (Misconfigured("profiles.x.lifen", "invalid", "valeur-secrete"), "secrete"),
    ],
)
def test_what_may_name_somebody_is_kept_but_never_in_the_text(error: AppError, secret: str) -> None:
    assert secret in repr(vars(error))
    assert secret not in str(error)
    assert secret not in repr(error)


def test_facts_are_kept_as_facts() -> None:
    error = Refused(422, ["a", "b"], ["c"])
    assert (error.status, error.diagnostics, error.fields) == (422, ("a", "b"), ("c",))
    assert "422" in str(error)
