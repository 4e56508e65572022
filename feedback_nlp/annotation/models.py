"""Tables of the store of labels."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, DateTime, ForeignKey, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


def now() -> datetime:
    """Return the moment, as the store keeps it: UTC without a zone, which SQLite cannot hold."""
    return datetime.now(UTC).replace(tzinfo=None)


class Base(DeclarativeBase):
    """What all tables share."""

    type_annotation_map = {dict[str, Any]: JSON, datetime: DateTime}  # noqa: RUF012


class TextRow(Base):
    """A text to be labelled; it never changes, as marks point into it."""

    __tablename__ = "texts"

    id: Mapped[str] = mapped_column(String, primary_key=True)
    position: Mapped[int] = mapped_column(unique=True)
    content: Mapped[str]
    domain: Mapped[str]
    text_group: Mapped[str]
    split: Mapped[str]
    origin: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(default=now)


class Labelling(Base):
    """What one person gave to one text at one moment: labels, or that they skipped it."""

    __tablename__ = "labellings"
    __table_args__ = (
        CheckConstraint("role IN ('rater', 'decision')", name="known_role"),
        Index("by_text", "text_id", "role", "rater"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[str] = mapped_column(ForeignKey("texts.id"))
    rater: Mapped[str]
    role: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    skipped: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[int | None]
    suggestion: Mapped[int | None]
    connection: Mapped[int | None]
    tone: Mapped[int | None]
    gap: Mapped[int | None]
    spans: Mapped[list[SpanRow]] = relationship(
        cascade="all, delete-orphan", order_by="SpanRow.start", lazy="selectin"
    )


class SpanRow(Base):
    """Marked words of a labelling, in code points."""

    __tablename__ = "spans"

    id: Mapped[int] = mapped_column(primary_key=True)
    labelling_id: Mapped[int] = mapped_column(ForeignKey("labellings.id"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    label: Mapped[str]


class Draft(Base):
    """Work on a text that is not finished; the only row that is replaced."""

    __tablename__ = "drafts"

    text_id: Mapped[str] = mapped_column(ForeignKey("texts.id"), primary_key=True)
    rater: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    labels: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
