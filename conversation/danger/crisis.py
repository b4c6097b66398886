"""Danger: sure by rule before anything else, by the model and the rules together where those were not. Pure but for
the bot itself; docs/decisions/0023 tells why the numbers are what they are."""

from collections.abc import Sequence
from dataclasses import replace

from conversation.danger.safety import Evidence
from conversation.danger.safety_file import PAGING, Grade
from conversation.handoff import NOT_UNDERSTOOD, make_handoff
from conversation.messages import Decision, Handoff, Kind, OutgoingText, Urgency
from conversation.ports import Bot, BotSilence, Understanding
from conversation.turn import Turn, be_silent, decide_answer, decide_handoff

# Share of the probability on the dangers together from which the model is believed, by what the rules say.
BELIEVED = {Grade.NOTHING: 0.25, Grade.CUE: 0.18, Grade.LIKELY: 0.15}
CALMED = 0.35  # more than that is needed where the rules see a film, something long ago, a figure of speech
SHORT_BELIEVED = 0.95  # is needed of a few words in which the rules see nothing: "and the backpack?", "my uncle"
SHORTEST = 4  # words of a message that is no fragment
FIRST_RANKS = 3  # the likeliest danger is among so many best guesses, or it is a sum of nothings
SUSPECTED = 0.12  # probability of the best guess from which a danger that nobody believes is read by a person
_LAST_KNOWN = "safety.emergency"  # says what to do in any danger
_GENERAL = "system.crisis"  # so does this, in more languages


def answer_danger(turn: Turn) -> Decision | None:
    """Danger that a rule is sure of, in all languages at once: the crisis text now, an urgent case, even while a case
    is open (I7). What can wait until the morning gets its own answer and a case of the same day."""
    if pressed := _find_pressed_danger(turn):
        return decide_crisis(turn, pressed, 1.0)
    danger = turn.evidence.sure
    if danger is None:
        return None
    return decide_crisis(turn, danger.answer, 1.0) if danger.answer in PAGING else _decide_same_day(turn, danger.answer)


async def hear_danger(turn: Turn, bot: Bot) -> tuple[Understanding | None, Decision | None]:
    """Ask the NLU alone, where the bot must not speak: what it understood, if anything, and the danger it saw."""
    heard = await bot.understand(turn.text) if turn.has_words else BotSilence("no_words")
    if isinstance(heard, BotSilence):
        return None, decide_without_model(turn)
    return heard, decide_model_danger(turn, heard)


def decide_model_danger(turn: Turn, heard: Understanding) -> Decision | None:
    """Return the crisis that the model and the rules see together, if they do."""
    is_short = len(turn.gist.words) < SHORTEST and not turn.is_in_danger
    danger = believe(turn.evidence, heard.ranking, unknown=_find_unknown(turn, heard), is_short=is_short)
    return decide_crisis(turn, danger, heard.confidence) if danger else None


def decide_without_model(turn: Turn) -> Decision | None:
    """With no model to ask, what the rules find likely is believed: recall comes first (I7)."""
    danger = turn.evidence.danger
    return decide_crisis(turn, danger.answer, 1.0) if danger and danger.answer in PAGING else None


def believe(
    evidence: Evidence,
    ranking: Sequence[tuple[str, float]],
    *,
    unknown: frozenset[str] = frozenset(),
    is_short: bool = False,
) -> str | None:
    """Return the danger to answer, from what the rules say and the model's intents, best first; None for no danger.

    The dangers are counted together: a message between two of them is no less a danger. What the rules found likely
    names the danger where the model hardly tells one from another.

    Args:
        unknown: other intents that count as danger.
        is_short: it has so few words that the model guesses the rest; what it guesses wrongly a person still reads.
    """
    dangers = [(intent, share) for intent, share in ranking if intent in PAGING or intent in unknown]
    named = evidence.danger.answer if evidence.danger and evidence.danger.answer in PAGING else None
    grade = min(evidence.grade, Grade.LIKELY if named else Grade.CUE)
    needed = BELIEVED[grade] + (CALMED if evidence.calm else 0.0)
    if is_short and grade is Grade.NOTHING:
        needed = SHORT_BELIEVED
    if not dangers or sum(share for _, share in dangers) < needed:
        return None
    best, share = max(dangers, key=lambda danger: danger[1])
    if named:
        return best if share >= BELIEVED[Grade.CUE] else named
    return best if best in [intent for intent, _ in ranking[:FIRST_RANKS]] else None


def decide_doubt(turn: Turn, heard: Understanding) -> Decision | None:
    """Danger is the best guess and nobody believes it: no crisis text, but a person reads it the same day (I7)."""
    if not (heard.intent or "").startswith("safety.") and heard.intent not in PAGING:
        return None
    if heard.confidence < SUSPECTED:
        return None
    handoff = Handoff(topic=NOT_UNDERSTOOD, discipline="safety", urgency=Urgency.SAME_DAY, reason="doubtful_danger")
    return decide_handoff(turn, handoff)


def decide_crisis(turn: Turn, answer: str, confidence: float) -> Decision:
    """Return the crisis text and the urgent case; after a stop the text goes out once, the case every time (I9)."""
    known = answer if answer in turn.rules.catalogue.entries else _LAST_KNOWN
    decision = decide_answer(turn, known)
    decision = replace(decision, texts=_say_in_own_words(turn, decision.texts) + decision.texts)
    # a danger without a text of its own is still named to the person who is paged
    handoff = replace(make_handoff(turn.rules.catalogue.get_entry(known), "danger"), topic=answer)
    memory = replace(decision.memory, last_answer=known)
    decision = replace(decision, kind=Kind.CRISIS, confidence=confidence, handoff=handoff, memory=memory)
    if not turn.memory.stopped:
        return decision
    texts = () if turn.memory.crisis_after_stop else decision.texts
    return replace(decision, texts=texts, memory=replace(memory, crisis_after_stop=True))


def _say_in_own_words(turn: Turn, texts: tuple[OutgoingText, ...]) -> tuple[OutgoingText, ...]:
    """Return the general crisis text in the person's language where that of this danger is only there in another."""
    if turn.language in {text.language for text in texts} or any(text.answer == _GENERAL for text in texts):
        return ()
    channel = turn.message.sender.channel
    general = turn.rules.catalogue.render(_GENERAL, turn.language, channel=channel, today=turn.now.date())
    return tuple(text for text in general if text.language == turn.language)


def _decide_same_day(turn: Turn, answer: str) -> Decision | None:
    """Return the answer with a case of the same day; none into an open case, whose owner reads the message anyway."""
    entry = turn.rules.catalogue.entries.get(answer)
    if entry is None or turn.memory.case is not None:
        return None
    handoff = make_handoff(entry, "danger")
    if turn.memory.stopped:
        return be_silent(turn, handoff)
    return replace(decide_answer(turn, answer), handoff=handoff, confidence=1.0)


def _find_unknown(turn: Turn, heard: Understanding) -> frozenset[str]:
    """A safety intent that the catalogue does not know is taken for the worst."""
    known = turn.rules.catalogue.entries
    return frozenset(intent for intent, _ in heard.ranking if intent.startswith("safety.") and intent not in known)


def _find_pressed_danger(turn: Turn) -> str | None:
    entry = turn.rules.catalogue.entries.get(turn.message.button or "")
    return entry.id if entry and entry.is_crisis and not entry.id.startswith("system.") else None
