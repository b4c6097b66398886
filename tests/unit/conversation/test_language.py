"""Which language a message is in, as shipped: the table and the profiles of conversation/language/resources."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.language import MESSAGES, read_messages
from conversation.language.detection import Detection, detect
from conversation.language.voices import CLIP, MAYAN, TAGS

SHORT_SPANISH = """\
hola; buenas; buenos dias; buenas noches; gracias; muchas gracias; necesito ayuda; la escuela; escuela; abogado;
quiero un abogado; corte; cuando es mi corte; mi cita; vacunas; médico; una pregunta; que hago; no entiendo; no
se; donde queda; cuanto cuesta; es gratis?; mi hija; mi sobrina; tengo miedo; me quiero morir; permiso de
trabajo; pasaporte; español; en español por favor; no tengo papeles; quien es; mande usted; xq no kieren; kiero
ablar con alguien; mañana; cuando; la migra; soy menor; tengo 15 años; mi tia; no abla ingles; inscripcion; comida
para el niño; NO ENTIENDO"""
SHORT_ENGLISH = """\
hello; hey; i need help; school?; school; my court date; court; lawyer; i need a lawyer; thanks; thank you; good
morning; vaccines; shots; dentist; how much; is it free; where; where do i go; when; who is this; idk; i dont
know; what?; why; english please; my son; my daughter is sick; im scared; they hit me; i want to die; work
permit; passport; birth certificate; food; no money; school bus; i am 15; asylum; can u call me; please; sorry;
wrong number; tomorrow; she cant sleep; he ran away; how do i enroll; THANK YOU"""


NAMES = """\
Maria Lopez; María López Pérez; Maria Lopez Perez 12 años; Juan Carlos; José Antonio Ramirez; Jose Luis
Hernandez Garcia; Pedro Pérez Ixcoy; Santos Domingo; Wilmer Alexander; Andres Pascual; Catarina Brito Cobo;
Mateo Francisco Juan; Houston TX 77036; 1234 Main St Apt 5; Lee High School; Los Angeles California;
Quetzaltenango; Huehuetenango; San Pedro Sula; Santa Cruz Barillas; Jean Pierre Louis; Joao Silva; 456
Bellaire Blvd"""
NOT_SERVED = """\
Tôi cần giúp đỡ; toi can giup do; xin chào; con tôi bị bệnh; Ich brauche Hilfe; mein Sohn ist krank; wo ist
die Schule; kailangan ko ng tulong; may sakit ang anak ko; мне нужна помощь; мой сын болеет; ho bisogno di
aiuto; mio figlio è malato; yardıma ihtiyacım var; potrzebuję pomocy; moje dziecko jest chore; am nevoie de
ajutor; saya butuh bantuan; ik heb hulp nodig; 日本語を勉強します; 学校はどこですか; kuv xav tau kev pab; segítségre van
szükségem"""


def split(texts: str) -> list[str]:
    return [" ".join(text.split()) for text in texts.split(";")]


@pytest.mark.parametrize("text", split(SHORT_SPANISH))
def test_a_short_spanish_message_is_spanish(text: str) -> None:
    assert detect(text).language == "es"


@pytest.mark.parametrize("text", split(SHORT_ENGLISH))
def test_a_short_english_message_is_english(text: str) -> None:
    assert detect(text).language == "en"


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        *[("es", text) for text in ("hola", "buenas", "qué onda", "q onda tmb xq", "nesesito aser una sita", "ya")],
        *[("en", text) for text in ("hi", "hello sir", "thx", "u kno wen r skool starts", "i no have paper", "court?")],
        *[("pt", text) for text in ("oi", "bom dia", "preciso de ajuda", "meu filho", "vc pode me ajudar", "obrigada")],
        *[("fr", text) for text in ("bonjour", "slt", "jai besoin daide", "mon neveu", "je sais pas", "svp")],
        *[("ht", text) for text in ("bonjou", "sak pase", "mwen bezwen èd", "m ap chache yon lekol", "wi", "m pè")],
        *[("quc", text) for text in ("saqarik", "xeq'ij", "utz awach", "jas kinban che ri escuela", "maltyox")],
        *[("kek", "bantiox"), ("kjb", "yujwal dios"), ("mam", "chjonte")],
    ],
)
def test_a_greeting_or_a_few_words_as_they_are_texted(tag: str, text: str) -> None:
    assert detect(text).language == tag


@pytest.mark.parametrize("text", split(NAMES))
def test_a_name_or_an_address_is_not_mayan(text: str) -> None:
    assert detect(text).group != "mayan"


@pytest.mark.parametrize("text", split(NOT_SERVED))
def test_a_language_that_is_not_served_is_not_given_the_name_of_one_that_is(text: str) -> None:
    assert detect(text) == Detection()


def test_of_our_own_messages_nearly_all_are_told() -> None:
    messages = read_messages(MESSAGES)

    right = [detect(text).language == tag for tag, text in messages]
    mayan = [text for tag, text in messages if tag in ("es", "en", "pt", "fr", "ht") and detect(text).group == "mayan"]

    assert sum(right) / len(right) >= 0.97
    assert len(mayan) <= len(messages) * 0.005


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("es", "mi sobrina llegó hace tres semanas y no la aceptan en la escuela"),
        ("en", "my niece came three weeks ago and the school does not want her"),
        ("quc", "Rajawaxik jun tob'anik chwe, man weta'm taj jas kinb'ano"),
        ("pt", "minha sobrinha chegou e a escola não quer aceitar ela"),
        ("ht", "nyès mwen an fèk rive epi lekòl la pa vle pran li"),
        ("fr", "ma nièce est arrivée et l'école ne veut pas l'inscrire"),
        ("fa", "دختر من باید به مکتب برود"),
        ("ps", "زما لور غواړي ښوونځي ته لاړه شي"),
        ("uk", "моя племінниця хоче ходити до школи"),
        ("zh", "我的女儿想去上学"),
        ("ar", "ابنتي تريد أن تذهب إلى المدرسة"),
    ],
)
def test_a_sentence_is_recognised(tag: str, text: str) -> None:
    detection = detect(text)

    assert detection.language == detection.candidates[0] == tag
    assert detection.group == ("mayan" if tag in MAYAN else "other")
    assert detection.margin > 5


@pytest.mark.parametrize(
    "text", ["man weta'm taj jas kinb'ano", "MAN WETA’M TAJ JAS KINB’ANO", "man wetam taj jas kinbano"]
)
def test_capitals_and_lost_apostrophes_do_not_hide_kiche(text: str) -> None:
    assert detect(text).language == "quc"


def test_kiche_with_spanish_words_stays_kiche_and_is_marked_mixed() -> None:
    detection = detect("rajawaxik jun abogado chwe rech ri audiencia pa ri corte de inmigración")

    assert (detection.language, detection.group, detection.mixed) == ("quc", "mayan", True)


def test_pure_kiche_and_pure_spanish_are_not_mixed() -> None:
    assert not detect("man weta'm taj jas kinb'ano").mixed
    assert not detect("no sé qué hacer con la carta de la corte").mixed


@pytest.mark.parametrize(
    "text",
    ["", " ", "ok", "OK!!", "si", "Sí", "no", "STOP", "help", "AYUDA", "persona", "77036", "👍❤️", "...", "tx", "bus"],
)
def test_what_tells_no_language_is_no_vote(text: str) -> None:
    assert detect(text) == Detection()


@pytest.mark.parametrize("text", ["안녕하세요 도와주세요", "שלום אני צריך עזרה", "नमस्ते मदद चाहिए", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ"])
def test_a_script_that_no_language_of_ours_is_written_in_is_no_vote(text: str) -> None:
    assert detect(text).language is None


def test_a_keyword_inside_a_sentence_does_not_silence_it() -> None:
    assert detect("ok pero no quiero parar de estudiar").language == "es"


def test_both_voices_agree_on_a_plain_sentence() -> None:
    assert detect("¿Qué papeles necesito para inscribir a mi hija?").agreed


def test_one_text_always_gets_one_answer() -> None:
    text = "mi school meeting es mañana"

    assert len({repr(detect(text)) for _ in range(20)}) == 1


def test_scores_are_relative_to_the_best_and_survive_json() -> None:
    scores = detect("necesito un abogado").scores

    assert set(scores) == set(TAGS)
    assert max(scores.values()) == scores["es"] == 0
    assert min(scores.values()) == -CLIP
    assert json.loads(json.dumps(scores)) == scores


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("quiero saber " * 130, id="1,600 characters"),
        pytest.param("a" * 1600, id="one letter 1,600 times"),
        pytest.param("<script>alert(1)</script>", id="HTML"),
        pytest.param("'; DROP TABLE inbox; --", id="SQL"),
        pytest.param("/restart", id="a command of the bot"),
        pytest.param("hola\x00mundo", id="NUL"),
        pytest.param("hola привет 你好 مرحبا", id="four scripts"),
        pytest.param("\ud800 hola", id="half of a surrogate pair"),
        pytest.param("𝒽𝑜𝓁𝒶 𐐷", id="letters beyond the basic plane"),
        pytest.param("' ' '' '", id="apostrophes alone"),
    ],
)
def test_strange_input_gets_a_listed_language_or_none(text: str) -> None:
    assert detect(text).language in {*TAGS, None}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_nothing_a_person_can_type_is_an_error(text: str) -> None:
    detection = detect(text)

    assert (detection.language is None) == (detection.group is None) == (not detection.scores)
