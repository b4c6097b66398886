"""Every word of data/languages.yml: heard in whatever way it is typed, and nothing that people say otherwise."""

import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conversation.answers.wording import STAFF
from conversation.commands.keywords import CommandMatch
from conversation.commands.requests import expand, is_request
from conversation.dialogue.questions import CHOOSE, ask, find_choice
from conversation.language.languages import OTHER_MAYAN
from conversation.messages import Command
from tests.fakes import START
from tests.talk import ROOT, real_rules

RULES = real_rules()
ROWS = yaml.safe_load((ROOT / "data/languages.yml").read_text(encoding="utf-8"))
KINDS = ("stop", "start", "help", "person", "private", "private_off", "language", "erase")
SERVED = ("en", "es", "pt", "fr", "ht", "quc", "mam", "kek", "kjb")
# what each language has words for; K'iche' and its relatives only what is attested (data/answers/README.md says so)
HAS = {
    **dict.fromkeys(("en", "es", "pt", "fr", "ht"), frozenset(KINDS)),
    "quc": frozenset(KINDS[:5]),
    **dict.fromkeys(("mam", "kek", "kjb"), frozenset(("help", "person"))),
}


# In capitals, and no commands.
NAMES_OF_THINGS = frozenset(("CHIP", "EOIR", "FERPA", "HELLO", "HIPAA", "ORR", "SNAP", "USCIS"))
SAMPLES = 25  # of the phrases of a line that has too many to try all


def words() -> Iterator[tuple[str, str, str]]:
    """Yield (tag, kind, word) of every word of every command, and samples of what is heard word by word."""
    for tag, row in ROWS.items():
        parts = row.get("parts") or {}
        for kind, lines in (row.get("keywords") or {}).items():
            for line in lines:
                phrases = sample(line, parts) if is_request(kind, line, parts) else expand(line, parts)
                yield from ((tag, kind, phrase) for phrase in phrases if len(phrase.split()) > 1 or "<" not in line)


def sample(line: str, parts: Mapping[str, str]) -> Iterator[str]:
    """Yield some phrases of a line by choosing at random for each piece, the same at every run."""
    chance = random.Random(line)
    pieces = re.sub(r"<(\w+)>", lambda found: parts[found[1]], line).split()
    for _ in range(SAMPLES):
        chosen = [chance.choice(piece.removesuffix("?").split("|")) for piece in pieces if keep(piece, chance)]
        yield " ".join(chosen).replace("_", " ")


def keep(piece: str, chance: random.Random) -> bool:
    return not piece.endswith("?") or chance.random() < 0.5


WORDS = list(words())
NAMES = [(tag, name) for tag, row in ROWS.items() for name in (row["name"], *row["aliases"])]


def find(text: str) -> CommandMatch | None:
    return RULES.keywords.find_command(text)


def command_of(kind: str) -> Command:
    return Command.START if kind == "start_when_stopped" else Command(kind)


# What there is


@pytest.mark.parametrize("tag", SERVED)
def test_each_language_has_words_for_the_commands_it_is_said_to_have(tag: str) -> None:
    kinds = set(ROWS[tag].get("keywords") or {}) - {"start_when_stopped"}

    assert kinds == HAS[tag]


def test_the_readme_tells_which_language_has_which_words() -> None:
    readme = (ROOT / "data/answers/README.md").read_text(encoding="utf-8")
    told = {
        tag: {kind for kind, cell in zip(KINDS, cells.split("|"), strict=True) if cell.strip() == "yes"}
        for tag, cells in re.findall(r"^\| `(\w+)` \| ((?:(?:yes|-) \| ){7}(?:yes|-)) \|$", readme, re.MULTILINE)
    }

    assert told == HAS


def test_every_word_that_a_text_tells_people_to_send_is_a_command() -> None:
    unheard = [
        f"{wording.language} {wording.answer}: {shouted}"
        for wording in RULES.catalogue.wordings.values()
        if not wording.answer.startswith(STAFF)  # whose commands are others: test_staff_commands.py
        for shouted in re.findall(r"[^\W\d_]{4,}(?: [^\W\d_]{4,})*", wording.text)
        if shouted.isupper() and shouted not in NAMES_OF_THINGS and find(shouted) is None
    ]

    assert unheard == []


# Heard

NOISE = "\u200b\u00ad\ufeff\u2060"
APOSTROPHES = ("'", "’", "ʼ", "`", "´", "‘", "", " ")


