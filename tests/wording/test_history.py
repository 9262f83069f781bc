from dataclasses import replace

from desktop_app.domain.letters import Target
from desktop_app.domain.sending import Delivery, DeliveryState
from desktop_app.wording.history import HEADINGS, lines
from tests.ui.outbox.sendings import COUDRIER, TESSANDIER, D, S, a_sending


def as_table(*cells: str) -> dict[str, str]:
    return dict(zip(HEADINGS, cells, strict=True))


def test_a_sending_is_one_line_for_each_recipient() -> None:
    sending = a_sending(
        1, S.UNDELIVERED, to=(TESSANDIER, COUDRIER), deliveries=(D.DELIVERED, D.FAILED), why="full"
    )
    first, second = (as_table(*line) for line in lines(sending))
    assert first["Nom de naissance"] == "ABRICOTIER"
    assert first["Adresse"] == "ok.tessandier@cabinet.mssante.example"
    assert (first["État du destinataire"], second["État du destinataire"]) == ("remis", "échec")
    assert second["Motif"]
    assert first["Empreinte SHA-256 des documents"] == "0" * 64


def test_a_copy_has_no_address_and_says_where_it_went() -> None:
    sending = a_sending(1)
    (job,) = sending.jobs
    copy = Delivery(address=Target.EHR.value, name="", state=DeliveryState.DELIVERED)
    sending = replace(sending, jobs=(replace(job, target=Target.EHR, deliveries=(copy,)),))
    (line,) = (as_table(*cells) for cells in lines(sending))
    assert (line["Adresse"], line["Destination"]) == ("", "Dossier patient de l’hôpital")


def test_a_letter_without_a_patient_is_told_all_the_same() -> None:
    sending = a_sending(1)
    sending = replace(sending, letter=replace(sending.letter, patient=None))
    (line,) = (as_table(*cells) for cells in lines(sending))
    assert (line["Nom de naissance"], line["Né(e) le"]) == ("", "")
