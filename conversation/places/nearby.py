"""The state: asked once, under an answer that depends on it; understood in the next words; added to answers. Pure.

Nobody is asked before the answer: it goes at once, the general one, and the question stands under it. The state is
remembered, the city is not: it serves this one turn.
"""

from dataclasses import replace

from conversation.dialogue import questions
from conversation.messages import Decision, Kind, OutgoingText
from conversation.places.place import Place
from conversation.turn import Turn, decide_text, is_said, render

_ASK, _WHICH, _NOTED = "system.ask_state", "system.which_state", "system.state_noted"


def add_state(turn: Turn, decision: Decision) -> Decision:
    """Add what holds for the state to an answer that depends on it, or the question for it, once."""
    answer = decision.answer or ""
    entry = turn.rules.catalogue.entries.get(answer)
    if decision.kind is not Kind.ANSWER or not entry or not entry.varies_by or not is_said(decision.texts, answer):
        return decision
    place = _place(turn, decision)
    if place:
        return replace(decision, texts=decision.texts + _tell(turn, answer, place))
    return _ask(turn, decision)


def receive_place(turn: Turn) -> Decision | None:
    """A message that is nothing but a place answers our question, or tells of a move; None for any other."""
    reading = turn.reading
    asked = questions.is_open(turn.memory.open_question, questions.STATE, turn.now)
    if reading is None or not reading.alone or turn.is_claimed or (turn.memory.case and not asked):
        return None
    return settle_place(turn, reading.place) if reading.place else _ask_which(turn, reading.places)


def settle_place(turn: Turn, place: Place) -> Decision:
    """Remember the state and say what holds there of what was asked before; else that it is noted."""
    question = turn.memory.open_question
    kept = question if question and question.kind != questions.STATE else None  # a menu may still be chosen from
    memory = replace(turn.memory, state=place.state, state_asked=True, open_question=kept, misunderstood=0)
    turn = replace(turn, memory=memory)
    topic = turn.memory.topic
    told = _tell(turn, topic, place) if topic else ()
    if told:
        return Decision(Kind.ANSWER, turn.language, told, replace(memory, last_answer=topic), answer=topic)
    return decide_text(turn, _NOTED, Kind.ANSWER, {"state_name": _name(turn, place)})


def ask_state(turn: Turn) -> Decision:
    """Ask for the state because the bot wants it."""
    decision = decide_text(turn, _ASK, Kind.ASK)
    question = questions.ask(questions.STATE, (), turn.now)
    return replace(decision, memory=replace(decision.memory, state_asked=True, open_question=question))


def _place(turn: Turn, decision: Decision) -> Place | None:
    """Return the place of this message, else the state we remember."""
    if turn.reading and turn.reading.place:
        return turn.reading.place
    return Place(decision.memory.state) if decision.memory.state else None


def _tell(turn: Turn, answer: str, place: Place) -> tuple[OutgoingText, ...]:
    part = turn.rules.reference.find_part(answer, place)
    if part is None:
        return ()
    texts = render(turn, part.entry, {**part.values, "state_name": _name(turn, place)})
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
