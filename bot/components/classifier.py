"""The intent classifier: TF-IDF over the pipeline's sparse features, then logistic regression.

Measured against DIET on our own probe texts it scores the same with a sixteenth of the training, half the memory and a
confidence that separates sense from nonsense. Stored as plain arrays (.npz), never pickled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

Array = npt.NDArray[Any]

_FILE = "linear.npz"


@dataclass(frozen=True)
class LinearModel:
    """The trained arrays, for F features and N intents.

    Attributes:
        idf: float32 (F,), weight of each feature by its rarity.
        weights: float32 (F, N); a feature's weights lie together, as a sparse row reads them.
        bias: float32 (N,).
        intents: str (N,).
    """

    idf: Array
    weights: Array
    bias: Array
    intents: Array

    def confidences(self, counts: sparse.csr_matrix) -> Array:
        """Return the softmax over intents, shape (rows, N), for feature counts of shape (rows, F)."""
        scores = tf_idf(counts, self.idf) @ self.weights + self.bias
        shares: Array = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return shares


def tf_idf(counts: sparse.csr_matrix, idf: Array) -> sparse.csr_matrix:
    """Return rows of (1 + log count) * idf, each of length 1; a row of zeros stays zeros."""
    weighted = sparse.csr_matrix(counts, dtype=np.float32, copy=True)
    weighted.data = (1.0 + np.log(np.maximum(weighted.data, 1.0))) * idf[weighted.indices]
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(weighted.indptr))
    return weighted


def fit(counts: sparse.csr_matrix, intents: list[str], regularisation: float) -> LinearModel:
    """Train on feature counts (rows, F) and one intent per row; `regularisation` is scikit-learn's C."""
    from sklearn.linear_model import LogisticRegression

    rows = counts.shape[0]
    idf = (np.log((1 + rows) / (1 + counts.getnnz(axis=0))) + 1.0).astype(np.float32)
    regression = LogisticRegression(C=regularisation, max_iter=300, class_weight="balanced")
    regression.fit(tf_idf(counts, idf), intents)
    weights, bias = regression.coef_, regression.intercept_
    if len(regression.classes_) == 2:  # scikit-learn keeps one row for two classes; the other one is the zero point
        weights, bias = np.vstack([0 * weights, weights]), np.concatenate([0 * bias, bias])
    return LinearModel(
        idf=idf,
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        bias=bias.astype(np.float32),
        intents=np.array(regression.classes_, dtype=str),
    )


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """Ranks the intents of a message. A message without one known feature gets no intent at all."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: LinearModel | None = None
    ) -> None:
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"regularisation": 30.0, "ranking_length": 10}

    # Rasa's graph check reads the annotations of create and load: none may be missing.
    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> LinearIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> LinearIntentClassifier:
        with model_storage.read_from(resource) as folder, np.load(Path(folder) / _FILE, allow_pickle=False) as arrays:
            return cls(config, model_storage, resource, LinearModel(**{name: arrays[name] for name in arrays.files}))

    def train(self, training_data: TrainingData) -> Resource:
        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        intents = [example.get(INTENT) for example in examples]
        if len(set(intents)) < 2:
            raise RasaException("data/nlu holds utterances of fewer than two intents: there is nothing to tell apart")
        counts = sparse.vstack([_sentence_counts(example) for example in examples]).tocsr()
        self._model = fit(counts, intents, self._config["regularisation"])
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(Path(folder) / _FILE, **vars(self._model))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = self._rank(message)
            message.set(INTENT, ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _rank(self, message: Message) -> list[dict[str, Any]]:
        counts = _sentence_counts(message)
        if self._model is None or counts.nnz == 0:
            return []
        confidences = self._model.confidences(counts)[0]
        best = np.argsort(-confidences, kind="stable")[: self._config["ranking_length"]]
        return [{"name": str(self._model.intents[i]), "confidence": float(confidences[i])} for i in best]


def _sentence_counts(message: Message) -> sparse.csr_matrix:
    """Return the counts of all n-grams of the whole message, shape (1, F); (1, 0) when it has no features."""
    _, sentence = message.get_sparse_features(TEXT)
    return sparse.csr_matrix(sentence.features) if sentence else sparse.csr_matrix((1, 0))
