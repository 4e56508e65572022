"""Rules that every file of the repository keeps."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from feedback_nlp.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
# In halves, so that this file keeps the rule it tests.
REGISTRY_HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
    "ana" + "conda.org",
]
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:home|root|Users|work|opt|tmp)/\w")
MERGE_MARK = re.compile(r"^(?:<{7}|>{7}|\|{7}) ", re.MULTILINE)


def git_files() -> list[Path]:
    """Return what git tracks or would track, which is nothing outside a clone."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return []
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return sorted(path for path in paths if path.is_file())


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Return the text files of the repository by name."""
    found = {}
    for path in git_files():
        content = path.read_bytes()
        if b"\0" not in content:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8")
    if not found:
        pytest.skip("not a git clone")
    return found


def test_no_file_names_the_host_of_a_package_registry(texts):
    """People install from the mirror they chose, so no file may name another."""
    named = {
        (name, host) for name, text in texts.items() for host in REGISTRY_HOSTS if host in text
    }
    assert named == set()


def test_no_file_holds_the_path_of_a_machine(texts):
    """A path of one machine is wrong on all others and says who wrote it."""
    # Bundled code is generated from sources that are tested here themselves.
    own = {name: text for name, text in texts.items() if "/static/" not in name}
    found = {(name, hit[0]) for name, text in own.items() if (hit := MACHINE_PATH.search(text))}
    assert found == set()


def test_no_merge_was_left_half_done(texts):
    """Conflict marks and the files that merges leave behind break builds later."""
    assert [name for name, text in texts.items() if MERGE_MARK.search(text)] == []
    assert [name for name in texts if name.endswith((".orig", ".rej"))] == []


def test_no_build_product_is_kept(texts):
    """Caches and installed packages stay out of the repository."""
    kept = re.compile(r"(^|/)(\.venv|node_modules|__pycache__|\.ipynb_checkpoints)/|\.egg-info/")
    assert [name for name in texts if kept.search(name)] == []


def test_no_link_to_an_environment_is_kept():
    """A link named .venv, checked out, would take the place of the environment that is there."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    command = ["git", "ls-files", "--", ".venv"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert listed.stdout == ""


def locked() -> dict[str, str]:
    """Return the lock's entries by package name."""
    text = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {re.split(r"[=<>@ ]", line)[0]: line for line in lines}


def test_every_locked_package_has_one_version_and_a_hash():
    """pip installs exactly the files that were tested, or nothing."""
    for line in locked().values():
        assert re.match(r"[a-z0-9.-]+==\S+", line), line
        assert "--hash=sha256:" in line, line
        assert "://" not in line, line


def test_every_named_dependency_is_locked():
    """A dependency added to pyproject.toml without `make lock` would be missing after set-up."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = chain(project["dependencies"], *project["optional-dependencies"].values())
    names = {re.match(r"[A-Za-z0-9_.-]+", line)[0].lower() for line in wanted}
    assert names - {"feedback-nlp"} <= set(locked())


def test_front_end_lock_pins_content_and_no_host():
    """npm fetches from the mirror it is given, and checks what it got."""
    path = ROOT / "frontend" / "package-lock.json"
    packages = json.loads(path.read_text("utf-8"))["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or "integrity" in package, name


def test_make_targets_of_the_readme_exist():
    """A reader can type every `make` command that the README shows."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shown = set(
        re.findall(r"(?:`|^\s*\$?\s*)make ([a-z-]+)", README.read_text("utf-8"), re.MULTILINE)
    )
    assert {"coach", "test"} <= shown
    assert shown <= targets


def test_readme_shows_every_command():
    """Nobody has to guess what `feedback-nlp` can do."""
    readme = README.read_text("utf-8")
    assert [name for name in main.commands if f"feedback-nlp {name}" not in readme] == []


def test_readme_shows_no_command_that_is_not_there():
    """A renamed command is renamed in the README too."""
    shown = re.findall(
        r"(?:`|\||^\s*\$?\s*)\s?feedback-nlp ([a-z]+)", README.read_text("utf-8"), re.M
    )
    assert set(shown) <= set(main.commands)


def test_files_that_the_readme_links_exist():
    """Screenshots and pages are where the README says."""
    links = re.findall(r"\]\(([^)#\s]+)", README.read_text("utf-8"))
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (ROOT / link).exists()] == []


def test_version_is_the_same_everywhere():
    """The package, its metadata and the changelog speak of one version."""
    import feedback_nlp

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert feedback_nlp.__version__ == project["version"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_spacy_pipeline_is_pinned_exactly():
    """The heads were trained on the tags and parses of one set of weights."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pipeline = [line for line in project["dependencies"] if line.startswith("en-core-web-sm")]
    assert len(pipeline) == 1
    assert "==" in pipeline[0]
