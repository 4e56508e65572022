"""The store of labels: one SQLite file that several raters share, in which nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Engine, create_engine, event, func, select
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from feedback_nlp.annotation.labels import SCALES, Labels
from feedback_nlp.annotation.models import Base, Draft, Labelling, SpanRow, TextRow
from feedback_nlp.errors import FeedbackError

Role = Literal["rater", "decision"]
_SCHEMA = 1
#: How long one rater waits for another one's write, in seconds.
_BUSY_SECONDS = 15


class LabelError(FeedbackError):
    """Labels or a store of labels cannot be used as asked."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is to be labelled.

    Attributes
    ----------
    id, content : str
        Its name, unique in the store, and the text exactly as given.
    domain, text_group, split, origin : str
        As in the examples of the project: where it is from, which texts belong together, and
        ``train`` or ``test``.
    """

    id: str
    content: str
    domain: str = "own"
    text_group: str = ""
    split: str = "train"
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one person gave to one text at one moment; `labels` is None if they skipped it."""

    text_id: str
    rater: str
    role: Role
    at: datetime
    labels: Labels | None


class LabelStore:
    """Texts and all labels that anybody ever gave to them.

    Several notebooks and raters can use one file at the same time. Labels are only ever added:
    a change of mind is a new entry, the latest one counts, and `history` has them all.

    Parameters
    ----------
    path : str or path
        The file; it is made if it is not there. It must lie on a local disk: SQLite cannot lock
        files on most network drives.

    Raises
    ------
    LabelError
        If the folder is not there, or the file is no store or one of another version.

    Examples
    --------
    >>> store = LabelStore("labels.db")
    >>> store.add([Text("t1", "You are lazy.")])
    1
    >>> store.save("t1", "anna", Labels(1, 0, 0, 2, ((0, 12, "person_label"),)))
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        if not self.path.parent.is_dir():
            raise LabelError(f"There is no folder {self.path.parent}; make it, then come back.")
        self._engine = create_engine(
            URL.create("sqlite", database=str(self.path)), connect_args={"timeout": _BUSY_SECONDS}
        )
        event.listen(self._engine, "connect", _prepare)
        try:
            _check_schema(self._engine, self.path)
            Base.metadata.create_all(self._engine)
            _mark_schema(self._engine)
        except OperationalError as error:
            self.close()
            raise LabelError(f"{self.path} cannot be opened ({error.orig}).") from error
        except DatabaseError as error:
            self.close()
            raise LabelError(
                f"{self.path} is no store of labels; name another file, or a new one."
            ) from error

    def __repr__(self) -> str:
        return f"LabelStore({self.path.name!r})"

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with Session(self._engine) as session, session.begin():
            yield session

    def add(self, texts: Sequence[Text]) -> int:
        """Add texts; those that are there already are left as they are.

        Returns
        -------
        int
            How many are new.

        Raises
        ------
        LabelError
            If a text of the same id has other words: labels point into the old ones.
        """
        with self._session() as session:
            rows = session.execute(select(TextRow.id, TextRow.content))
            known: dict[str, str] = {row.id: row.content for row in rows}
            position = (session.scalar(select(func.max(TextRow.position))) or 0) + 1
            before = len(known)
            for text in texts:
                if text.id in known:
                    if known[text.id] != text.content:
                        raise LabelError(
                            f"The text {text.id!r} is in {self.path.name} with other words; give"
                            " the new one another id."
                        )
                    continue
                known[text.id] = text.content
                session.add(
                    TextRow(
                        id=text.id, position=position, content=text.content, domain=text.domain,
                        text_group=text.text_group or text.id, split=text.split,
                        origin=text.origin,
                    )
                )  # fmt: skip
                position += 1
        return len(known) - before

    def texts(self) -> list[Text]:
        """Return all texts, in the order in which they were added."""
        with self._session() as session:
            rows = session.scalars(select(TextRow).order_by(TextRow.position))
            return [Text(r.id, r.content, r.domain, r.text_group, r.split, r.origin) for r in rows]

    def text(self, text_id: str) -> Text:
        """Return one text.

        Raises
        ------
        LabelError
            If there is none of this id.
        """
        with self._session() as session:
            return _as_text(self._find(session, text_id))

    def _find(self, session: Session, text_id: str) -> TextRow:
        row = session.get(TextRow, text_id)
        if row is None:
            raise LabelError(f"There is no text {text_id!r} in {self.path.name}.")
        return row

    def save(self, text_id: str, rater: str, labels: Labels, *, role: Role = "rater") -> None:
        """Add the labels of a rater, or a decision about where raters differ.

        Raises
        ------
        LabelError
            If something is open or breaks the codebook, or the rater has decided this text before
            and so knows what others said.
        """
        self._append(text_id, rater, labels, role)

    def skip(self, text_id: str, rater: str, *, role: Role = "rater") -> None:
        """Note that a rater leaves a text out for now."""
        self._append(text_id, rater, None, role)

    def _append(self, text_id: str, rater: str, labels: Labels | None, role: Role) -> None:
        name = rater.strip()
        if not name:
            raise LabelError("A rater needs a name or a code; give one, such as 'rater 1'.")
        with self._session() as session:
            text = self._find(session, text_id)
            if labels and (problems := labels.problems(text.content)):
                raise LabelError(f"The labels of {text_id!r} are not whole: {' '.join(problems)}")
            if role == "rater" and self._decided(session, text_id, name):
                raise LabelError(
                    f"{name} has decided {text_id!r} and knows the other labels, so a label of"
                    " their own would not be blind any more."
                )
            values = {value: getattr(labels, value) for value in SCALES} if labels else {}
            spans = labels.spans if labels else ()
            session.add(
                Labelling(
                    text_id=text_id, rater=name, role=role, skipped=labels is None, **values,
                    spans=[SpanRow(start=s, end=e, label=label) for s, e, label in spans],
                )
            )  # fmt: skip
            if draft := session.get(Draft, (text_id, name, role)):
                session.delete(draft)

    def _decided(self, session: Session, text_id: str, rater: str) -> bool:
        where = select(Labelling.id).filter_by(text_id=text_id, rater=rater, role="decision")
        return session.scalars(where.limit(1)).first() is not None

    def keep_draft(self, text_id: str, rater: str, labels: Labels, *, role: Role = "rater") -> None:
        """Keep unfinished work on a text, so that it can be gone on with."""
        with self._session() as session:
            self._find(session, text_id)
            session.merge(Draft(text_id=text_id, rater=rater, role=role, labels=labels.to_dict()))

    def draft(self, text_id: str, rater: str, *, role: Role = "rater") -> Labels | None:
        """Return unfinished work on a text, if there is some."""
        with self._session() as session:
            row = session.get(Draft, (text_id, rater, role))
            return None if row is None else Labels.from_dict(row.labels)

    def history(self, text_id: str | None = None, *, rater: str | None = None) -> list[Entry]:
        """Return every entry ever made, oldest first; of one text or one rater if asked."""
        wanted = {"text_id": text_id, "rater": rater}
        query = select(Labelling).filter_by(
            **{key: value for key, value in wanted.items() if value is not None}
        )
        with self._session() as session:
            return [_as_entry(row) for row in session.scalars(query.order_by(Labelling.id))]

    def current(self, *, role: Role = "rater", rater: str | None = None) -> list[Entry]:
        """Return what holds: the latest entry of every text and rater, in the order of the texts.

        Parameters
        ----------
        role : {"rater", "decision"}
            Labels of raters, or decisions; of decisions, the latest about a text, whoever made it.
        rater : str, optional
            Only what this rater gave.
        """
        latest = select(func.max(Labelling.id)).filter_by(role=role)
        if rater is not None:
            latest = latest.filter_by(rater=rater)
        groups = [Labelling.text_id, *([Labelling.rater] if role == "rater" else [])]
        query = (
            select(Labelling)
            .join(TextRow, TextRow.id == Labelling.text_id)
            .where(Labelling.id.in_(latest.group_by(*groups)))
            .order_by(TextRow.position, Labelling.rater)
        )
        with self._session() as session:
            return [_as_entry(row) for row in session.scalars(query)]

    def labels(self, text_id: str, rater: str, *, role: Role = "rater") -> Labels | None:
        """Return what a rater gave to a text last; None if nothing, or if they skipped it."""
        entries = [e for e in self.history(text_id, rater=rater) if e.role == role]
        return entries[-1].labels if entries else None

    def given(self, text_id: str) -> dict[str, Labels]:
        """Return what holds as labels of one text by rater; who skipped it is left out."""
        latest = {e.rater: e.labels for e in self.history(text_id) if e.role == "rater"}
        return {rater: labels for rater, labels in latest.items() if labels is not None}

    def by_text(self) -> dict[str, dict[str, Labels]]:
        """Return what holds as labels by text id and rater; skipped texts are left out."""
        found: dict[str, dict[str, Labels]] = {}
        for entry in self.current():
            if entry.labels is not None:
                found.setdefault(entry.text_id, {})[entry.rater] = entry.labels
        return found

    def decisions(self) -> dict[str, Labels]:
        """Return the decisions by text id."""
        entries = self.current(role="decision")
        return {entry.text_id: entry.labels for entry in entries if entry.labels is not None}

    def raters(self) -> list[str]:
        """Return the names of all who labelled something, the first one first."""
        query = (
            select(Labelling.rater).filter_by(role="rater").group_by(Labelling.rater)
        ).order_by(func.min(Labelling.id))
        with self._session() as session:
            return list(session.scalars(query))

    def progress(self) -> dict[str, dict[str, int]]:
        """Return by rater how many texts are ``labelled``, ``skipped`` and ``open``."""
        total = len(self.texts())
        counts = {}
        for rater in self.raters():
            entries = self.current(rater=rater)
            skipped = sum(entry.labels is None for entry in entries)
            counts[rater] = {
                "labelled": len(entries) - skipped,
                "skipped": skipped,
                "open": total - len(entries),
            }
        return counts


def _as_text(row: TextRow) -> Text:
    return Text(row.id, row.content, row.domain, row.text_group, row.split, row.origin)


def _as_entry(row: Labelling) -> Entry:
    labels = None
    if not row.skipped:
        spans = tuple(sorted((span.start, span.end, span.label) for span in row.spans))
        labels = Labels(**{name: getattr(row, name) for name in SCALES}, spans=spans)
    role: Role = "decision" if row.role == "decision" else "rater"
    return Entry(row.text_id, row.rater, role, row.at, labels)


def _prepare(connection: Any, _: Any) -> None:
    # Readers don't wait for a writer, and a mark cannot belong to nothing.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _check_schema(engine: Engine, path: Path) -> None:
    with engine.connect() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all()
    if (version and version != _SCHEMA) or (not version and tables and "texts" not in tables):
        raise LabelError(
            f"{path} is another database, or a store of labels of another version ({version}, this"
            f" is {_SCHEMA}); name another file, or use the version that made it."
        )


def _mark_schema(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version = {_SCHEMA}")
