"""Place and country: the state is asked once, under an answer for which a table knows more by state. Pure.

Nobody is asked before the answer: it goes at once, the general one, and the question stands under it. The state is
remembered, the city and the country are not: they serve this one turn.
"""

from dataclasses import replace

from conversation.dialogue import questions
from conversation.messages import Decision, Kind, Memory, OutgoingText
from conversation.places.place import Place
from conversation.places.reference import CONSULATES
from conversation.turn import Turn, decide_text, is_said, is_short, render

MOST_COUNTRY_WORDS = 4  # "soy de El Salvador"; more only beside a place: "soy de Honduras y vivo en Boston"
_ASK, _WHICH, _NOTED = "system.ask_state", "system.which_state", "system.state_noted"


def add_state(turn: Turn, decision: Decision) -> Decision:
    """Add what the tables say to an answer; else, once, the question for the state, where that would tell more.

    Nothing is added to an answer in its short form: what moves so fast holds for the tables too.
    """
    answer = decision.answer or ""
    if decision.kind is not Kind.ANSWER or not is_said(decision.texts, answer) or is_short(decision.texts, answer):
        return decision
    place = _place(turn, decision.memory)
    told = _tell(turn, answer, place)
    if told or place or not turn.rules.reference.asks_state(answer):
        return replace(decision, texts=decision.texts + told)
    return _ask(turn, decision)


def receive_place(turn: Turn) -> Decision | None:
    """A message that is nothing but a place answers our question, or tells of a move; None for any other.

    Under the lines of the consulates a country alone is one of them.
    """
    reading = turn.reading
    asked = questions.is_open(turn.memory.open_question, questions.STATE, turn.now)
    if turn.is_claimed or (turn.memory.case and not asked):
        return None
    if reading is None or not reading.alone:
        return _receive_country(turn)
    return settle_place(turn, reading.place) if reading.place else _ask_which(turn, reading.places)


def settle_place(turn: Turn, place: Place) -> Decision:
    """Remember the state and say what holds there of what was asked before; else that it is noted."""
    question = turn.memory.open_question
    kept = question if question and question.kind != questions.STATE else None  # a menu may still be chosen from
    memory = replace(turn.memory, state=place.state, state_asked=True, open_question=kept, misunderstood=0)
    turn = replace(turn, memory=memory)
    topic = turn.memory.topic
    told = _tell_topic(turn, topic, place) if topic else ()
    if told:
        return Decision(Kind.ANSWER, turn.language, told, replace(memory, last_answer=topic), answer=topic)
    return decide_text(turn, _NOTED, Kind.ANSWER, {"state_name": _name(turn, place)})


def ask_state(turn: Turn) -> Decision:
    """Ask for the state because the bot wants it."""
    decision = decide_text(turn, _ASK, Kind.ASK)
    question = questions.ask(questions.STATE, (), turn.now)
    return replace(decision, memory=replace(decision.memory, state_asked=True, open_question=question))


def _place(turn: Turn, memory: Memory) -> Place | None:
    """Return the place of this message, else the state we remember."""
    if turn.reading and turn.reading.place:
        return turn.reading.place
    return Place(memory.state) if memory.state else None


def _receive_country(turn: Turn) -> Decision | None:
    """Name the consulate of a country, where the last answer was about consulates and the message is little else."""
    if turn.memory.topic != CONSULATES:
        return None
    consulates = turn.rules.reference.consulates
    country = consulates.find_country(turn.text)
    if country is None or is_short(render(turn, CONSULATES), CONSULATES):
        return None
    beside = turn.rules.atlas.read(consulates.leave_out(country, turn.text), asked=True)
    if len(turn.text.split()) > MOST_COUNTRY_WORDS and not (beside and beside.alone):
        return None
    told = _tell(turn, CONSULATES, (beside.place if beside else None) or _place(turn, turn.memory))
    memory = replace(turn.memory, last_answer=CONSULATES, misunderstood=0)
    return Decision(Kind.ANSWER, turn.language, told, memory, answer=CONSULATES) if told else None


def _tell_topic(turn: Turn, topic: str, place: Place) -> tuple[OutgoingText, ...]:
    """Return what holds at a place of what was asked before; a place alone is no question about consulates."""
    if topic == CONSULATES or is_short(render(turn, topic), topic):
        return ()
    return _tell(turn, topic, place)


def _tell(turn: Turn, answer: str, place: Place | None) -> tuple[OutgoingText, ...]:
    reference = turn.rules.reference
    country = reference.consulates.find_country(turn.text) if answer == CONSULATES else None
    part = reference.find_part(answer, place, country=country, language=turn.language)
    if part is None:
        return ()
    name = {"state_name": _name(turn, place)} if place else {}
    texts = render(turn, part.entry, {**part.values, **name})
    return texts if is_said(texts, part.entry) else ()


def _ask(turn: Turn, decision: Decision) -> Decision:
    """Put the question under the answer, unless another is open, or a person has the matter anyway."""
    memory = decision.memory
    language_comes = turn.choice.ask and not memory.language_asked and not memory.language
    if memory.state_asked or memory.open_question or decision.handoff or memory.case or language_comes:
        return decision
    asked = _ask_which(turn, turn.reading.places) if turn.reading else ask_state(turn)
    if asked.kind is Kind.HANDOFF:  # nobody may send the question yet (I5)
        return decision
    question = asked.memory.open_question
    memory = replace(memory, state_asked=True, open_question=question)
    return replace(decision, texts=decision.texts + asked.texts, memory=memory)


def _ask_which(turn: Turn, places: tuple[Place, ...]) -> Decision:
    """Ask which state is meant, where the name of a city leaves it open."""
    decision = decide_text(turn, _WHICH, Kind.ASK)  # it tells nothing: a private phone may show it
    if decision.kind is not Kind.ASK:
        return decision
    states = tuple(place.state for place in places)
    lines = questions.render_choices([turn.rules.atlas.name_of(state, turn.language) for state in states])
    texts = tuple(replace(text, body=text.body.replace("{choices}", lines)) for text in decision.texts)
    question = questions.ask(questions.STATE, states, turn.now)
    memory = replace(turn.memory, state_asked=True, open_question=question)
    return replace(decision, texts=texts, memory=memory, choices=states)


def _name(turn: Turn, place: Place) -> str:
    return turn.rules.atlas.name_of(place.state, turn.language)
