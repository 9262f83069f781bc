from collections import Counter

from fhir.resources.STU3.bundle import Bundle
from stdnum import luhn
from stdnum.fr import nir

from desktop_app.sandbox import resources
from desktop_app.sandbox.world import World, build_world


def test_the_same_seed_makes_the_same_world(world: World) -> None:
    assert build_world() == world
    assert build_world(seed=1) != world


def test_the_world_is_large_enough_and_has_its_hard_cases(world: World) -> None:
    people = list(world.patients.values())
    assert len(people) >= 500
    assert len(world.practitioners) >= 2000
    assert any(person.deceased for person in people)
    assert any(person.ins is None for person in people)
    assert any(person.used_family for person in people)
    assert any("’" in person.birth_family for person in people)
    assert any(person.birth_rank for person in people)
    homonyms = Counter((person.birth_family, person.given) for person in people)
    assert max(homonyms.values()) >= 2
    assert any(len(entry.addresses) > 1 for entry in world.practitioners.values())
    doctors = Counter((entry.family, entry.given) for entry in world.practitioners.values())
    assert max(doctors.values()) >= 2


def test_nobody_can_be_taken_for_a_real_person(world: World) -> None:
    known = set(list(world.patients)[:17])
    for person in world.patients.values():
        visibly = any(
            mark in f"{person.birth_family} {person.used_family}" for mark in ("SANDBOX", "FICTI")
        )
        assert visibly or person.id in known
        assert person.insee.startswith("99") or person.insee in ("2A999", "2B999")
    for entry in world.practitioners.values():
        assert "Ficti" in entry.family
        for address in entry.addresses:
            assert address.mailbox.endswith(".example")
            assert address.postal_code.startswith("99")


def test_numbers_have_the_right_keys(world: World) -> None:
    for person in world.patients.values():
        assert person.ins is None or nir.is_valid(person.ins)
    for entry in world.practitioners.values():
        assert len(entry.identifier) == 11
        assert luhn.is_valid(entry.identifier)


def test_ids_and_mailboxes_are_unique(world: World) -> None:
    ipps = Counter(person.ipp for person in world.patients.values())
    assert max(ipps.values()) == 1
    mailboxes = Counter(
        address.mailbox for entry in world.practitioners.values() for address in entry.addresses
    )
    assert max(mailboxes.values()) == 1


def test_resources_are_valid_stu3(world: World) -> None:
    people = [resources.patient(person, "Sbx0Demo01") for person in world.patients.values()]
    doctors = [resources.practitioner(entry) for entry in list(world.practitioners.values())[:50]]
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": resource} for resource in [*people[:60], *doctors]],
    }
    Bundle.model_validate(bundle)
