"""What the editor asks Python for: a beginning, a file, a version, an earlier draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from feedback_nlp.scaffold import Scaffold, add_part
from feedback_nlp.widgets.keeping import recall
from feedback_nlp.widgets.offsets import Utf16Offsets

if TYPE_CHECKING:
    from feedback_nlp.widgets.draft_coach import DraftCoach

#: More versions than this are not kept; the first one is.
MAX_VERSIONS = 60
_NOTHING = "There is no beginning to offer here; the question helps to find one."


class Answers:
    """Answers the messages of one editor.

    Parameters
    ----------
    coach : DraftCoach
        The editor.
    on_send : callable or None
        Called with the draft when the writer chooses Send.
    """

    def __init__(self, coach: DraftCoach, on_send: Callable[[str], None] | None) -> None:
        self._coach = coach
        self._on_send = on_send
        self._by_kind: dict[str, Callable[[dict[str, Any]], None]] = {
            "ready": self._recall,
            "settled": self._keep_version,
            "propose": self._propose,
            "export": self._export,
            "send": self._deliver,
        }

    def __call__(self, content: dict[str, Any]) -> None:
        """Answer one message; an unknown kind is from another version of the editor."""
        if answer := self._by_kind.get(content.get("kind", "")):
            answer(content)

    def _recall(self, content: dict[str, Any]) -> None:
        coach = self._coach
        draft = recall(coach.draft_key, coach.session)
        if not content.get("adopted") and not coach.writer and draft is not None:
            coach.send({"kind": "kept", **draft})

    def _keep_version(self, _: dict[str, Any]) -> None:
        """Keep the draft as it is now, unless it is empty or kept already."""
        coach = self._coach
        with coach._lock:
            report = coach.report
            if report is None or report.actionability is None or report.text != coach.text:
                return
            if coach.versions and coach.versions[-1]["text"] == report.text:
                return
            version = {
                "text": report.text,
                "actionability": report.actionability,
                "judgmental": report.judgmental,
                "at": datetime.now().astimezone().isoformat(timespec="seconds"),
            }
            kept = [*coach.versions, version]
            if len(kept) > MAX_VERSIONS:
                del kept[1]
            coach.versions = kept

    def _propose(self, content: dict[str, Any]) -> None:
        coach = self._coach
        report = coach.report
        if report is None or content.get("revision") != coach.revision:
            return
        convert = Utf16Offsets(report.text)
        scaffold: Scaffold | None = None
        if part := content.get("part"):
            scaffold = add_part(report, part, coach.scenario)
        else:
            wanted = (content["cue"], content["from"], content["to"])
            for finding in report.findings:
                if (finding.cue, convert(finding.start), convert(finding.end)) == wanted:
                    scaffold = coach.propose(finding)
                    break
        if scaffold is None:
            coach.send({"kind": "failed", "message": _NOTHING})
            return
        coach.send(
            {
                "kind": "proposal",
                "revision": coach.revision,
                "from": convert(scaffold.start),
                "to": convert(scaffold.end),
                "text": scaffold.text,
            }
        )

    def _export(self, content: dict[str, Any]) -> None:
        coach = self._coach
        if content.get("format") == "docx":
            coach.send({"kind": "file", "name": f"{coach.name}.docx"}, [coach.to_docx()])
        else:
            data = coach.to_markdown().encode()
            coach.send({"kind": "file", "name": f"{coach.name}.md"}, [data])

    def _deliver(self, _: dict[str, Any]) -> None:
        if self._on_send is not None:
            self._on_send(self._coach.text)
            self._coach.send({"kind": "sent"})
