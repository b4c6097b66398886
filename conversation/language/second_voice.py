"""The second voice: langdetect with profiles of our own languages only. What it is asked for is whether it agrees.

langdetect guesses by chance; the seed is fixed, so that one text always gets one answer.
"""

from pathlib import Path

from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

MOST_CHARACTERS = 200  # of a message; its time grows with each one
_SEED = 0
_TRIALS = 3  # runs whose mean is taken; seven, its default, cost twice the time for the same answers
# langdetect drops every sign below "A"; the glottal stop of the Mayan languages must not be dropped.
_GLOTTAL_STOP = str.maketrans("'", "ʼ")


class SecondVoice:
    """langdetect and its profiles."""

    def __init__(self, profiles: list[str]) -> None:
        """Take two or more profiles, each the JSON that langdetect knows (name, freq, n_words)."""
        self._factory = DetectorFactory()
        self._factory.set_seed(_SEED)
        self._factory.load_json_profile(profiles)

    @classmethod
    def load(cls, folder: Path) -> "SecondVoice":
        return cls([path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.json"))])

    def find_language(self, text: str) -> str | None:
        """Return the tag of a cleaned text, None where langdetect finds nothing to go by."""
        detector = self._factory.create()
        detector.n_trial = _TRIALS
        detector.append(prepare(text[:MOST_CHARACTERS]))
        try:
            found = detector.get_probabilities()
        except LangDetectException:
            return None
        return str(found[0].lang) if found else None


def prepare(text: str) -> str:
    """Return a cleaned text as the profiles have it."""
    return text.translate(_GLOTTAL_STOP)
