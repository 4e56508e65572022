# `make` lists the targets. `make coach` and `make test` are all that most people need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.feedback-nlp-ready
UV ?= $(BIN)/uv
NPM ?= npm
BUNDLE := feedback_nlp/widgets/static
BUNDLE_FILES := $(foreach name,draft_coach annotation_desk passage,$(BUNDLE)/$(name).js $(BUNDLE)/$(name).css)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup coach test quick lint format train evaluate bench bench-live front front-check lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with everything, from pinned and hashed packages

# The stamp is written last, so an interrupted set-up starts again.
# --no-deps: the lock names every package, so pip has nothing left to solve.
# --only-binary: a source package would fetch build tools that no hash covers.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "$(PYTHON) was not found: install Python 3.11 or newer, or name one with 'make PYTHON=/path/to/python3'." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version 2>&1) is too old: name a Python 3.11 or newer with 'make PYTHON=/path/to/python3'." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: on Debian or Ubuntu run 'apt-get install python3-venv' as root." >&2; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing the pinned packages into $(VENV); the first time takes a few minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

coach: setup ## open the notebook for participants in JupyterLab
	@$(BIN)/feedback-nlp coach

# Unit and browser tests and the notebooks are one pytest run, so its summary is the last line.
test: setup lint ## style, types, then every test: unit, notebooks, browser
	@$(BIN)/python -m pytest --nbval --nbval-sanitize-with tests/nbval_sanitize.cfg tests notebooks

quick: setup ## unit tests only: no notebooks, no browser, no wheel
	@$(BIN)/python -m pytest -m "not browser and not slow" tests

lint: setup ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: setup ## put the code into the house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

train: setup ## train the heads from data/ into models/
	@$(BIN)/feedback-nlp train

evaluate: setup ## measure the shipped heads and rebuild their model card
	@$(BIN)/feedback-nlp evaluate --card

bench: setup ## measure the speed side by side with other tools, and what a billion texts cost
	@$(BIN)/python benchmarks/speed/run.py
	@$(BIN)/python benchmarks/scale.py

bench-live: setup ## measure how fast the editor feels, in Chromium, and write docs/speed-live.md
	@$(BIN)/python benchmarks/live/run.py

frontend/node_modules/.ready: frontend/package.json frontend/package-lock.json
	@command -v $(NPM) >/dev/null 2>&1 || { echo "npm was not found: install Node 20 or newer to build the front end." >&2; exit 1; }
	@cd frontend && $(NPM) ci --no-audit --no-fund
	@touch $@

front: frontend/node_modules/.ready ## build the editor's JavaScript and CSS into the package
	@cd frontend && $(NPM) run --silent build

# The bundle as found is kept aside and put back, so that a check changes nothing.
front-check: frontend/node_modules/.ready ## fail when the bundle in the package is not what its source builds
	@set -e; kept=$$(mktemp -d); cp -R $(BUNDLE)/. "$$kept"; \
	trap 'cp -R "$$kept"/. $(BUNDLE); rm -rf "$$kept"' EXIT; \
	rm -f $(BUNDLE_FILES); (cd frontend && $(NPM) run --silent build); \
	for file in $(BUNDLE_FILES); do \
	  cmp "$$file" "$$kept/$$(basename $$file)" || { echo "$$file is not what its source builds: run 'make front'." >&2; exit 1; }; \
	done; echo "The front-end bundle is up to date."

# --no-config and the cleared variables keep one machine's mirrors out of the hashes.
lock: ## pin every package again, with hashes, for all platforms and Pythons
	@command -v $(UV) >/dev/null 2>&1 || { echo "uv was not found: run 'make setup', or name one with 'make lock UV=/path/to/uv'." >&2; exit 1; }
	@env -u UV_INDEX -u UV_DEFAULT_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	  $(UV) --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --upgrade --extra dev pyproject.toml -o requirements.lock

clean: ## remove what was built or cached; .venv stays
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis frontend/node_modules
	find . -path ./$(VENV) -prune -o -type d \( -name __pycache__ -o -name .ipynb_checkpoints -o -name '*.egg-info' \) -exec rm -rf {} +