@st.composite
def typed(draw: st.DrawFn, word: str) -> str:
    """A word as somebody may type it: capitals, accents left out, other apostrophes, signs, emoji, spaces around it."""
    text = word.replace("'", draw(st.sampled_from(APOSTROPHES)))
    ways: list[Callable[[str], str]] = [str.lower, str.upper, str.capitalize, str.title, strip_accents]
    text = draw(st.sampled_from(ways))(text)
    place = draw(st.integers(0, len(text)))
    text = text[:place] + draw(st.sampled_from(["", *NOISE])) + text[place:]
    gap = draw(st.sampled_from([" ", "  ", "\n", " \u00a0"]))
    before = draw(st.sampled_from(["", " ", "¡", "🙏🏽 ", '"', "*", "- ", "\u200f"]))
    after = draw(st.sampled_from(["", " ", ".", "!!!", "...", " 🛑", "❤️", "?", '"', "*", "\n", " 👍🏿👍🏿"]))
    return f"{before}{text.replace(' ', gap)}{after}"


def strip_accents(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


@settings(deadline=None)
@given(st.data())
def test_a_command_is_heard_however_it_is_typed(data: st.DataObject) -> None:
    _, kind, word = data.draw(st.sampled_from(WORDS))

    match = find(data.draw(typed(word)))

    assert match is not None
    assert match.command is command_of(kind)


@settings(deadline=None)
@given(st.data())
def test_a_language_is_known_however_its_name_is_typed(data: st.DataObject) -> None:
    tag, name = data.draw(st.sampled_from(NAMES))

    match = find(data.draw(typed(name)))

    assert match is not None
    assert (match.command, match.target) == (Command.LANGUAGE, tag)


@pytest.mark.parametrize("tag", SERVED)
def test_polite_words_of_the_language_change_nothing(tag: str) -> None:
    said = [word for owner, _, word in WORDS if owner == tag and " " not in word]
    polite = [f"{one}, {word} {one}!" for word in said for one in ROWS[tag].get("courtesy") or ()]

    assert [text for text in polite if find(text) is None] == []


@pytest.mark.parametrize("tag", ROWS)
@pytest.mark.parametrize(
    "way", ["{name} please", "en {name} por favor", "i speak {name}", "mwen pale {name}", "em {name}"]
)
def test_every_language_can_be_asked_for_in_another(tag: str, way: str) -> None:
    match = find(way.format(name=ROWS[tag]["aliases"][0]))

    assert match is not None
    assert (match.command, match.target) == (Command.LANGUAGE, tag)


@pytest.mark.parametrize(
    "text", ["otro idioma maya", "another Mayan language", "hablo chuj", "TZ’UTUJIL", "akateko", "maya"]
)
def test_other_mayan_languages_lead_to_one_answer(text: str) -> None:
    match = find(text)

    assert match is not None
    assert (match.command, match.target) == (Command.LANGUAGE, OTHER_MAYAN)


@pytest.mark.parametrize(
    "text", ["idioma", "change language", "outra língua", "une autre langue", "lòt lang", "no hablo español"]
)
def test_another_language_can_be_wanted_without_naming_it(text: str) -> None:
    match = find(text)

    assert match is not None
    assert (match.command, match.target) == (Command.LANGUAGE, None)


# And nothing else


def test_only_a_stop_may_sound_like_danger_to_the_rules() -> None:
    # "take me out of the list", "stop doing this": commands come first, and whoever is in danger says more
    assert {kind for _, kind, word in WORDS if RULES.danger.find_danger(word)} <= {"stop"}


def test_no_word_picks_from_a_menu() -> None:
    question = ask(CHOOSE, tuple("abcdefghi"), START)

    assert [(tag, word) for tag, _, word in WORDS if find_choice(word, question, START)] == []


@cache
def read_states() -> frozenset[str]:
    """US states and where else people live, as an answer to "where do you live?"."""
    return frozenset(
        [
            "alabama",
            "alaska",
            "arizona",
            "arkansas",
            "california",
            "colorado",
            "connecticut",
            "delaware",
            "florida",
            "georgia",
            "hawaii",
            "idaho",
            "illinois",
            "indiana",
            "iowa",
            "kansas",
            "kentucky",
            "louisiana",
            "maine",
            "maryland",
            "massachusetts",
            "michigan",
            "minnesota",
            "mississippi",
            "missouri",
            "montana",
            "nebraska",
            "nevada",
            "ohio",
            "oklahoma",
            "oregon",
            "pennsylvania",
            "tennessee",
            "texas",
            "utah",
            "vermont",
            "virginia",
            "washington",
            "wisconsin",
            "wyoming",
            "guam",
            "al",
            "ak",
            "az",
            "ar",
            "ca",
            "co",
            "ct",
            "de",
            "fl",
            "ga",
            "hi",
            "id",
            "il",
            "in",
            "ia",
            "ks",
            "ky",
            "la",
            "me",
            "md",
            "ma",
            "mi",
            "mn",
            "ms",
            "mo",
            "mt",
            "ne",
            "nv",
            "nh",
            "nj",
            "nm",
            "ny",
            "nc",
            "nd",
            "oh",
            "ok",
            "or",
            "pa",
            "ri",
            "sc",
            "sd",
            "tn",
            "tx",
            "ut",
            "vt",
            "va",
            "wa",
            "wv",
            "wi",
            "wy",
            "dc",
            "pr",
        ]
    ) | {"new york", "new jersey", "new mexico", "nueva york", "north carolina", "carolina del norte", "puerto rico"}


def test_no_word_is_a_state() -> None:
    heard = {state for state in read_states() if (match := find(state)) and not match.only_when_stopped}

    assert heard == set()


def test_no_word_is_the_line_of_a_menu_unless_it_means_the_same() -> None:
    same = {
        "service.talk_to_person": Command.PERSON,
        "service.change_language": Command.LANGUAGE,
        "service.delete_my_data": Command.ERASE,
    }
    titles = [
        (wording.answer, wording.title)
        for wording in RULES.catalogue.wordings.values()
        if not wording.answer.startswith("system.")
    ]
    heard = [(answer, title, match.command) for answer, title in titles if (match := find(title))]

    assert [one for one in heard if same.get(one[0]) is not one[2]] == []


def read_utterances() -> Iterator[tuple[str, str]]:
    """Yield (intent, sentence) of what the bot was taught that people say."""
    for path in sorted((ROOT / "data/nlu").rglob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in str(block.get("examples", "")).splitlines():
                if line.startswith("- "):
                    yield str(block.get("intent")), re.sub(r"\[([^\]]+)\][({][^)}]*[)}]", r"\1", line[2:])


MEANS = {
    Command.PERSON: {"service.talk_to_person"},
    Command.LANGUAGE: {"service.change_language", "service.talk_to_person", "community.indigenous_interpreter"},
    Command.ERASE: {"service.delete_my_data"},
    Command.HELP: {
        "service.menu",
        "service.talk_to_person",
        "service.greet",
        "service.what_is_this",
        "safety.emergency",  # "help" alone: what we are, and 911, is the first thing to say
    },
    Command.START: {"service.greet", "service.menu"},
    Command.STOP: {"service.delete_my_data"},  # some who want all of it gone write just that
}


def test_what_people_ask_the_bot_is_no_command_of_another_meaning() -> None:
    heard = [(intent, text, match) for intent, text in read_utterances() if (match := find(text))]
    sure = [one for one in heard if not one[2].only_when_stopped]

    wrong = [(intent, text) for intent, text, match in sure if intent not in MEANS.get(match.command, ())]
    assert wrong == []


def test_nothing_that_people_ask_the_bot_ends_the_messages() -> None:
    stops = [(intent, text) for intent, text in read_utterances() if (match := find(text)) and ends(match)]

    assert [one for one in stops if one[0] != "service.delete_my_data"] == []


def ends(match: CommandMatch) -> bool:
    return match.command is Command.STOP


ANSWERS = [
    "no", "ya no", "no más", "para", "nada", "non", "não", "pas", "plus", "rien", "adiós", "bye", "ok", "ok gracias",
    "sí", "mañana", "después", "luego", "nunca", "nadie", "personne", "pèsonn", "ninguém", "borrar", "delete",
    "eliminar", "erase", "remove", "effacer", "supprimer", "apagar", "excluir", "efase", "siprime", "público",
    "publica", "normal", "ase", "fini", "tèt chaje", "man k'o taj", "je", "manaq", "k'am", "mi'n", "inka'", "uno",
    "jun", "ma'am", "thank you ma'am", "thanks mam", "leave me alone", "déjenme en paz", "stop it", "quiero salir",
    "no me molesten", "arrêté", "Arrêtée", "arete", "yo arete papa m", "cancelé", "cancelé la cita",
    "quiero salir de aquí", "je veux plus", "pa voye m tounen", "no me manden", "quero sair daqui", "clear",
    "forget me", "delete me", "alta", "puede salir", "can leave now", "just stop", "ya salir", "cancel my appointment",
    "cancelar mi cita", "cancelaron mi cita", "no quiero parar de estudiar", "el bus no tiene stop cerca", "stop sign",
    "alto! dijo el policia", "dejen de pegarme", "stop sending me to school", "remove my son from the list",
    "no quiero mensajes de mi ex", "quiero salir de la lista de espera", "paren de gritarme", "i want to stop working",
]  # fmt: skip


@pytest.mark.parametrize("text", ANSWERS)
def test_a_plain_answer_is_no_command(text: str) -> None:
    match = find(text)

    assert match is None or match.only_when_stopped


AROUND = [
    "no me digas que {}", "dice que {} pero yo no quiero", "ayer me dijeron {} en la escuela", "what does {} mean",
    "he said {} to my cousin", "my teacher says {} all the time", "ele disse {} para minha mãe", "qué quiere decir {}",
    "il m'a dit {} hier soir", "li di m {} yè swa", "{} dice mi tío cuando me pega",
]  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(WORDS), st.sampled_from(AROUND))
def test_a_sentence_with_the_word_in_it_is_no_command(word: tuple[str, str, str], around: str) -> None:
    assert find(around.format(word[2])) is None
