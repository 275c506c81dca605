# What a newcomer needs: make serve, make test. The rest: make help.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
ARGS ?=

.PHONY: help serve test check format bench install clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/.installed ## Compile the Khyber graph and answer SPARQL at http://127.0.0.1:8000/sparql
	@$(BIN)/khyber serve $(ARGS)

test: $(VENV)/.developing ## Run the tests (ARGS="-k name" for some of them)
	$(BIN)/pytest $(ARGS)

check: $(VENV)/.developing ## Lint, types, import rules, and every gate on the graph
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/khyber check

format: $(VENV)/.developing ## Bring code and data into the project's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/khyber check --fix

bench: $(VENV)/.developing ## Print the figures that README and docs quote
	$(BIN)/python bench/serve.py
	$(BIN)/python bench/reasoning.py

install: $(VENV)/.installed ## Install into .venv, and nothing more

clean: ## Take away what was installed and cached here
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Khyber needs Python 3.11 or newer: make serve PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.developing: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.installed
