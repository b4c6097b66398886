"""Training data as the project keeps it: an intent exists because data/nlu/ has utterances for it.

Adding an answer touches its utterances and its wording, nothing here: the importer lists the intents in the domain and
writes the one rule each of them needs.
"""

from __future__ import annotations

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.utils.common import cached_method

ANSWERING_ACTION = "action_answer"


class UtteranceImporter(RasaFileImporter):
    """Rasa's own file importer, plus intents and answering rules taken from the utterances."""

    @cached_method
    def get_domain(self) -> Domain:
        return super().get_domain().merge(Domain.from_dict({"intents": self._intents()}))

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        written = super().get_stories(exclusion_percentage)
        steps = YAMLStoryReader(self.get_domain()).read_from_string(answering_rules(self._intents()))
        return written.merge(StoryGraph(steps))

    @cached_method
    def _intents(self) -> list[str]:
        return sorted(self.get_nlu_data().intents)


def answering_rules(intents: list[str]) -> str:
    """Return Rasa rules (YAML) that answer each intent: whatever came before, the same question, the same answer."""
    rules = [
        f"  - rule: Answer {intent}\n    steps:\n      - intent: {intent}\n      - action: {ANSWERING_ACTION}\n"
        for intent in intents
    ]
    return 'version: "3.1"\nrules:\n' + "".join(rules)
