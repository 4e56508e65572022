"""Rows of a product don't depend on each other, whatever library multiplies on what processor."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from thinc.backends import NumpyOps

from feedback_nlp import products
from feedback_nlp.products import RowwiseOps

SHAPES = [(288, 288), (288, 480), (1024, 64), (106, 64)]
#: NumPy's library has other code for each kind of processor; it adds rows up in several orders on
#: a Haswell. Where the processor has another architecture, the name is ignored.
PROCESSORS = ["Haswell", "Nehalem"]
ALONE_AND_TOGETHER = """
import json, sys
import numpy as np
from feedback_nlp.parsing import annotate
from feedback_nlp.pipeline import load_pipeline
from feedback_nlp.segmentation import tokenize

nlp = load_pipeline()
sentences = json.load(sys.stdin)
together = annotate(nlp, [tokenize(nlp, sentence) for sentence in sentences])
alone = [annotate(nlp, [tokenize(nlp, sentence)])[0] for sentence in sentences]
what = ["TAG", "HEAD", "DEP"]
print(all(
    np.array_equal(a.tensor, b.tensor) and np.array_equal(a.to_array(what), b.to_array(what))
    for a, b in zip(alone, together, strict=True)
))
"""


def matrices(shape, rows):
    rng = np.random.default_rng(rows)
    weights = rng.standard_normal(shape, dtype=np.float32)
    return rng.standard_normal((rows, shape[1]), dtype=np.float32), weights


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rows", [0, 1, 3, 16, 25, 333])
def test_a_row_is_what_it_is_alone(shape, rows):
    inputs, weights = matrices(shape, rows)
    ops = RowwiseOps()
    together = ops.gemm(inputs, weights, trans2=True)
    assert together.shape == (rows, shape[0])
    for row, wanted in zip(together, inputs, strict=True):
        assert np.array_equal(row, ops.gemm(wanted[np.newaxis], weights, trans2=True)[0])
    assert np.allclose(together, inputs.astype(float) @ weights.T.astype(float), atol=1e-3)


def test_the_result_is_written_where_it_is_wanted():
    inputs, weights = matrices(SHAPES[0], 20)
    out = np.empty((20, 288), dtype=np.float32)
    assert RowwiseOps().gemm(inputs, weights, out=out, trans2=True) is out
    assert np.array_equal(out, RowwiseOps().gemm(inputs, weights, trans2=True))


def test_blis_serves_where_rows_depend_on_each_other(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("NumPy multiplied")

    inputs, weights = matrices(SHAPES[0], 25)
    monkeypatch.setattr(products, "rows_are_alike", lambda *shape: False)
    monkeypatch.setattr(products.np, "matmul", refuse)
    made = RowwiseOps().gemm(inputs, weights, trans2=True)
    assert np.array_equal(made, NumpyOps().gemm(inputs, weights, trans2=True))


def test_what_was_not_tried_is_left_to_blis():
    inputs, weights = (matrix.astype(np.float64) for matrix in matrices(SHAPES[0], 25))
    with pytest.raises(ValueError, match="float32"):
        RowwiseOps().gemm(inputs, weights, trans2=True)


@pytest.mark.parametrize("processor", PROCESSORS)
def test_sentences_are_read_alike_in_any_company_on_any_processor(processor, examples_path):
    texts = [json.loads(line)["text"] for line in examples_path.read_text("utf-8").splitlines()]
    done = subprocess.run(
        [sys.executable, "-c", ALONE_AND_TOGETHER], input=json.dumps(texts[:60]),
        env={**os.environ, "OPENBLAS_CORETYPE": processor},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "True", done.stderr
