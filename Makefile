# One entry for each chore. `make demo` and `make test` do all their own set-up on a machine with Python, make and a
# package index; CI calls nothing but these.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=
DEMO_ARGS ?=
BENCH_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test soak golden lint types format bench postgres hooks clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*  ## /\1	/p' $(MAKEFILE_LIST) | expand -t 12

demo: $(VENV)/.installed  ## run the main job end to end on an embedded database
	@$(BIN)/unnest demo $(DEMO_ARGS)

test: $(VENV)/.tools postgres  ## install what tests need and run them all; PYTEST_ARGS="-k name" runs some
	@$(BIN)/python -m pytest --durations=15 $(PYTEST_ARGS)

soak: $(VENV)/.tools postgres  ## run the long tests with bigger settings
	@UNNEST_SOAK=1 $(BIN)/python -m pytest --durations=15 -m soak $(PYTEST_ARGS)

golden: $(VENV)/.tools  ## write the golden SQL files anew; then review the difference
	@$(BIN)/python -m pytest -q --golden-update tests/golden/test_golden.py

lint: $(VENV)/.tools  ## check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.tools  ## check types, strictly, in sources and tests
	@$(BIN)/mypy src tests

format: $(VENV)/.tools  ## bring the sources into their one format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.installed  ## measure, and print a table and JSON
	@$(BIN)/python -m bench $(BENCH_ARGS)

hooks: $(VENV)/.tools  ## check each commit before it is made
	@$(BIN)/pre-commit install

clean:  ## remove what was built, except .venv and the databases in .unnest
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up -----------------------------------------------------------------------------------------------------------

$(BIN)/python:
	@echo "make: creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# pip 25.1 was the first to know dependency groups.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "make: installing unnest into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[all]"
	@touch $@

$(VENV)/.tools: $(VENV)/.installed
	@echo "make: installing the development tools into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

# The tests start private clusters; a system-wide one is neither needed nor made. The setting that prevents it is taken
# back, because what the machine does with its next PostgreSQL is not ours to decide.
NO_CLUSTER := /etc/postgresql-common/createcluster.d/unnest.conf

postgres:  ## find or install the server programs of the operating system
	@if [ -n "$$UNNEST_TEST_PG_BIN" ] || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	    || command -v initdb >/dev/null; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	    echo "make: no PostgreSQL server found: install one (14 or later), then put the directory of its initdb into" \
	         "PATH or UNNEST_TEST_PG_BIN" >&2; exit 1; fi; \
	set -e; as_root=""; \
	if [ "$$(id -u)" != 0 ]; then if [ -t 0 ]; then as_root="sudo"; else as_root="sudo -n"; fi; fi; \
	echo "make: installing the PostgreSQL server programs"; \
	$$as_root mkdir -p $(dir $(NO_CLUSTER)); \
	echo "create_main_cluster = false" | $$as_root tee $(NO_CLUSTER) >/dev/null; \
	trap '$$as_root rm -f $(NO_CLUSTER)' EXIT; \
	$$as_root apt-get update -qq; \
	$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
