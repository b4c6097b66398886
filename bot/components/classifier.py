"""The intent classifier as Rasa loads it; intent_model.py does the work. Stored as plain arrays, never pickled."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.encoder import SentenceEncoder
from bot.components.intent_model import IntentModel, train

_FILE = "intents.npz"

_log = logging.getLogger("bot.training")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MeaningIntentClassifier(IntentClassifier, GraphComponent):
    """Ranks the intents of a message. A message without anything known from training gets no intent at all."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: IntentModel | None = None
    ) -> None:
        self._config, self._storage, self._resource, self._model = config, storage, resource, model
        self._encoder = SentenceEncoder()

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]  # the encoder's package and module differ in name, which Rasa does not foresee

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"ranking_length": 10}

    # Rasa's graph check reads the annotations of create and load: none may be missing.
    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> MeaningIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> MeaningIntentClassifier:
        with model_storage.read_from(resource) as folder, np.load(Path(folder) / _FILE, allow_pickle=False) as arrays:
            model = IntentModel.from_arrays({name: arrays[name] for name in arrays.files})
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        rows = sorted({(example.get(INTENT), example.get(TEXT)) for example in examples})  # whatever order they came in
        if len({intent for intent, _ in rows}) < 2:
            raise RasaException("data/nlu holds utterances of fewer than two intents: there is nothing to tell apart")
        _log.info("reading %d utterances", len(rows))
        self._model = train(self._encoder.read([text for _, text in rows]), [intent for intent, _ in rows])
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(Path(folder) / _FILE, **self._model.to_arrays())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = self._rank(message.get(TEXT) or "")
            message.set(INTENT, ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _rank(self, text: str) -> list[dict[str, Any]]:
        if self._model is None or not text:
            return []
        confidences = self._model.confidences(self._encoder.read([text]))[0]
        best = np.argsort(-confidences, kind="stable")[: self._config["ranking_length"]]
        known = self._model.intents
        return [{"name": str(known[i]), "confidence": float(confidences[i])} for i in best if confidences[i] > 0]
