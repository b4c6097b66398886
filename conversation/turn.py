"""One message in its context, and the making of decisions from it. Pure; pipeline.py tells the order of the steps."""

from dataclasses import dataclass, replace
from datetime import datetime

from conversation import language, questions
from conversation.answers import Catalogue
from conversation.handoff import make_handoff
from conversation.keywords import Keywords
from conversation.languages import Languages
from conversation.masking import mask
from conversation.messages import Decision, Handoff, InboundMessage, Kind, Memory, OutgoingText
from conversation.safety import DangerRules


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything reviewed and fixed that decisions follow.

    Attributes:
        confirm_commands: we confirm STOP, START and HELP on SMS ourselves; False: the carrier does.
    """

    catalogue: Catalogue
    keywords: Keywords
    danger: DangerRules
    languages: Languages
    confirm_commands: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A message, masked, with what we remember and the language to answer in."""

    message: InboundMessage
    text: str
    memory: Memory
    rules: Rules
    now: datetime
    choice: language.Choice

    @property
    def language(self) -> str:
        return self.choice.language


def read_turn(message: InboundMessage, memory: Memory, *, rules: Rules, now: datetime) -> Turn:
    """Mask the message and find its language; the memory of votes moves on with it."""
    text = mask(message.text).strip()
    detection = language.detect(text)
    # the choice looks at the votes before this message: it must see what this message adds to them
    choice = language.choose(stated=memory.language, votes=memory.language_votes, detection=detection)
    votes = language.remember(memory.language_votes, detection)
    return Turn(message, text, replace(memory, language_votes=votes), rules, now, choice)


def render(turn: Turn, answer: str, *, tag: str | None = None, **values: str) -> tuple[OutgoingText, ...]:
    """Return the texts of an answer for this turn, in its language, or its two when one is not sure; never empty."""
    catalogue, channel = turn.rules.catalogue, turn.message.sender.channel
    texts = catalogue.render_or_way_on(answer, tag or turn.language, channel=channel, values=values)
    second = turn.choice.second if tag is None else None
    if second and second not in {text.language for text in texts}:
        # the language is in doubt: the same in the other likely one, rather than a guess
        texts += catalogue.render(answer, second, channel=channel, values=values)
    return texts


def decide_answer(turn: Turn, answer: str) -> Decision:
    """Return the decision to send an answer; a text nobody may send yet brings a person instead (I5)."""
    texts = render(turn, answer)
    refused = all(text.answer != answer for text in texts)
    memory = replace(turn.memory, last_answer=answer, misunderstood=0, open_question=None)
    return Decision(
        kind=Kind.HANDOFF if refused else Kind.ANSWER,
        language=turn.language,
        texts=texts,
        memory=memory,
        answer=answer,
        handoff=_handoff_for(turn, answer, refused=refused),
    )


def decide_handoff(turn: Turn, handoff: Handoff, *, says: str = "system.handoff") -> Decision:
    """Return the decision to bring a person: into the open case if there is one, else a new case.

    `says`: the entry that tells so; its text is true only together with the case.
    """
    texts = render(turn, says)
    if turn.memory.case:
        texts = render(turn, "system.handoff_waiting", code=turn.memory.case.code)
    memory = replace(turn.memory, misunderstood=0, open_question=None)
    return Decision(kind=Kind.HANDOFF, language=turn.language, texts=texts, memory=memory, handoff=handoff)


def decide_text(turn: Turn, answer: str, kind: Kind, *, tag: str | None = None, **values: str) -> Decision:
    """Return the decision to send one entry of ours, nothing else changed."""
    return Decision(
        kind=kind, language=tag or turn.language, texts=render(turn, answer, tag=tag, **values), memory=turn.memory
    )


def decide_choices(turn: Turn, answers: tuple[str, ...]) -> Decision:
    """Return the decision to offer answers as a numbered menu; "0" is a person."""
    titles = [turn.rules.catalogue.title(answer, turn.language) for answer in answers]
    question = questions.ask("choose", answers, turn.now)
    return Decision(
        kind=Kind.CHOOSE,
        language=turn.language,
        texts=render(turn, "system.choose", choices=questions.render_choices(titles)),
        memory=replace(turn.memory, open_question=question, misunderstood=0),
        choices=answers,
    )


def be_silent(turn: Turn, handoff: Handoff | None = None) -> Decision:
    """Return the decision to say nothing: the message is kept, a person sees it."""
    return Decision(kind=Kind.SILENT, language=turn.language, texts=(), memory=turn.memory, handoff=handoff)


def _handoff_for(turn: Turn, answer: str, *, refused: bool) -> Handoff | None:
    entry = turn.rules.catalogue.get_entry(answer)
    if entry.is_crisis:
        return make_handoff(entry, "danger")
    if refused:
        return make_handoff(entry, "unreviewed")
    return make_handoff(entry, "answer") if entry.handoff == "open" else None
