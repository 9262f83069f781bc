"""The sample letters that practice mode offers."""

import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from desktop_app.sandbox.world import World, WorldPatient, build_world

PROJECT = Path(__file__).parents[2]
SAMPLES = sorted((PROJECT / "resources" / "samples").glob("*.pdf"))
each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


def pages(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def named(patient: WorldPatient, text: str) -> bool:
    return (
        patient.birth_family in text
        and " ".join(patient.given) in text
        and f"{patient.birth_date:%d/%m/%Y}" in text
        and f"IPP : {patient.ipp}" in text
    )


def test_there_are_several_and_one_has_two_pages() -> None:
    assert len(SAMPLES) >= 4
    assert max(len(pages(path)) for path in SAMPLES) == 2


@each_sample
def test_it_names_one_patient_of_the_practice_world_and_doctors_who_have_a_mailbox(
    path: Path, world: World
) -> None:
    text = "\n".join(pages(path))

    found = [patient for patient in world.patients.values() if named(patient, text)]
    doctors = [
        entry
        for entry in world.practitioners.values()
        if f"{entry.given} {entry.family.upper()}" in text
    ]

    assert len(found) == 1
    assert doctors


@each_sample
def test_every_page_says_that_it_is_fictional(path: Path) -> None:
    assert all("Document fictif – entraînement" in text for text in pages(path))


@each_sample
def test_its_file_name_gives_nobody_away(path: Path, world: World) -> None:
    name = path.stem.casefold()

    for patient in world.patients.values():
        assert patient.birth_family.casefold() not in name
        assert not set(name.split()) & {given.casefold() for given in patient.given}


def test_they_are_what_the_generator_writes(tmp_path: Path) -> None:
    generator = PROJECT / "packaging" / "samples" / "letters.py"
    subprocess.run([sys.executable, generator, tmp_path], check=True, capture_output=True)

    written = {path.name: pages(path) for path in tmp_path.iterdir()}

    assert written == {path.name: pages(path) for path in SAMPLES}
