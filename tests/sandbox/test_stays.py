from collections import Counter

from fhir.resources.STU3.bundle import Bundle

from desktop_app.sandbox import resources
from desktop_app.sandbox.stays import STATUSES
from desktop_app.sandbox.world import World


def test_some_patients_have_several_stays_and_some_have_none(world: World) -> None:
    count = Counter(stay.patient for stay in world.stays.values())
    assert count["70001"] == 3
    assert count["70005"] == 0
    assert count["70009"] == 0  # who died
    assert set(count) <= set(world.patients)
    assert {stay.status for stay in world.stays.values()} == set(STATUSES)


def test_a_stay_ends_after_it_began_unless_it_goes_on(world: World) -> None:
    numbers = Counter(stay.number for stay in world.stays.values())
    assert max(numbers.values()) == 1
    for stay in world.stays.values():
        assert stay.start.date() > world.patients[stay.patient].birth_date
        if stay.status == "finished":
            assert stay.end is not None
            assert stay.end > stay.start
        else:
            assert stay.end is None


def test_stays_are_valid_stu3(world: World) -> None:
    stays = [resources.encounter(stay, "Sbx0Demo01") for stay in list(world.stays.values())[:60]]
    entries = [{"resource": stay} for stay in stays]
    Bundle.model_validate({"resourceType": "Bundle", "type": "searchset", "entry": entries})
