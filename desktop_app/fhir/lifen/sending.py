"""The body of ``$send-to-mss``, and nothing else knows its shape (lifen.md 4.6, U15).

The JSON is written around the documents, which are read, encoded and sent piece by piece: none is
ever whole in memory. A document's title is the letter's own or none: a file's name is somebody's
private way of keeping order and may say more than the recipient should read.
"""

from binascii import b2a_base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import orjson

from desktop_app.domain.errors import FileTrouble, Incomplete
from desktop_app.domain.letters import (
    MAX_BYTES,
    MAX_DOCUMENTS,
    MAX_RECIPIENTS,
    Document,
    Letter,
    is_patient_mailbox,
)
from desktop_app.domain.people import Kind, Patient, Recipient
from desktop_app.domain.ports import ReadsDocuments
from desktop_app.fhir.loose import Json

PIECE = 393_216
"""Bytes of a document at a time: the fastest size measured, a third of a millisecond to encode.

It divides by 3, so that base64 needs no padding in between."""
_GAP = b'"data":""'
_KINDS = {Kind.PRACTITIONER: "Practitioner", Kind.ORGANIZATION: "Organization"}


class MssBody:
    """One letter as a body to stream; raises ``Incomplete`` when it cannot be one."""

    def __init__(self, letter: Letter, documents: ReadsDocuments) -> None:
        self._documents = letter.documents
        self._source = documents
        # A quote inside a JSON text is escaped, so only our own empty members look like this.
        first, *rest = orjson.dumps(parameters(letter)).split(_GAP)
        self._frame = [first + _GAP[:-1], *(_GAP[-1:] + part + _GAP[:-1] for part in rest[:-1])]
        self._end = _GAP[-1:] + rest[-1]

    @property
    def length(self) -> int:
        """Bytes of the whole body, known before a document is opened."""
        encoded = sum(4 * ((document.size + 2) // 3) for document in self._documents)
        return sum(map(len, self._frame)) + encoded + len(self._end)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body in order; raises ``FileTrouble`` before its end when a document differs."""
        for frame, document in zip(self._frame, self._documents, strict=True):
            yield frame
            async with aclosing(self._encoded(document)) as encoded:
                async for piece in encoded:
                    yield piece
        yield self._end

    async def _encoded(self, document: Document) -> AsyncGenerator[bytes, None]:
        chunks = self._source.chunks(document, PIECE)
        seen, odd = 0, b""
        try:
            async for chunk in chunks:
                seen += len(chunk)
                if seen > document.size:
                    raise FileTrouble("changed", document.name)
                raw = odd + chunk if odd else chunk
                whole = len(raw) - len(raw) % 3
                odd = raw[whole:]
                if whole:
                    yield b2a_base64(memoryview(raw)[:whole], newline=False)
        finally:
            await _close(chunks)
        if seen != document.size:
            raise FileTrouble("changed", document.name)
        if odd:
            yield b2a_base64(odd, newline=False)


def parameters(letter: Letter) -> Json:
    """The ``Parameters`` resource with every document's ``data`` left empty.

    Raises ``Incomplete``.
    """
    patient, recipients = _checked(letter)
    members: list[Json] = [
        {"name": "subject", "valueReference": {"reference": f"Patient/{patient.id}"}}
    ]
    if letter.stay:
        stay = {"reference": f"Encounter/{letter.stay}"}
        members.append({"name": "context", "valueReference": stay})
    parts = [{"name": "recipient", "resource": _recipient(one)} for one in recipients]
    members.append({"name": "recipients", "part": parts})
    document = {"name": "document", "resource": _document(letter)}
    members.append({"name": "payload", "part": [document] * len(letter.documents)})
    return {"resourceType": "Parameters", "parameter": members}


def _checked(letter: Letter) -> tuple[Patient, list[Recipient]]:
    """Patient and recipients, each address once, within the platform's limits."""
    recipients = list({one.address.casefold(): one for one in letter.recipients}.values())
    if letter.patient is None:
        raise Incomplete("patient")
    if not recipients:
        raise Incomplete("recipients")
    if len(recipients) > MAX_RECIPIENTS:
        raise Incomplete("too_many_recipients", MAX_RECIPIENTS)
    if not all(_may_receive(one) for one in recipients):
        raise Incomplete("address")
    if not letter.documents:
        raise Incomplete("documents")
    if len(letter.documents) > MAX_DOCUMENTS:
        raise Incomplete("too_many_documents", MAX_DOCUMENTS)
    if letter.size > MAX_BYTES:
        raise Incomplete("documents_too_large", MAX_BYTES)
    return letter.patient, recipients


def _may_receive(recipient: Recipient) -> bool:
    """Whether the directory gave this address for this entry, and it is not a citizen's (U28)."""
    own = {mailbox.address.casefold() for mailbox in recipient.correspondent.mailboxes}
    return recipient.address.casefold() in own and not is_patient_mailbox(recipient.address)


def _recipient(recipient: Recipient) -> Json:
    """The directory entry by its id, and the one address that was chosen."""
    return {
        "resourceType": _KINDS[recipient.correspondent.kind],
        "id": recipient.correspondent.id,
        "telecom": [{"system": "email", "value": recipient.address, "use": "work"}],
    }


def _document(letter: Letter) -> Json:
    attachment = {"contentType": "application/pdf"}
    if title := " ".join(letter.title.split()):
        attachment["title"] = title
    attachment["data"] = ""
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": letter.type_code}]},
        "content": [{"attachment": attachment}],
    }


async def _close(chunks: AsyncIterator[bytes]) -> None:
    """Let the source close its file now, not when the collector comes by."""
    if isinstance(chunks, AsyncGenerator):
        await chunks.aclose()
