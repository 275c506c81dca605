# What a newcomer needs: make serve, make test. The rest: make help.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
ARGS ?=

.PHONY: help serve test check conformance format bench bench-install bench-peers install clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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

conformance: $(VENV)/.developing ## Print how many of the W3C's SPARQL tests pass (KHYBER_RDF_TESTS says where they are)
	@$(BIN)/python tests/conformance/score.py

format: $(VENV)/.developing ## Bring code and data into the project's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/khyber check --fix

bench: $(VENV)/.developing ## Print the figures that README and docs quote, and those of other servers that are installed
	$(BIN)/python bench/serve.py
	$(BIN)/python bench/reasoning.py
	$(BIN)/python bench/isolation.py
	$(BIN)/python -m bench.forked_memory
	$(BIN)/python -m bench.edge
	$(BIN)/python -m bench.validation
	$(BIN)/python -m bench.incremental
	$(BIN)/python -m bench.contributing
	$(BIN)/python bench/ledger.py
	$(BIN)/python -m bench.reconciliation
	$(BIN)/python -m bench.rows
	$(BIN)/python -m bench.ordering
	$(BIN)/python -m bench.side_by_side $(ARGS)

bench-peers: $(VENV)/.developing ## Compare with other SPARQL servers alone (ARGS="--triples 100000")
	$(BIN)/python -m bench.side_by_side $(ARGS)

bench-install: $(VENV)/.developing ## Get the servers that are compared, into a cache folder
	$(BIN)/python -m bench.peers install

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
