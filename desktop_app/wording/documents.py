"""Words for documents: types of the national list (JDV_J07, shortened; lifen.md 8.4), sizes."""

_LABELS = {
    "11488-4": "CR ou fiche de consultation ou de visite",
    "34112-3": "CR hospitalier (séjour)",
    "11490-0": "Lettre de liaison à la sortie",
    "34874-8": "CR opératoire",
    "18748-4": "CR d’imagerie médicale",
    "15507-7": "CR de passage aux urgences",
    "77436-4": "CR d’anesthésie",
    "11502-2": "CR d’examens biologiques",
    "11526-1": "CR d’anatomie et de cytologie pathologiques",
    "89601-9": "Certificat médical",
    "57833-6": "Prescription de produits de santé",
    "34133-9": "Synthèse d’épisode de soins",
    "18761-7": "Note de transfert",
    "34749-2": "CR de consultation pré-anesthésique",
    "15508-5": "CR d’accouchement",
    "67851-6": "CR d’admission",
    "34794-8": "CR de réunion de concertation pluridisciplinaire",
    "11505-5": "CR d’acte thérapeutique (autre)",
    "70004-7": "CR d’acte diagnostique (autre)",
    "11506-3": "CR ou fiche de suivi par auxiliaire médical",
    "47420-5": "CR de bilan fonctionnel",
    "85208-7": "CR de télémédecine",
    "18776-5": "Plan personnalisé de soins",
    "60591-5": "Synthèse du dossier médical",
    "57832-8": "Prescription de soins",
    "57828-6": "Prescription (autre)",
    "55115-0": "Demande d’actes d’imagerie",
    "74207-2": "Dossier de liaison d’urgence",
    "83981-1": "Lettre de liaison à la sortie d’une structure médico-sociale",
    "87273-9": "Note de vaccination",
}
_SHORT = {
    "11488-4": "CR de consultation",
    "34112-3": "CR hospitalier",
    "11490-0": "Lettre de liaison",
    "18748-4": "CR d’imagerie",
    "15507-7": "CR des urgences",
    "11502-2": "CR de biologie",
    "11526-1": "CR d’anatomopathologie",
    "57833-6": "Prescription",
    "34749-2": "CR pré-anesthésique",
    "34794-8": "CR de RCP",
    "11506-3": "CR de suivi",
    "83981-1": "Lettre de liaison",
}
_UNITS = ("octets", "ko", "Mo", "Go")
_STEP = 1000
_ROUND = 10


def short_label(type_code: str) -> str:
    """The name of a document type where there is little room."""
    return _SHORT.get(type_code) or label(type_code)


def label(type_code: str) -> str:
    """The name of a document type; a code outside the list stands for itself."""
    return _LABELS.get(type_code, type_code)


def size(count: int) -> str:
    """A number of bytes, in decimal units as the platforms' limits are."""
    amount, unit = float(count), 0
    while amount >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    digits = 1 if unit > 1 and amount < _ROUND else 0
    return f"{amount:.{digits}f}".replace(".", ",") + f"\u00a0{_UNITS[unit]}"
