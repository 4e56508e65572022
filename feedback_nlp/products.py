"""Products of matrices in which each row comes out the same, whatever stands in the others.

Without that, the score of a text would depend on the texts that are scored with it. BLIS, which
spaCy uses, adds up every element in one order, but as it is packed for Python it makes no use of
what a processor can do. NumPy's library is several times as quick; on some processors it adds up
some rows in another order. So it is tried once, on the processor that is there, and BLIS serves
where it fails.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from thinc.backends import NumpyOps

#: Products are made of a multiple of so many rows: a few rows alone are added up in another way.
ROWS = 16


@cache
def rows_are_alike(width: int, width_in: int) -> bool:
    """Whether NumPy makes each row of ``inputs @ weights.T`` the same wherever it stands.

    Parameters
    ----------
    width, width_in : int
        Shape of the weights.
    """
    rng = np.random.default_rng(0)
    weights = rng.random((width, width_in), dtype=np.float32) - 0.5
    few = rng.random((ROWS, width_in), dtype=np.float32)
    # Each row stands in each place of a block once.
    places = np.concatenate([np.roll(np.arange(ROWS), by) for by in range(ROWS)])
    return np.array_equal(few[places] @ weights.T, (few @ weights.T)[places])


class RowwiseOps(NumpyOps):
    """thinc's operations, with a quicker product of inputs and weights."""

    def gemm(
        self, x: Any, y: Any, out: Any = None, trans1: bool = False, trans2: bool = False
    ) -> Any:
        """Return the product of two matrices; see `thinc.backends.Ops.gemm`."""
        tried = x.dtype == y.dtype == np.float32
        if trans1 or not trans2 or not tried or not rows_are_alike(*y.shape):
            return super().gemm(x, y, out=out, trans1=trans1, trans2=trans2)
        weights, whole = y.T, len(x) // ROWS * ROWS
        if out is None:
            out = np.empty((len(x), len(y)), dtype=x.dtype)
        if whole:
            np.matmul(x[:whole], weights, out=out[:whole])
        if whole < len(x):
            rest = np.zeros((ROWS, x.shape[1]), dtype=x.dtype)
            rest[: len(x) - whole] = x[whole:]
            out[whole : len(x)] = (rest @ weights)[: len(x) - whole]
        return out
