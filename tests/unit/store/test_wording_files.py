"""Correcting texts in their files: the changed lines change, and nothing else by a byte."""

from pathlib import Path

import pytest

from conversation.answers.wording import Wording
from conversation.errors import ContentError
from store.wording_files import write_wordings

FILE = """\
# Of the school.

school.enroll:   # the first
  title: "Enroll"
  text: >-
    Ask the school.
    Bring papers.
  # kept: a speaker said so
  doubts: ["papers"]

# The nurse.
school.vaccines:
  title: Vaccines
  text: |-
    One
    Two
  audio: one.ogg
  doubts: []
"""


def write(folder: Path, content: str, *wordings: Wording) -> str:
    path = folder / "en" / "school.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode())
    write_wordings(folder, wordings)
    return path.read_bytes().decode()


def wording(answer: str = "school.enroll", **texts: str | None) -> Wording:
    values: dict[str, str | None] = {"title": "Enroll", "text": "Ask the school. Bring papers.", "whatsapp": None}
    return Wording(answer, "en", **{**values, **texts})  # type: ignore[arg-type]


def test_only_the_lines_of_what_changed_change(tmp_path: Path) -> None:
    after = write(tmp_path, FILE, wording(text='Ask "Ms. Ruiz": she knows. ' + "word " * 30 + "end."))

    assert after == FILE.replace(
        "    Ask the school.\n    Bring papers.\n",
        f'    Ask "Ms. Ruiz": she knows. {("word " * 18).strip()}\n    {"word " * 12}end.\n',
    )


def test_a_title_keeps_its_quotes_and_a_key_that_is_new_goes_to_its_place(tmp_path: Path) -> None:
    after = write(tmp_path, FILE, wording(title='Say "hola": ñ', short="Ask first."))

    expected = FILE.replace('"Enroll"', '"Say \\"hola\\": ñ"')
    assert after == expected.replace("    Bring papers.\n", "    Bring papers.\n  short: >-\n    Ask first.\n")


def test_lines_stay_lines(tmp_path: Path) -> None:
    after = write(tmp_path, FILE, wording("school.vaccines", title="Vaccines", text="One\n\nThree # no comment"))

    assert after == FILE.replace("    Two\n", "\n    Three # no comment\n")


def test_two_texts_of_a_file_change_at_once(tmp_path: Path) -> None:
    after = write(tmp_path, FILE, wording(text="One."), wording("school.vaccines", title="Shots", text="One\nTwo"))

    expected = FILE.replace("    Ask the school.\n    Bring papers.\n", "    One.\n")
    assert after == expected.replace("title: Vaccines", 'title: "Shots"')


def test_a_text_that_is_not_there_goes_to_the_end(tmp_path: Path) -> None:
    after = write(tmp_path, FILE.rstrip("\n"), wording("school.lunch", title="Lunch", text="Free."))

    assert after == FILE + '\nschool.lunch:\n  title: "Lunch"\n  text: >-\n    Free.\n  doubts: []\n'


def test_a_file_that_is_not_there_is_begun(tmp_path: Path) -> None:
    written = write_wordings(tmp_path, [wording("school.lunch", title="Lunch", text="Free.")])

    assert written == [tmp_path / "en" / "school.yml"]
    assert written[0].read_text().startswith("school.lunch:\n")


UNUSUAL = {
    "one line for all": 'school.enroll: {title: "Enroll", text: "Ask.", doubts: []}\n',
    "another indent": FILE.replace("\n  ", "\n     ").replace("\n         ", "\n        "),
    "a comment inside": FILE.replace("    Bring", "# here\n    Bring"),
}


@pytest.mark.parametrize("content", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_a_file_of_another_layout_is_left_as_it_is(tmp_path: Path, content: str) -> None:
    with pytest.raises(ContentError, match=r"en/school\.yml"):
        write(tmp_path, content, wording(text="One."))

    assert (tmp_path / "en" / "school.yml").read_text() == content
    assert [path.name for path in (tmp_path / "en").iterdir()] == ["school.yml"]
