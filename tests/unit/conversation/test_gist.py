"""What a message does in a conversation: courtesy, replies, short questions, who writes."""

import pytest

from conversation.dialogue.gist import KINDS, Gist, Phrasebook
from conversation.errors import ContentError
from tests.talk import real_rules


def read(text: str) -> Gist:
    return real_rules().phrasebook.read(text)


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("Buenas tardes, disculpe la molestia. ¿Hay bus?", "¿Hay bus?"),
        ("hola me llamo Rosa Pérez, mi sobrino no va a la escuela", "mi sobrino no va a la escuela"),
        ("Hi, good morning! My name is Ana. where is the court", "where is the court"),
        ("i give you thanks", "i give you thanks"),
        ("gracias a Dios ya llegó mi hija", "gracias a Dios ya llegó mi hija"),
        ("hola escuela", "hola escuela"),
        ("¿Qué vacunas pide la escuela? Muchas gracias", "¿Qué vacunas pide la escuela?"),
        ("oi, bom dia, onde tem dentista", "onde tem dentista"),
        ("Bonjour madame, où est le tribunal pour mon fils svp", "où est le tribunal pour mon fils"),
        ("bonjou, ki kote tribinal la ye", "ki kote tribinal la ye"),
        ("saqarik, jawi k'o wi ri corte", "jawi k'o wi ri corte"),
        ("hola, ¿cómo está? mi hijo necesita lentes", "mi hijo necesita lentes"),
        ("cómo está mi caso", "cómo está mi caso"),
        ("doctor para mi hijo", "doctor para mi hijo"),
        ("la escuela\nno lo acepta", "la escuela\nno lo acepta"),
        ("¿Por qué piden huellas ?", "¿Por qué piden huellas ?"),
    ],
)
def test_courtesy_around_a_question_does_not_hide_it(text: str, core: str) -> None:
    assert read(text).core == core


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("hola", "greeting"),
        ("Buenas tardes disculpe la molestia", "sorry"),
        ("thank you so much for your help", "thanks"),
        ("mil gracias, Dios le bendiga", "thanks"),
        ("mèsi anpil", "thanks"),
        ("obrigada", "thanks"),
        ("merci beaucoup, bonne nuit", "goodbye"),
        ("maltyox", "thanks"),
        ("adiós", "goodbye"),
    ],
)
def test_courtesy_alone_is_courtesy(text: str, last: str) -> None:
    gist = read(text)

    assert (gist.is_courtesy, last in gist.courtesies, gist.core) == (True, True, text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("¿y si no tengo eso?", "missing"),
        ("y si no tengo pasaporte", "missing"),
        ("what if I dont have it", "missing"),
        ("e si m pa gen sa", "missing"),
        ("e se eu não tiver isso?", "missing"),
        ("¿Dónde?", "where"),
        ("ok, y donde es?", "where"),
        ("where do i go", "where"),
        ("jawi", "where"),
        ("y cuanto cuesta?", "cost"),
        ("is it free", "cost"),
        ("konbyen sa koute", "cost"),
        ("c'est gratuit?", "cost"),
        ("jampa' rajil", "cost"),
        ("and how long?", "how_long"),
        ("cuanto tiempo tarda eso", "how_long"),
        ("y si me dicen que no?", "refused"),
        ("what happens if they say no", "refused"),
        ("con quien hablo", "who"),
        ("a que numero llamo", "phone"),
        ("what about my other kid", "other"),
        ("no entendí", "unclear"),
        ("i dont understand", "unclear"),
        ("can you explain it to me", "unclear"),
        ("explain", "unclear"),
        ("repeat", "again"),
        ("otra vez por favor", "again"),
        ("más", "more"),
        ("mas info", "more"),
        ("plis", "more"),
        ("plus", "more"),
        ("mais", "more"),
        ("tell me more", "more"),
        ("ninguna de esas", "none"),
        ("número equivocado", "wrong_number"),
        ("Sorry, wrong number", "wrong_number"),
    ],
)
def test_a_short_message_is_known_by_its_form(text: str, kind: str) -> None:
    assert kind in read(text).whole


@pytest.mark.parametrize(
    "text",
    [
        "cuanto cuesta un abogado para mi sobrino",
        "where do i go for vaccines",
        "¿dónde está la corte de Houston?",
        "how long does it take to get my nephew out of the shelter",
        "si no tengo seguro adonde llevo a mi hijo al doctor",
        "le puse el numero equivocado en el formulario",
        "they gave the school a wrong number for me",
        "no me dejan ir a la escuela",
        "who can be a sponsor",
        "x" * 1600,
        "donde " * 200,
        "\u202e\0",
    ],
    ids=lambda text: text[:40],
)
def test_a_question_of_its_own_is_no_short_question(text: str) -> None:
    assert read(text).whole == frozenset()


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("tengo 16 años y mi sponsor no me da comida", "youth"),
        ("i am 15 and i want to go to school", "youth"),
        ("soy la tía de dos niños", "sponsor"),
        ("mi sobrina llegó hace tres semanas", "sponsor"),
        ("my nephew has court", "sponsor"),
        ("m gen 16 an", "youth"),
        ("pitit mwen malad", "sponsor"),
        ("quiero ir a la escuela", None),
        ("I am worried", None),
    ],
)
def test_who_writes_is_told_by_their_words(text: str, role: str | None) -> None:
    assert read(text).role == role


def test_a_file_must_have_every_kind_and_no_other() -> None:
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}

    with pytest.raises(ContentError, match="kinds"):
        Phrasebook.from_data({"es": {"kinds": {**kinds, "greetings": ["hola"]}}})


@pytest.mark.parametrize("phrase", ["a? b?", "hola que|", "* hola"])
def test_a_phrase_against_the_syntax_is_refused(phrase: str) -> None:
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}

    with pytest.raises(ContentError):
        Phrasebook.from_data({"es": {"kinds": {**kinds, "greeting": [phrase]}}})
