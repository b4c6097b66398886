"""One message in its context, and the making of decisions from it. Pure; pipeline.py tells the order of the steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from conversation.answers.catalogue import Catalogue
from conversation.commands.keywords import Keywords
from conversation.danger.safety import DangerRules, Evidence
from conversation.dates.words import DateWords
from conversation.dialogue import questions
from conversation.dialogue.followups import FollowUps
from conversation.dialogue.gist import Gist, Phrasebook
from conversation.handoff import NOT_UNDERSTOOD, make_handoff, make_plain_handoff
from conversation.language import detection as language
from conversation.language.languages import Languages
from conversation.masking import mask
from conversation.messages import CaseStatus, Decision, Handoff, InboundMessage, Kind, Memory, OutgoingText, Urgency
from conversation.places.atlas import Atlas
from conversation.places.place import Reading
from conversation.places.reference import Reference
from conversation.staffing.telling_hours import choose_text

NO_TOPIC = ("checkin.", "reminder.", "service.", "system.")  # beginnings of the ids that talk about the service
SURE = 0.65  # confidence from which an intent counts; docs/decisions/0021
MISUNDERSTOOD_TWICE = 2  # failed understandings in a row after which a person is brought (I6)


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything reviewed and fixed that decisions follow.

    Attributes:
        confirm_commands: we confirm STOP, START and HELP on SMS ourselves; False: the carrier confirms its own words.
    """

    catalogue: Catalogue
    keywords: Keywords
    danger: DangerRules
    languages: Languages
    confirm_commands: bool
    phrasebook: Phrasebook
    atlas: Atlas
    follow_ups: FollowUps
    reference: Reference
    dates: DateWords


@dataclass(frozen=True, slots=True)
class Turn:
    """A message, masked, with what we remember and the language to answer in.

    Attributes:
        gist: what it does in the conversation, and its text without greetings.
        reading: the place it tells, if any.
        evidence: what the danger rules make of it.
    """

    message: InboundMessage
    text: str = field(repr=False)
    memory: Memory
    rules: Rules
    now: datetime
    choice: language.Choice
    gist: Gist
    reading: Reading | None
    evidence: Evidence

    @property
    def language(self) -> str:
        return self.choice.language

    @property
    def has_words(self) -> bool:
        """False for nothing, blanks, punctuation and emoji alone: there is nothing to understand."""
        return any(character.isalnum() for character in self.text)

    @property
    def is_claimed(self) -> bool:
        """True while a person has taken over: the bot does not converse (I4)."""
        return self.memory.case is not None and self.memory.case.status is CaseStatus.CLAIMED

    @property
    def is_in_danger(self) -> bool:
        """True while an urgent case is open: that which decides who speaks, or another of the same number."""
        case = self.memory.case
        return self.memory.in_danger or (case is not None and case.urgency is Urgency.PAGE_NOW)


def read_turn(message: InboundMessage, memory: Memory, *, rules: Rules, now: datetime) -> Turn:
    """Mask the message, find its language, and remember what it tells by the way: votes, state, role."""
    text = mask(message.text).strip()
    detection = language.detect(text)
    # the choice looks at the votes before this message: it must see what this message adds to them
    choice = language.choose(stated=memory.language, votes=memory.language_votes, detection=detection)
    votes = language.remember(memory.language_votes, detection, stated=memory.language)
    gist = rules.phrasebook.read(text)
    reading = rules.atlas.read(text, asked=_awaits_state(text, memory, rules=rules, now=now))
    place = reading.place if reading else None
    known = replace(
        memory,
        language_votes=votes,
        state=place.state if place else memory.state,
        role=gist.role or memory.role,
        topic=memory.topic if _is_fresh(memory, rules, now) else None,
    )
    return Turn(message, text, known, rules, now, choice, gist, reading, rules.danger.weigh(text))


def speak(turn: Turn, tag: str) -> Turn:
    """Return the turn as one to answer in a language that is sure."""
    return replace(turn, choice=language.Choice(tag, second=None, ask=False, candidates=(tag,)))


def render(turn: Turn, answer: str, values: Mapping[str, str] | None = None) -> tuple[OutgoingText, ...]:
    """Return the texts of an answer for this turn, in its language, or in its two when one is not sure; never empty."""
    catalogue, channel, today = turn.rules.catalogue, turn.message.sender.channel, turn.now.date()
    texts = catalogue.render_or_way_on(answer, turn.language, channel=channel, today=today, values=values)
    if turn.choice.second is None or not is_said(texts, answer):
        return texts
    # the language is in doubt: the same in the other likely one, rather than a guess
    more = catalogue.render(answer, turn.choice.second, channel=channel, today=today, values=values)
    return texts + tuple(text for text in more if text.language not in {known.language for known in texts})


def is_said(texts: tuple[OutgoingText, ...], answer: str) -> bool:
    """Tell whether an answer could be rendered; else nobody may send its text yet and the way on stands there (I5)."""
    return any(text.answer == answer for text in texts)


def is_short(texts: tuple[OutgoingText, ...], answer: str) -> bool:
    """Tell whether an answer is given in its short form only."""
    return any(text.short for text in texts if text.answer == answer)


def decide_answer(turn: Turn, answer: str, values: Mapping[str, str] | None = None) -> Decision:
    """Return the decision to send an answer; a text nobody may send yet brings a person instead (I5)."""
    entry = turn.rules.catalogue.get_entry(answer)
    texts = render(turn, answer, values)
    if not is_said(texts, answer):
        return replace(_bring_person(turn, answer, texts), answer=answer)
    return Decision(
        kind=Kind.ANSWER,
        language=turn.language,
        texts=texts,
        memory=replace(_follow_topic(turn, answer), last_answer=answer, misunderstood=0, open_question=None),
        answer=answer,
        handoff=make_handoff(entry, "answer") if entry.handoff == "open" else None,
    )


