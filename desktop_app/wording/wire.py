"""The way to a platform's hosts, in words: names, proxy, connection, certificate, clock."""

from datetime import datetime, timedelta

from desktop_app.domain.checkup import (
    BadCertificate,
    Certificate,
    ClockRead,
    ClockUnsaid,
    Connected,
    Direct,
    NamesKnown,
    NameUnknown,
    NoConnection,
    NoHandshake,
    ProxyOpen,
    ProxyTrouble,
)
from desktop_app.wording.dates import day
from desktop_app.wording.failures import Notice

_PROXY = {
    "refused": Notice(
        "n’accepte aucune connexion (personne n’écoute à ce port)",
        "Vérifiez l’adresse et le port dans network.proxy ou dans les réglages du système.",
    ),
    "silent": Notice(
        "ne répond pas",
        "Vérifiez qu’il est en marche et que ce poste a le droit de le joindre.",
    ),
    "network": Notice(
        "est hors d’atteinte de ce poste",
        "Vérifiez le réseau de ce poste et l’adresse du proxy.",
    ),
    "handshake": Notice(
        "ne se laisse pas joindre en https",
        "Vérifiez son adresse (souvent http://) et son propre certificat.",
    ),
    "authentication": Notice(
        "demande une authentification (407)",
        "Faites autoriser ce poste sans mot de passe vers cette adresse, ou placez dans"
        " network.proxy un relais local qui s’authentifie.",
    ),
    "forbidden": Notice(
        "refuse le passage",
        "Faites autoriser cette adresse sur le proxy.",
    ),
    "not_a_proxy": Notice(
        "répond, mais pas comme un proxy",
        "Vérifiez l’adresse et le port dans network.proxy ou dans les réglages du système.",
    ),
    "scheme": Notice(
        "est d’une sorte que Navette ne parle pas",
        "Indiquez dans network.proxy un proxy http:// ou https://.",
    ),
}
_CONNECTIONS = {
    "refused": "refuse la connexion",
    "silent": "ne répond pas",
    "network": "est hors d’atteinte de ce poste",
}
_INSPECTION = (
    "Si c’est l’inspection TLS de l’établissement, ajoutez son autorité au magasin du système ou"
    " dans network.ca_file\u00a0; sinon, ne passez pas outre."
)
_CERTIFICATES = {
    "authority": "est émis par une autorité que ce poste ne connaît pas",
    "self_signed": "est signé par lui-même",
    "host": "n’est pas au nom de ce serveur",
    "expired": "a expiré",
    "not_yet": "n’est pas encore valable",
    "other": "n’est pas accepté par ce poste",
}
_RENEW = "Faites renouveler le certificat de ce serveur, ou de l’équipement qui répond à sa place."
_REMEDIES = {
    "authority": f"{_INSPECTION[:-1]} (un serveur qui n’envoie pas ses certificats intermédiaires"
    " fait le même effet).",
    "self_signed": _INSPECTION,
    "host": "Vérifiez l’adresse dans le profil, et qu’aucun équipement (portail, filtrage) ne"
    " répond à la place du serveur.",
    "expired": _RENEW,
    "not_yet": "Vérifiez la date de ce poste, puis le certificat de ce serveur.",
    "other": _INSPECTION,
}
_CLOCK_ADVICE = "Remettez l’horloge de ce poste à l’heure (synchronisation NTP)."
_TOO_FAR = timedelta(minutes=5)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def names(fact: NamesKnown | NameUnknown) -> Notice:
    """Whether the names of the hosts are known here."""
    if isinstance(fact, NamesKnown):
        return Notice(f"Les noms sont connus\u00a0: {', '.join(fact.hosts)}")
    what = f"Le nom du proxy {fact.host}" if fact.is_proxy else f"Le nom {fact.host}"
    if fact.late:
        return Notice(
            f"{what} n’a pas pu être cherché\u00a0: le service de noms (DNS) ne répond pas",
            "Vérifiez le DNS de ce poste.",
        )
    advice = (
        "Vérifiez network.proxy, ou le proxy du système, et le DNS de ce poste."
        if fact.is_proxy
        else "Vérifiez le DNS de ce poste\u00a0; si le réseau passe par un proxy, indiquez-le dans"
        " network.proxy."
    )
    return Notice(f"{what} est introuvable", advice)


