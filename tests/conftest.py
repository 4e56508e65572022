"""Fixtures that all tests share: the real pipeline, the shipped heads and what they read, once."""

from __future__ import annotations

from pathlib import Path

import pytest

import feedback_nlp
from feedback_nlp.examples import read_examples
from feedback_nlp.pipeline import load_pipeline

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def nlp():
    return load_pipeline()


@pytest.fixture(scope="session")
def scorer():
    return feedback_nlp.load()


@pytest.fixture(scope="session")
def examples_path():
    return ROOT / "data" / "feedback_examples.jsonl"


@pytest.fixture(scope="session")
def example_reports(scorer, examples_path):
    """Reports on all our examples, for what must hold for every text; scoring takes a minute."""
    return list(scorer.score_many(e.text for e in read_examples(examples_path)))
