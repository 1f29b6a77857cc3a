PYTHON ?= python3
BIN := .venv/bin
ONLY ?=

.PHONY: demo test lint bench clean

demo: .venv/.run  ## install, load the demonstration, send 4,000 letters, serve
	$(BIN)/python manage.py demo

test: .venv/.dev  ## the whole suite, on SQLite and, where one answers, on PostgreSQL
	$(BIN)/python -m tests

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: .venv/.dev  ## make bench, or make bench ONLY=send
	$(BIN)/python -m tests.benchmarks $(ONLY)

.venv/.run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 demo"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { echo "The venv module is missing: on Debian and Ubuntu, apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.dev: .venv/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf .venv var build *.egg-info .mypy_cache .ruff_cache .pytest_cache
