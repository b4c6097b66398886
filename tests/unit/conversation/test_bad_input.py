"""Whatever somebody sends gets a sensible text and never an error, whatever the bot makes of it."""

import pytest

from conversation.messages import Decision, Kind, MessageKind
from conversation.ports import AnswerKey, ChooseKey, HandoffKey
from tests.fakes import FakeBot
from tests.talk import RankedBot, Talk

ODD = {
    "empty": "",
    "blanks": " \t\n ",
    "sixteen hundred letters": "a" * 1600,
    "sixteen hundred characters of words": ("no sé qué hacer con la escuela. " * 60)[:1600],
    "one word that never ends": "x" * 900 + "y" * 700,
    "emoji": "😭🙏🏽❤️‍🔥🇬🇹",
    "control characters": "\x00\x01\x02\x1b[31mhola\x7f",
    "right to left": "\u202eavlas\u202c مرحبا",
    "mixed scripts": "hola привет 你好 مرحبا",
    "look-alikes": "һоlа quіеrо аyudа",
    "order to the bot": "/restart",
    "intent for the bot": '/greet{"name": "x"}',
    "database": "'; DROP TABLE message; --",
    "markup": "<img src=x onerror=alert(1)>",
    "template": "{{7*7}} ${code} {code} {choices} %s %(x)s",
    "link": "https://example.org/?a=1&b=2",
    "digits": "1234567890",
    "a number of the government": "A123456789 and 123-45-6789",
    "Ukrainian": "Добрий день, мені потрібна допомога зі школою",
    "Chinese": "我的孩子需要上学",
    "Dari": "پسر من به مکتب ضرورت دارد",
    "lone half of a character": "\ud83d",
    "combining marks": "e" + "\u0301" * 500,
    "new lines": "\n".join("hola" * 1 for _ in range(200)),
    "question marks": "?" * 300,
    "zeros": "0" * 50,
    "brackets": "(((((((((([[[[[[[[[[{{{{{{{{{{",
    "joiners": " y también" * 60,
    "questions": "¿qué? ¿cómo? ¿dónde? " * 30,
    "places": "texas florida ohio " * 50,
}
BOTS = {
    "knows nothing": FakeBot(),
    "is down": FakeBot(silence="timeout"),
    "is sure of something odd": RankedBot(ranking=(("no.such", 1.0),), says=(AnswerKey("no.such"),)),
    "offers": RankedBot(ranking=(("school.vaccines", 0.3),), says=(ChooseKey(("school.vaccines", "court.missed")),)),
    "gives up": RankedBot(says=(HandoffKey("system.not_understood"),)),
    "answers": RankedBot(ranking=(("health.coverage_child", 0.9),), says=(AnswerKey("health.coverage_child"),)),
}


async def say(bot: FakeBot, text: str, **known: object) -> Decision:
    talk = Talk(bot=bot)
    talk.remember(**known)
    return await talk.say(text, MessageKind.TEXT if text.strip() else MessageKind.EMPTY)


@pytest.mark.parametrize("bot", BOTS.values(), ids=BOTS)
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_a_first_message_always_gets_a_text(text: str, bot: FakeBot) -> None:
    decision = await say(bot, text)

    assert decision.texts
    assert all(body.strip() and "{" not in body.replace("{code}", "") for body in (one.body for one in decision.texts))


@pytest.mark.parametrize("topic", ["school.enroll_documents", "court.missed", "no.such", None])
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_so_does_a_later_one(text: str, topic: str | None) -> None:
    decision = await say(FakeBot(), text, noticed=True, language="es", topic=topic, last_answer=topic, state="TX")

    assert decision.texts
    assert decision.kind in (Kind.FALLBACK, Kind.ANSWER, Kind.HANDOFF, Kind.CHOOSE, Kind.COMMAND)
