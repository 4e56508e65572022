"""What is done to the columns of a design before a head is fitted, so that it transfers better."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix


def log_count_ratios(matrix: csr_matrix, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return how differently often the two classes show each feature.

    The size of the log-count ratio of naive Bayes, after Wang & Manning (2012, ACL Anthology
    P12-2018): a penalised head that reads features scaled by it trusts those that tell the classes
    apart by themselves.

    Parameters
    ----------
    matrix : csr_matrix, shape (n_instances, n_features)
        A feature above 0 is shown.
    labels : ndarray of int, shape (n_instances,)
        0 or 1.
    weights : ndarray, shape (n_instances,)
        How often each instance counts.

    Returns
    -------
    ndarray, shape (n_features,)
        At least 0; 1 on average over all that is shown, whatever part of it is scaled.
    """
    shown = (matrix > 0).astype(float)
    # Each feature was seen once more in each class, so that no ratio is infinite.
    yes, no = (shown.T @ (weights * (labels == label)) + 1 for label in (1, 0))
    ratios = np.abs(np.log((yes / yes.sum()) / (no / no.sum())))
    mean = np.average(ratios, weights=yes + no)
    return ratios / mean if mean > 1e-9 else np.ones_like(ratios)


def indicators(domains: Sequence[str]) -> csr_matrix:
    """Return a column for each domain, sorted, that is 1 in its instances.

    Parameters
    ----------
    domains : sequence of str
        Domain of each instance.

    Returns
    -------
    csr_matrix, shape (n_instances, n_domains)
    """
    _, columns = np.unique(np.asarray(domains), return_inverse=True)
    ones, rows = np.ones(len(domains)), np.arange(len(domains))
    return csr_matrix((ones, (rows, columns)))
