# `make` alone prints this help. Everything runs in .venv, which the first target that needs it makes.
PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test lint up down bench clean

help: ## Print this help
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## Make .venv and install Vitrine into it (3 to 10 minutes; once)

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

demo: $(STAMP) ## Start the stack, make the sample campaign over HTTP, stop it; see out/demo/contact-sheet.html
	$(BIN)/vitrine demo --out out/demo

test: $(STAMP) ## All tests; those that need a GPU are skipped without one
	$(BIN)/python -m pytest -q

lint: $(STAMP) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy

up: $(STAMP) ## Start the embedded stack at http://127.0.0.1:8000
	$(BIN)/vitrine up

down: $(STAMP) ## Stop the embedded stack; stored objects stay in .vitrine
	$(BIN)/vitrine down

bench: $(STAMP) ## Measure a stack of its own; writes out/bench.json
	$(BIN)/python loadtests/bench.py --own-stack --out out/bench.json

clean: ## Stop the stack and remove what was made (not .venv)
	test ! -x $(BIN)/vitrine || $(BIN)/vitrine down --wipe
	rm -rf out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
