"""Which entries of the catalogue a check-in says. Pure."""

from conversation.check_ins.values import Answer, KnownRound, Question

INVITE = "checkin.invite"  # asks whether we may ask
READY, AGAIN = "checkin.ready", "checkin.again"  # neutral: whether it is a good time
AGREED, DECLINED = "checkin.agreed", "checkin.declined"
LATER, DONE, ENDED = "checkin.later", "checkin.done", "checkin.ended"
# What a phone may show by itself.
NEUTRAL = frozenset({AGREED, DECLINED, LATER, DONE, ENDED})
# Asked of the youth on their own phone; of who may be anybody in the house.
_OWN = {
    Question.HOME: "checkin.home_own",
    Question.SCHOOL: "checkin.school_own",
    Question.COURT: "checkin.court_own",
    Question.SAFE: "checkin.safe",
}
_OTHER = {
    Question.HOME: "checkin.home_other",
    Question.SCHOOL: "checkin.school_other",
    Question.COURT: "checkin.court_other",
}
_TOLD = {
    (Question.HOME, Answer.NO): "checkin.not_home",
    (Question.SCHOOL, Answer.NO): "checkin.not_school",
    (Question.COURT, Answer.NO): "checkin.not_court",
    (Question.SAFE, Answer.UNSURE): "checkin.not_sure_safe",
}


def name_question(question: str, known: KnownRound) -> str:
    """Return the entry that asks. Raises KeyError for "safe" on a phone that is not the youth's own."""
    return (_OWN if known.is_own else _OTHER)[Question(question)]


def find_told(question: str, answer: str, known: KnownRound) -> str | None:
    """Return the entry that an answer leads to, with whose case it opens; None: nothing follows."""
    told = _TOLD.get((Question(question), Answer(answer)))
    # a child that has left the sponsor is somebody to look after, not a matter of papers
    return "checkin.not_home_own" if told == "checkin.not_home" and known.is_own else told
