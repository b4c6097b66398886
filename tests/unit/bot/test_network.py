"""The network learns what can be learnt, gives the same weights for the same rows, and survives a few of them."""

import numpy as np
import pytest

from bot.components.network import Network


def clouds(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Points around three corners of a cube, and which corner each belongs to."""
    random = np.random.default_rng(7)
    targets = np.arange(rows) % 3
    corners = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], np.float32)
    return corners[targets] + 0.1 * random.standard_normal((rows, 4)).astype(np.float32), targets


def test_rows_it_has_not_seen_get_their_intent() -> None:
    inputs, targets = clouds(300)

    network = Network.train(inputs[:200], targets[:200], 3)

    assert (network.score(inputs[200:]).argmax(axis=1) == targets[200:]).mean() > 0.95


def test_the_same_rows_give_the_same_weights() -> None:
    inputs, targets = clouds(60)

    once, again = Network.train(inputs, targets, 3), Network.train(inputs, targets, 3)

    assert once.weights.keys() == again.weights.keys()
    assert all(np.array_equal(once.weights[name], again.weights[name]) for name in once.weights)


@pytest.mark.parametrize("rows", [3, 16])
def test_a_handful_of_rows_is_enough_to_learn_them(rows: int) -> None:
    inputs, targets = clouds(rows)

    network = Network.train(inputs, targets, 3)

    assert (network.score(inputs).argmax(axis=1) == targets).all()


def test_rows_that_are_all_alike_do_no_harm() -> None:
    network = Network.train(np.ones((6, 4), np.float32), np.array([0, 1, 2, 0, 1, 2]), 3)

    assert np.isfinite(network.score(np.ones((1, 4), np.float32))).all()
