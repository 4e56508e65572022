"""The public sets by the manifest: what they are, whether a folder has them, how to get one."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from feedback_nlp.errors import DataError

State = Literal["ready", "missing", "altered"]
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A public set of texts.

    Attributes
    ----------
    name : str
        Name in the manifest.
    path : str
        Where it lies inside the folder of the public sets.
    origin, licence, use : str
        Where it is from, under which licence, and what this project uses it for.
    sha256 : str
        Of the file.
    columns : tuple of str
        Its columns, as far as the manifest knows them.
    url : str or None
        Address of exactly this file, if the manifest has one.
    page : str
        Page where the set was published.
    how : str
        Which files there were made into this table.
    """

    name: str
    path: str
    origin: str
    licence: str
    use: str
    sha256: str
    columns: tuple[str, ...] = ()
    url: str | None = None
    page: str = ""
    how: str = ""

    @property
    def where(self) -> str:
        """Where and how to get it, in words."""
        page = f", {self.page}" if self.page else ""
        return f"{self.origin}{page}" + (f" ({self.how})" if self.how else "")

    def missing_columns(self, folder: Path) -> tuple[str, ...]:
        """Return the columns that the file in `folder` lacks; all of them if it can't be read."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            found = set(pq.read_schema(folder / self.path).names)
        except (OSError, pa.ArrowException):
            return self.columns
        return tuple(name for name in self.columns if name not in found)

    def columns_in(self, folder: Path | None) -> tuple[str, ...]:
        """Return the columns, from the file in `folder` if the manifest doesn't name them."""
        if self.columns or folder is None or check_set(self, folder) != "ready":
            return self.columns
        import pyarrow.parquet as pq

        return tuple(pq.read_schema(folder / self.path).names)


def public_sets() -> dict[str, PublicSet]:
    """Return every set of the manifest by name."""
    from feedback_nlp.datasets import manifest

    return {
        name: PublicSet(
            name, entry["path"], entry["origin"], entry["licence"], entry["use"], entry["sha256"],
            tuple(entry.get("columns", ())), entry.get("url"),
            entry.get("page", ""), entry.get("how", ""),
        )
        for name, entry in manifest().items()
    }  # fmt: skip


def find_set(name: str) -> PublicSet:
    """Return a set by its name.

    Raises
    ------
    DataError
        If there is none of this name.
    """
    known = public_sets()
    if name not in known:
        raise DataError(f"There is no set {name!r}; there are {', '.join(known)}.")
    return known[name]


def check_set(item: PublicSet, folder: Path) -> State:
    """Say whether the file of a set is in a folder and is what was published."""
    path = folder / item.path
    if not path.is_file():
        return "missing"
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return "ready" if found == item.sha256 else "altered"


def fetch_set(
    item: PublicSet,
    folder: Path,
    *,
    url: str | None = None,
    allowed: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
) -> Path:
    """Download the file of one set, and keep it only if its sha256 fits.

    Parameters
    ----------
    item : PublicSet
        The set.
    folder : Path
        Folder of the public sets.
    url : str, optional
        Address of the file; by default that of the manifest.
    allowed : bool
        The user's word that something may be downloaded.
    progress : callable, optional
        Called with bytes read so far and bytes in all, if known.

    Raises
    ------
    DataError
        If it was not allowed, no address is known, or what came is another file.
    """
    target = folder / item.path
    if check_set(item, folder) == "ready":
        return target
    address = url or item.url
    if address is None:
        raise DataError(
            f"The manifest has no address of the file of {item.name}: get it from {item.where},"
            f" save it as {target} with the columns of `feedback-nlp data list` and check it with"
            " `feedback-nlp data verify`."
        )
    if not allowed:
        raise DataError(f"Nothing is downloaded without your word: give --yes to fetch {address}.")
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        raise DataError(f"{address} is no address that begins with http:// or https://.")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        found = _download(address, temporary, progress)
        if found != item.sha256:
            raise DataError(
                f"{address} holds another file than the published one (sha256 {found[:12]}…,"
                f" wanted {item.sha256[:12]}…); nothing was kept. Look for it at {item.origin}."
            )
        os.replace(temporary, target)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise DataError(
            f"{address} cannot be fetched ({error}); nothing was kept. Try again later, or get the"
            f" file from {item.origin} and save it as {target}."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _download(address: str, path: Path, progress: Callable[[int, int | None], None] | None) -> str:
    digest, done = hashlib.sha256(), 0
    # The scheme was checked: http or https, never a file of this machine.
    with urllib.request.urlopen(address, timeout=30) as answer, path.open("wb") as file:
        size = answer.headers.get("Content-Length")
        while piece := answer.read(_PIECE):
            file.write(piece)
            digest.update(piece)
            done += len(piece)
            if progress is not None:
                progress(done, int(size) if size else None)
    return digest.hexdigest()
