# Every target sets up what it needs. A machine with git, Python 3.11+ and make is enough for `run` and `test`.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV ?= .venv
HOST ?= 127.0.0.1
PORT ?= 8000
# Worker processes of pytest; 0 runs in one process.
JOBS ?= 2
ARGS ?=

PY := $(VENV)/bin/python
BOOTSTRAP = @command -v python3 >/dev/null 2>&1 || { \
	echo "Python 3.11 or newer is missing. Debian/Ubuntu: apt install python3 python3-venv; others: https://www.python.org/downloads/"; exit 1; }; \
	python3 tools/bootstrap.py --venv $(VENV)

.PHONY: help setup setup-dev run test fmt lint types e2e bench messages clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what the site needs into .venv (hashes checked)
	$(BOOTSTRAP) base

setup-dev: ## Install what developing and testing need as well
	$(BOOTSTRAP) dev

run: setup ## Set everything up and serve the site on http://127.0.0.1:8000 (PORT=…)
	@exec $(PY) tools/serve.py --host $(HOST) --port $(PORT)

test: setup-dev ## Run the tests (ARGS=… for pytest, JOBS=… processes)
	@$(PY) manage.py catalogues --compile
	@exec $(PY) -m pytest -n $(JOBS) $(ARGS)

e2e: setup-dev ## Run the walk through the browser only
	@$(PY) manage.py catalogues --compile
	@exec $(PY) -m pytest tests/e2e $(ARGS)

fmt: setup-dev ## Format Python and templates
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

lint: setup-dev ## Style, import contracts, templates, migrations and catalogues
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m djlint --lint --quiet templates
	@$(VENV)/bin/lint-imports
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) manage.py catalogues --check

types: setup-dev ## Check the types
	@$(PY) -m mypy

bench: setup-dev ## Measure pages and writers (JSON on standard output)
	@$(PY) -m benchmarks.pages
	@$(PY) -m benchmarks.writes

messages: setup-dev ## Bring every app's Chinese catalogue up to date with the sources
	@$(PY) manage.py catalogues

clean: ## Remove what can be made again (never var/, which holds your data)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov .coverage static-root
	find caselib search cms -name '*.mo' -delete
