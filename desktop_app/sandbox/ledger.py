"""What was accepted, kept across restarts: sendings, and the steps of a deposit before them."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from desktop_app.sandbox.outcomes import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedDocument:
    """One document as it arrived, known by the SHA-256 of its decoded bytes."""

    sha256: str
    size: int
    type_code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One sending that was answered with 201; a copy for a record has no recipients.

    ``target`` is ``mss``, ``ehr`` or ``dmp``. ``patient`` is ``detailed`` where the sending
    described one instead of naming one. ``sender`` is a reference or an RPPS number, ``binaries``
    are the uploads that a deposit carries.
    """

    transaction_id: str
    at: datetime
    owner: str
    target: str = "mss"
    patient: str
    stay: str | None = None
    sender: str | None = None
    organization: str | None = None
    recipients: tuple[str, ...]
    documents: tuple[AcceptedDocument, ...]
    binaries: tuple[str, ...] = ()

    def line(self) -> Json:
        """As the ledger shows it."""
        return {**asdict(self), "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A Binary, or a DocumentReference with its ``binaries``: nothing is sent yet."""

    id: str
    kind: str
    owner: str
    sha256: str = ""
    size: int = 0
    patient: str | None = None
    binaries: tuple[str, ...] = ()
    type_code: str = ""
    title: str = ""


class _Lines:
    """A file of JSON lines that outlives a crash in the middle of one."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def __iter__(self) -> Iterator[Json]:
        """Every whole line; one that was cut short was never answered with 201."""
        if self._path is None or not self._path.exists():
            return
        for text in self._path.read_text("utf-8", "replace").splitlines():
            try:
                yield json.loads(text)
            except ValueError:
                continue

    def add(self, line: Json) -> None:
        if self._path is None:
            return
        with self._path.open("a+b") as file:
            if size := file.seek(0, os.SEEK_END):
                file.seek(size - 1)
                if file.read(1) != b"\n":  # cut short by a crash: not to be glued to
                    file.write(b"\n")
            file.write(json.dumps(line).encode() + b"\n")


class Ledger:
    """Everything that was accepted; with a file, also after a restart."""

    def __init__(self, keep: Path | None) -> None:
        self._lines = _Lines(keep)
        self.accepted = {known.transaction_id: known for known in map(_accepted, self._lines)}

    def add(self, accepted: Accepted) -> None:
        """Note it, on disk first."""
        self._lines.add(accepted.line())
        self.accepted[accepted.transaction_id] = accepted


class Steps:
    """What was uploaded to be sent later; beside the ledger's file, so that a resume goes on."""

    def __init__(self, keep: Path | None) -> None:
        self._lines = _Lines(None if keep is None else keep.with_suffix(".steps.jsonl"))
        self._kept = {step.id: step for step in map(_step, self._lines)}

    def add(self, step: Step) -> None:
        """Note it, on disk first."""
        self._lines.add(asdict(step))
        self._kept[step.id] = step

    def find(self, kind: str, reference: str, owner: str) -> Step | None:
        """The step that ``Kind/id`` refers to, if it is there and this hospital's own."""
        step = self._kept.get(reference.removeprefix(f"{kind}/"))
        mine = step is not None and (step.kind, step.owner) == (kind, owner)
        return step if mine and reference.startswith(f"{kind}/") else None

    def binaries(self) -> list[Step]:
        """Every Binary, oldest first."""
        return [step for step in self._kept.values() if step.kind == "Binary"]


def _accepted(line: Json) -> Accepted:
    read = {
        "at": datetime.fromisoformat(line["at"]),
        "recipients": tuple(line["recipients"]),
        "documents": tuple(AcceptedDocument(**document) for document in line["documents"]),
        "binaries": tuple(line.get("binaries", ())),
    }
    return Accepted(**{**line, **read})


def _step(line: Json) -> Step:
    return Step(**{**line, "binaries": tuple(line["binaries"])})
