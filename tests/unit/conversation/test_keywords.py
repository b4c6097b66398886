"""Commands: heard as whole messages in every spelling, never inside talk."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conversation.commands.keywords import CommandMatch, Keywords, expand, is_answered_by_carrier
from conversation.errors import ContentError
from conversation.folding import fold
from conversation.messages import Command
from tests.talk import real_rules

DATA = Path(__file__).parents[3] / "data"


@cache
def read_languages() -> dict[str, Any]:
    rows: dict[str, Any] = yaml.safe_load((DATA / "languages.yml").read_text(encoding="utf-8"))
    return rows


@cache
def real_keywords() -> Keywords:
    return Keywords.from_data(read_languages())


def heard(text: str) -> Command | None:
    match = real_keywords().find_command(text)
    return match.command if match else None


STOPS = [
    "STOP",
    "STOP.",
    " Stop ",
    "stop!!",
    "STOP STOP",
    "stop stop stop",
    "stop please",
    "please stop",
    "S T O P",
    "s.t.o.p",
    "ＳＴＯＰ",
    "ЅТОР",
    "st\u200bop",
    "stooop",
    "🛑 STOP 🛑",
    "STOPALL",
    "Unsubscribe",
    "CANCEL",
    "END",
    "quit",
    "REVOKE",
    "optout",
    "opt out",
    "Stop texting me",
    "don't text me",
    "do not text me",
    "alto!!",
    "ALTO",
    "PARE",
    "por favor paren",
    "¡Basta!",
    "baja",
    "cancelar",
    "FIN",
    "darme de baja",
    "no más mensajes",
    "ya no quiero recibir mensajes",
    "sair",
    "pare de me mandar mensagens",
    "arrêtez",
    "ARRET",
    "sispann",
    "pa ekri m ankò",
]

NO_STOPS = [
    "no",
    "ya no",
    "no más",
    "para",
    "nada",
    "adiós",
    "fin de semana",
    "no quiero parar de estudiar",
    "cancelaron mi cita",
    "cancel my appointment",
    "stop the bullying",
    "stop it",
    "make him stop",
    "I want to quit school",
    "end of the month",
    "quiero cancelar mi cita con el doctor",
    "alto, no entiendo",
    "me dieron de baja en la escuela",
    "eliminar",
    "borrar",
    "cómo paro el sangrado",
    "salir de la casa",
    "he won't stop hitting me",
    "basta con el acta?",
]


@pytest.mark.parametrize("text", STOPS)
def test_stop_is_heard_in_every_spelling_and_language(text: str) -> None:
    assert heard(text) is Command.STOP


@pytest.mark.parametrize("text", NO_STOPS)
def test_talk_is_never_a_stop(text: str) -> None:
    assert heard(text) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("START", Command.START),
        ("unstop", Command.START),
        ("Comenzar", Command.START),
        ("HELP", Command.HELP),
        ("info", Command.HELP),
        ("AYUDA", Command.HELP),
        ("hola, ayuda por favor", Command.HELP),
        ("ajuda", Command.HELP),
        ("èd", Command.HELP),
        ("tob'anik", Command.HELP),
        ("quiero hablar con una persona", Command.PERSON),
        ("¡Quiero hablar con alguien!", Command.PERSON),
        ("Talk to a human please", Command.PERSON),
        ("agente", Command.PERSON),
        ("pale ak yon moun", Command.PERSON),
        ("winaq", Command.PERSON),
        ("PRIVADO", Command.PRIVATE),
        ("private", Command.PRIVATE),
        ("NO PRIVADO", Command.PRIVATE_OFF),
        ("not private", Command.PRIVATE_OFF),
        ("BORRAR DATOS", Command.ERASE),
        ("delete my data", Command.ERASE),
        ("por favor borren todo", Command.ERASE),
        ("apagar meus dados", Command.ERASE),
        ("supprimez mes donnees", Command.ERASE),
        ("efase tout enfòmasyon mwen", Command.ERASE),
        ("j ai besoin d aide", Command.HELP),
        ("kolwajan wetoq", Command.HELP),
        ("xjal", Command.PERSON),
    ],
)
def test_the_other_commands_are_heard(text: str, command: Command) -> None:
    assert heard(text) is command


@pytest.mark.parametrize(
    "text",
    [
        "auxilio",
        "socorro",
        "SOS",
        "🆘",
        "ayuda mi papá me pega",
        "help he has a gun",
        "help me he is hurting me",
        "anmwe",
        "0",
    ],
)
def test_a_cry_for_help_with_more_in_it_is_left_to_the_danger_rules(text: str) -> None:
    assert heard(text) is None


def test_yes_is_a_start_only_after_a_stop() -> None:
    english, spanish = (real_keywords().find_command(text) for text in ("YES", "Sí"))

    assert english == CommandMatch(Command.START, only_when_stopped=True)
    assert spanish == CommandMatch(Command.START, "es", only_when_stopped=True)


@pytest.mark.parametrize(
    ("text", "language"),
    [("STOP", None), ("ayuda", "es"), ("talk to a human", "en"), ("cancelar", None), ("winaq", "quc")],
)
def test_a_word_has_the_language_that_alone_has_it(text: str, language: str | None) -> None:
    match = real_keywords().find_command(text)

    assert match is not None
    assert match.language == language


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("español", "es"),
        ("Espanol", "es"),
        ("English please", "en"),
        ("ingles", "en"),
        ("K'iche'", "quc"),
        ("k’iche’", "quc"),
        ("quiche", "quc"),
        ("Mam", "mam"),
        ("hablo mam", "mam"),
        ("Q’eqchi’", "kek"),
        ("qanjobal", "kjb"),
        ("kreyol", "ht"),
        ("Português", "pt"),
        ("en français", "fr"),
        ("¿Habla español?", "es"),
        ("do you speak Spanish?", "es"),
        ("中文", "zh"),
        ("فارسی", "fa"),
        ("پښتو", "ps"),
        ("українська", "uk"),
        ("العربية", "ar"),
    ],
)
def test_a_language_is_asked_for_by_its_names(text: str, target: str) -> None:
    match = real_keywords().find_command(text)

    assert match is not None
    assert (match.command, match.target) == (Command.LANGUAGE, target)


def test_every_language_is_found_by_its_own_name() -> None:
    found = {tag: real_keywords().find_command(row["name"]) for tag, row in read_languages().items()}

    assert {tag: match and match.target for tag, match in found.items()} == {tag: tag for tag in found}


def test_all_eighteen_languages_and_the_other_mayan_ones_have_a_complete_row() -> None:
    rows = read_languages()

    assert " ".join(rows) == "es en quc mam kek kjb pt ht fr fa ps uk zh ar cak ixl cab qu myn"
    assert {row["status"] for row in rows.values()} <= {"complete", "partial", "none"}
    assert {row["direction"] for row in rows.values()} == {"ltr", "rtl"}
    assert all(row["fallback"] == "es" for row in rows.values() if row["group"] == "mayan")


@given(st.sampled_from(STOPS), st.sampled_from(["", " ", "!!!", " 🙏🏽", "...", "\n", "¡", " gracias", " please"]))
def test_what_stands_around_a_stop_does_not_matter(word: str, around: str) -> None:
    assert heard(f"{around} {word} {around}") is Command.STOP


@given(st.text(max_size=300))
def test_any_text_can_be_asked(text: str) -> None:
    match = real_keywords().find_command(text)

    assert match is None or fold(text)


@pytest.mark.parametrize(
    ("text", "by_carrier"),
    [
        ("STOP", True),
        (" stop\n", True),
        ("Help", True),
        ("YES", True),
        ("stop please", False),
        ("alto", False),
        ("", False),
    ],
)
def test_carriers_answer_their_own_words_alone(text: str, by_carrier: bool) -> None:
    assert is_answered_by_carrier(text) is by_carrier


def test_one_line_of_the_data_may_stand_for_several_phrases() -> None:
    assert set(expand("no? more texts|text_messages")) == {
        "no more texts", "no more text messages", "more texts", "more text messages",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["st op", "nomas mensajes", "j ai besoin d aide", "K iche", "porfavor,ayuda"])
def test_spaces_do_not_matter(text: str) -> None:
    assert heard(text) is not None


@pytest.mark.parametrize("text", ["Ma'am", "thank you ma’am", "Maam?", "thanks mam", "hi mam"])
def test_a_polite_madam_is_not_the_language_mam(text: str) -> None:
    assert heard(text) is None


def test_madam_beside_a_command_changes_nothing() -> None:
    assert heard("stop ma'am") is Command.STOP


def test_talk_is_no_command_although_its_words_are() -> None:
    keywords = Keywords.from_data(row(courtesy=["gracias"], keywords={"stop": ["alto"]}, talk=["alto gracias"]))

    found = [keywords.find_command(text) is not None for text in ("alto", "gracias alto", "Alto, gracias!")]
    assert found == [True, True, False]


def row(**fields: object) -> dict[str, dict[str, object]]:
    return {"es": {"name": "Español", **fields}}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (row(keywords={"halt": ["alto"]}), "halt"),
        (row(keywords={"stop": [False]}), "quotes"),
        (row(keywords={"stop": "alto"}), "es.keywords.stop"),
        (row(keywords={"stop": ["ayuda"], "help": ["¡Ayuda!"]}), "'ayuda' means both"),
        (row(aliases=["!!!"]), "es.aliases"),
    ],
    ids=["unknown command", "unquoted no", "a text for a list", "two meanings", "nothing but signs"],
)
def test_mistakes_in_the_data_are_named(data: dict[str, Any], message: str) -> None:
    with pytest.raises(ContentError, match=message):
        Keywords.from_data(data)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("¡NO QUIEROOO, k'iche'!", "no quiero kiche"),
        ("I do not / can't / CANNOT", "i dont cant cant"),
        ("m4t4rme", "matarme"),
        ("٣٤ 9️⃣1️⃣1️⃣", "34 911"),
        ("x q m pega", "x q m pega"),
        ("\0st\u00adop", "stop"),
    ],
)
def test_folding_makes_what_people_type_comparable(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once_for_letters_and_spaces(text: str) -> None:
    folded = fold(text)

    assert folded == folded.strip()
    assert "  " not in folded


@pytest.mark.parametrize("text", ["/restart", " /start", "/help", "/english"])
def test_an_order_to_some_other_machine_is_no_command(text: str) -> None:
    assert real_rules().keywords.find_command(text) is None


def test_a_stop_is_heard_however_it_is_written() -> None:
    match = real_rules().keywords.find_command("/stop")

    assert match
    assert match.command is Command.STOP
