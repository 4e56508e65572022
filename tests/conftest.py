"""Fixtures that all tests share: the real pipeline and the shipped heads, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

import feedback_nlp
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