def decide_handoff(turn: Turn, handoff: Handoff, *, says: str = "system.handoff") -> Decision:
    """Return the decision to bring a person: into the open case if there is one, else a new case.

    `says`: the entry that tells so; its text is true only together with the case, whose code the store fills in. A case
    that somebody has needs no telling: they read the message and answer it themselves (I4).
    """
    if turn.is_claimed:
        return be_silent(turn, _join(turn, handoff))
    said, values = "system.handoff_waiting" if turn.memory.case else says, None
    if turn.choice.second is None and handoff.discipline != "safety":  # the name of a day is of one language
        said, values = choose_text(said, turn.memory.people_from, turn.rules.catalogue, turn.language)
    texts = render(turn, said, values)
    memory = replace(turn.memory, last_answer=said, misunderstood=0, open_question=None)
    return Decision(kind=Kind.HANDOFF, language=turn.language, texts=texts, memory=memory, handoff=_join(turn, handoff))


def decide_text(turn: Turn, answer: str, kind: Kind, values: Mapping[str, str] | None = None) -> Decision:
    """Return the decision to send one entry of ours, nothing else changed; a person where it may not be sent (I5)."""
    texts = render(turn, answer, values)
    if not is_said(texts, answer):
        return _bring_person(turn, answer, texts)
    return Decision(kind=kind, language=turn.language, texts=texts, memory=turn.memory)


def decide_choices(turn: Turn, answers: tuple[str, ...]) -> Decision:
    """Return the decision to offer answers as a numbered menu, each text with its own titles; "0" is a person.

    A second menu in a row says that we did not understand: the first was not what the person meant.
    """
    before = turn.memory.open_question
    ignored = before is not None and before.kind == questions.CHOOSE
    misunderstood = turn.memory.misunderstood + ignored
    if misunderstood >= MISUNDERSTOOD_TWICE:
        return decide_handoff(turn, make_plain_handoff(NOT_UNDERSTOOD, "misunderstood"))
    decision = decide_text(turn, "system.choose", Kind.CHOOSE)
    if decision.kind is not Kind.CHOOSE:
        return decision
    question = questions.ask(questions.CHOOSE, answers, turn.now)
    return replace(
        decision,
        texts=tuple(_fill_menu(turn, text, answers) for text in decision.texts),
        memory=replace(turn.memory, open_question=question, misunderstood=misunderstood),
        choices=answers,
    )


def fail_to_understand(turn: Turn, answer: str = NOT_UNDERSTOOD) -> Decision:
    """Ask once for other words; the second time in a row a person is brought (I6)."""
    misunderstood = turn.memory.misunderstood + 1
    if misunderstood >= MISUNDERSTOOD_TWICE:
        return decide_handoff(turn, make_plain_handoff(NOT_UNDERSTOOD, "misunderstood"))
    decision = decide_text(turn, answer, Kind.FALLBACK)
    if decision.kind is not Kind.FALLBACK:
        return decision
    return replace(decision, memory=replace(turn.memory, misunderstood=misunderstood))


def be_silent(turn: Turn, handoff: Handoff | None = None) -> Decision:
    """Return the decision to say nothing: the message is kept, a person sees it."""
    return Decision(kind=Kind.SILENT, language=turn.language, texts=(), memory=turn.memory, handoff=handoff)


def _bring_person(turn: Turn, answer: str, texts: tuple[OutgoingText, ...]) -> Decision:
    """The way on says that a person has the question now: the case makes it true."""
    handoff = make_handoff(turn.rules.catalogue.get_entry(answer), "unreviewed")
    memory = replace(turn.memory, misunderstood=0, open_question=None)
    return Decision(kind=Kind.HANDOFF, language=turn.language, texts=texts, memory=memory, handoff=_join(turn, handoff))


def _follow_topic(turn: Turn, answer: str) -> Memory:
    """What short questions mean from now on; talk about the service changes nothing."""
    if answer.startswith(NO_TOPIC):
        return turn.memory
    return replace(turn.memory, topic=answer, topic_until=turn.now + questions.QUESTION_LASTS)


def _is_fresh(memory: Memory, rules: Rules, now: datetime) -> bool:
    """Tell whether short questions still mean the last answer: weeks later nobody does, and answers come and go."""
    is_over = memory.topic_until is not None and now >= memory.topic_until
    return memory.topic in rules.catalogue.entries and not is_over


def _awaits_state(text: str, memory: Memory, *, rules: Rules, now: datetime) -> bool:
    """Tell whether a word may be the town we have asked for: there are towns called Stop and English."""
    if not questions.is_open(memory.open_question, questions.STATE, now):
        return False
    match = rules.keywords.find_command(text)
    return match is None or match.only_when_stopped  # "wi" is yes in one language, and Wisconsin


def _join(turn: Turn, handoff: Handoff) -> Handoff:
    """Case of a topic is opened once; a message that belongs to the open case carries its topic."""
    return replace(handoff, topic=turn.memory.case.topic) if turn.memory.case else handoff


def _fill_menu(turn: Turn, text: OutgoingText, answers: tuple[str, ...]) -> OutgoingText:
    titles = [turn.rules.catalogue.find_title(answer, text.language) or answer for answer in answers]
    return replace(text, body=text.body.replace("{choices}", questions.render_choices(titles)))
