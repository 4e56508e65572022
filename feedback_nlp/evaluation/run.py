"""The whole evaluation: one command, one report as Markdown, JSON and plots."""

from __future__ import annotations

import logging
import random
from pathlib import Path
from typing import Any

import numpy as np

from feedback_nlp import __version__
from feedback_nlp.datasets import cross_domain_sets, data_folder, human_tutors, read_set
from feedback_nlp.evaluation import behaviour, explanations, fairness, passages, validity
from feedback_nlp.evaluation.metrics import (
    calibration_error,
    calibration_error_by_chance,
    reliability,
)
from feedback_nlp.evaluation.plots import plot_cross_domain, plot_reliability
from feedback_nlp.heads import HEAD_NAMES, Heads, load_heads
from feedback_nlp.pages import render, write_figures
from feedback_nlp.pipeline import load_pipeline
from feedback_nlp.scorer import Scorer
from feedback_nlp.training.bags import Corpus, own_bags
from feedback_nlp.training.fitting import bag_logits
from feedback_nlp.training.run import load_corpus

logger = logging.getLogger(__name__)

REPORT_NAME = "report.json"
#: Failures per capability that the report prints.
SHOWN_FAILURES = 2
_TARGET_GAP, _TARGET_ECE, _TARGET_FAILURES, _TARGET_ADVICE = 0.03, 0.05, 0.02, 0.98


def evaluate(
    data_dir: Path | None,
    examples: Path,
    out: Path,
    *,
    heads_folder: Path | None = None,
    own_only: bool = False,
    progress: bool = False,
) -> dict[str, Any]:
    """Measure the heads and write ``report.md``, ``report.json`` and plots.

    Parameters
    ----------
    data_dir : Path or None
        Folder of the public sets; by default the one named in ``FEEDBACK_NLP_DATA``.
    examples : Path
        Our own labelled examples (JSONL).
    out : Path
        Folder for the report.
    heads_folder : Path, optional
        Heads to measure; by default the shipped ones.
    own_only : bool, default False
        Leave out all that needs the public sets.
    progress : bool, default False
        Show progress bars.

    Returns
    -------
    dict
        All figures, as in ``report.json``.

    Raises
    ------
    DataError
        If data are missing, altered, or break the codebook.
    DependencyError
        If matplotlib is not installed.
    """
    heads = load_heads(heads_folder)
    scorer = Scorer(load_pipeline(), heads)
    corpus = load_corpus(data_dir, examples, own_only=own_only, progress=progress)
    floors = validity.Baselines(corpus)
    own = [example for example, _ in corpus.own]
    logger.info("our own test part")
    figures: dict[str, Any] = {
        "feedback_nlp": __version__,
        "heads": heads.version,
        "heads_sha256": heads.meta["sha256"],
        "own_only": own_only,
        "own_test": validity.own_test(scorer, own, floors),
        "own_test_heads": _own_heads(heads, corpus),
        "calibration": _calibration(heads, corpus),
        "passages": passages.measure(scorer, [e for e in own if e.split == "test"]),
    }
    logger.info("in domain")
    figures["in_domain"] = validity.in_domain(corpus)
    logger.info("one domain left out")
    figures["leave_one_out"] = validity.leave_one_out(corpus)
    logger.info("ablation")
    figures["ablation"] = validity.ablation(corpus)
    logger.info("behaviour")
    figures["behaviour"] = _behaviour(scorer)
    logger.info("explanations")
    reports = list(scorer.score_many(example.text for example in own))
    figures["advice"] = explanations.summary(explanations.apply_advice(scorer, reports))
    figures["sum_error"] = explanations.worst_sum_error(reports)
    logger.info("fairness")
    figures["fairness"] = {"feedback frames": fairness.measure(scorer, fairness.frames())}
    figures["cross_domain"] = []
    if not own_only:
        folder = data_folder(data_dir)
        rows = fairness.templates(read_set("identity_templates", folder))
        figures["fairness"]["identity templates"] = fairness.measure(scorer, rows)
        logger.info("cross-domain")
        sets = cross_domain_sets(folder)
        figures["cross_domain"] = validity.cross_domain(scorer, sets, floors, progress=progress)
        tutors = human_tutors(folder)
        labels = {str(text): int(label) for text, label in tutors.items()}
        left_out = validity.tutors_left_out(corpus, labels)
        held = list(labels)
        left_out["baselines"] = floors.figures("suggestion", held, [labels[t] for t in held])
        figures["cross_domain"].append(left_out)
        figures["calibration_cross_domain"] = _cross_calibration(figures["cross_domain"])
    figures["targets"] = targets(figures)
    write_report(figures, out)
    return figures


