"""Asking for another language in own words, and talk about languages that asks for nothing."""

import pytest

from conversation.commands.keywords import Keywords
from conversation.messages import Command
from tests.talk import real_rules

WISHES = {
    "es": "me puede escribir en español; hablame en español por fa; solo se español; do you guys speak spanish; "
    "can you write to me in spanish; los mensajes en español por favor; no hablo inglés solo español; hay en español?",
    "en": "english please; hablame en ingles por fa; can u reply in english; i dont speak spanish, english please; "
    "prefiero que me escriban en inglés; do you have this in english; anglais svp; em inglês por favor",
    "quc": "k'iche'; ¿hablas k'iche'?; pa k'iche'; la kixch'aw pa k'iche'; yo hablo k'iche', no español; in k'iche; "
    "do you speak quiche",
    "mam": "Mam; no hablo español, solo mam; habla mam alguien; mi idioma es mam; do you speak mam",
    "kek": "en q'eqchi' por favor; mi lengua es qeqchi",
    "kjb": "hablo kanjobal; no hablo español hablo q'anjob'al",
    "ht": "do you speak creole?; en kreyòl tanpri; mwen pa pale angle, kreyòl sèlman; ekri m an kreyòl; "
    "parlez vous créole",
    "fr": "parle français?; je ne comprends pas l'anglais, français svp; tu peux me parler en français; i speak french",
    "pt": "fala português?; não falo inglês, só português; do u speak portuguese; pode falar português",
    None: "no entiendo ingles; I dont understand spanish; mwen pa konprann angle; je ne parle pas anglais; no se leer "
    "español; não entendo inglês; my english is not good; another language please; what languages do you speak",
}
TALK = """\
does the court have a mam interpreter; mi hijo no habla ingles, la escuela lo ayuda?; quiero aprender ingles; donde hay
clases de inglés gratis; el abogado solo habla ingles; i want to learn english; the papers are in spanish do i need to
translate; can you translate my letter to english; quien traduce la partida al ingles; is the test in english; reprobé
inglés; mwen vle aprann angle; je veux apprendre l'anglais; tem aula de inglês de graça; soy haitiano; la carta esta en
ingles; thank you mam; mi vecino es brasileño; en la escuela hablan español?; does the doctor speak spanish; busco un
abogado que hable mam; puedo dar el examen en español; they laugh at me cause i dont speak english"""


@pytest.fixture(scope="module")
def keywords() -> Keywords:
    return real_rules().keywords


@pytest.mark.parametrize(
    ("target", "text"), [(target, text.strip()) for target, texts in WISHES.items() for text in texts.split(";")]
)
def test_a_wish_for_a_language_is_understood(target: str | None, text: str, keywords: Keywords) -> None:
    match = keywords.find_command(text)

    assert match
    assert (match.command, match.target) == (Command.LANGUAGE, target)


@pytest.mark.parametrize("text", [" ".join(text.split()) for text in TALK.split(";")])
def test_talk_that_mentions_a_language_changes_nothing(text: str, keywords: Keywords) -> None:
    match = keywords.find_command(text)

    assert match is None or match.command is not Command.LANGUAGE


def test_a_wish_is_answered_in_the_language_wished_for_or_the_one_it_is_said_in(keywords: Keywords) -> None:
    said = [
        keywords.find_command(text) for text in ("no entiendo inglés", "i dont understand spanish", "mwen pa li angle")
    ]

    assert [match.language for match in said if match] == ["es", "en", "ht"]