def proxy(fact: Direct | ProxyOpen | ProxyTrouble) -> Notice:
    """Whether a proxy stands in between, and lets us through."""
    match fact:
        case Direct():
            return Notice("Aucun proxy\u00a0: la connexion est directe")
        case ProxyOpen():
            return Notice(f"Le proxy {fact.proxy} laisse passer")
        case ProxyTrouble():
            said = _PROXY[fact.cause]
            how = f" (réponse {fact.status})" if fact.cause == "forbidden" else ""
            return Notice(
                f"Le proxy {fact.proxy} {said.title}{how}, en chemin vers {fact.host}", said.advice
            )


def host(fact: Connected | NoConnection | BadCertificate | NoHandshake) -> Notice:
    """Whether the hosts answer and prove who they are."""
    match fact:
        case Connected(certificates):
            return Notice(_connected(certificates))
        case NoConnection():
            return Notice(
                f"Le serveur {fact.host} {_CONNECTIONS[fact.cause]}",
                "Faites autoriser cette adresse et ce port sur le pare-feu\u00a0; si le réseau"
                " passe par un proxy, indiquez-le dans network.proxy.",
            )
        case BadCertificate():
            return _certificate(fact)
        case NoHandshake():
            why = f" ({fact.reason})" if fact.reason else ""
            return Notice(
                f"Le serveur {fact.host} répond, mais la connexion chiffrée n’aboutit pas{why}",
                "Vérifiez l’adresse et le port, et qu’aucun équipement (pare-feu, filtrage) ne"
                " coupe ou n’altère les connexions TLS.",
            )


def _connected(certificates: tuple[Certificate, ...]) -> str:
    if not certificates:
        return "Le serveur répond, sur ce poste même et sans chiffrement"
    issuers: dict[str, list[str]] = {}
    for one in certificates:
        issuers.setdefault(one.issuer, []).append(_until(one))
    said = "\u00a0; ".join(
        f"{', '.join(dict.fromkeys(hosts))}, certificat émis par «\u00a0{issuer}\u00a0»"
        for issuer, hosts in issuers.items()
    )
    return f"Les serveurs répondent et prouvent qui ils sont\u00a0: {said}"


def _until(one: Certificate) -> str:
    return one.host if one.ends is None else f"{one.host} (jusqu’au {day(one.ends)})"


def _certificate(fact: BadCertificate) -> Notice:
    one = fact.certificate
    said = f"Le certificat de {one.host} {_CERTIFICATES[fact.cause]}{_detail(fact.cause, one)}"
    if one.issuer and fact.cause != "self_signed":
        said += f"\u00a0; il est émis par «\u00a0{one.issuer}\u00a0»"
    wrong_clock = fact.offset is not None and abs(fact.offset) > _TOO_FAR
    if fact.cause in ("expired", "not_yet") and wrong_clock and fact.offset is not None:
        return Notice(
            f"{said}, d’après l’horloge de ce poste, qui {_far(fact.offset)}", _CLOCK_ADVICE
        )
    return Notice(said, _REMEDIES[fact.cause])


def _detail(cause: str, one: Certificate) -> str:
    moments: dict[str, datetime | None] = {"expired": one.ends, "not_yet": one.begins}
    moment = moments.get(cause)
    if moment is not None:
        return f" ({'depuis le' if cause == 'expired' else 'il le sera le'} {day(moment)})"
    if cause == "host" and one.names:
        return f", mais de {', '.join(one.names[:3])}"
    return ""


def clock(fact: ClockRead | ClockUnsaid) -> Notice:
    """How right this machine's clock is."""
    if isinstance(fact, ClockUnsaid):
        return Notice(
            "La plateforme n’a pas dit l’heure qu’il est",
            "Vérifiez vous-même que ce poste est à l’heure.",
        )
    if abs(fact.offset) <= _TOO_FAR:
        return Notice("L’horloge de ce poste est à l’heure")
    return Notice(f"L’horloge de ce poste {_far(fact.offset)} sur la plateforme", _CLOCK_ADVICE)


def _far(offset: timedelta) -> str:
    how = "avance" if offset > timedelta(0) else "retarde"
    seconds = abs(offset.total_seconds())
    for unit, name in ((_DAY, "jours"), (_HOUR, "heures"), (_MINUTE, "minutes")):
        if seconds >= 2 * unit:
            return f"{how} de {round(seconds / unit)} {name}"
    return f"{how} de {round(seconds)} secondes"