def _own_heads(heads: Heads, corpus: Corpus) -> dict[str, Any]:
    from feedback_nlp.training.run import own_figures

    return own_figures(heads.heads, corpus)


def _calibration(heads: Heads, corpus: Corpus) -> dict[str, Any]:
    rows = corpus.part("test")
    result = {}
    for name in HEAD_NAMES:
        if name == "gap":
            continue
        bags = own_bags(name, rows, heads.heads)
        probabilities = 1 / (1 + np.exp(-bag_logits(heads[name], bags)))
        labels = np.asarray([bag.label for bag in bags], dtype=float)
        result[name] = {
            "ece": calibration_error(labels, probabilities),
            "ece_by_chance": calibration_error_by_chance(probabilities),
            "bins": reliability(labels, probabilities),
        }
    return result


def _cross_calibration(cross: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"set": row["set"], "measure": row["measure"], **row["calibration"]}
        for row in cross
        if row.get("calibration") is not None
    ]


def _behaviour(scorer: Scorer) -> dict[str, Any]:
    figures, failures = behaviour.run(scorer, behaviour.generate())
    rng = random.Random(0)
    for name, row in figures.items():
        found = [failure for failure in failures if failure.case.capability == name]
        shown = rng.sample(found, min(SHOWN_FAILURES, len(found)))
        row["examples"] = [
            {"text": f.case.text, "changed": f.case.changed, "before": f.before, "after": f.after}
            for f in shown
        ]
    return figures


def targets(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what was aimed at beside what was reached."""
    rows = [
        {
            "what": f"{row['set']}: {row['measure']}", "measure": "AUC",
            "reached": row["auc"], "target": row["target"], "met": row["auc"] >= row["target"],
        }
        for row in figures["cross_domain"]
        if row["target"] is not None
    ]  # fmt: skip
    worst = max(row["rate"] for row in figures["behaviour"].values())
    gap = max(row["gap"] for row in figures["fairness"].values())
    error = max(row["ece"] for row in figures["calibration"].values())
    advice = figures["advice"]["share"]
    rows += [
        _target("behaviour, worst capability", "failure rate", worst, _TARGET_FAILURES),
        _target("identity words, worst gap of subgroup AUC", "gap", gap, _TARGET_GAP),
        _target("calibration, worst head, own test part", "ECE", error, _TARGET_ECE),
        {
            "what": "advice moves the score as promised", "measure": "share",
            "reached": advice, "target": _TARGET_ADVICE, "met": advice >= _TARGET_ADVICE,
        },
    ]  # fmt: skip
    return rows


def _target(what: str, measure: str, reached: float, target: float) -> dict[str, Any]:
    return {
        "what": what, "measure": measure, "reached": reached, "target": target,
        "met": reached <= target,
    }  # fmt: skip


def write_report(figures: dict[str, Any], out: Path) -> None:
    """Write the report with its plots into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    plot_reliability(figures["calibration"], out / "reliability.png")
    if figures["cross_domain"]:
        plot_cross_domain(figures["cross_domain"], out / "cross_domain.png")
    write_figures(figures, out / REPORT_NAME)
    (out / "report.md").write_text(render_report(figures), encoding="utf-8")


def render_report(figures: dict[str, Any]) -> str:
    """Return the report as Markdown."""
    return render("evaluation/report.md.jinja", f=figures)
