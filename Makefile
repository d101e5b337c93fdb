# Everything that is done with this checkout. `make run` and `make test` are all the set-up there is.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
JOBS ?= 2

# The first of these that is Python 3.11 or newer and can make virtual environments; PYTHON=... chooses another.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)
endif
BIN := .venv/bin
CODE := src tests tools bench

.PHONY: help
help: ## what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 21

# -- set-up

.PHONY: install
install: python ## prepare .venv, whose `comity` is the command
	@$(PYTHON) tools/install.py run

.PHONY: develop
develop: python ## prepare .venv with everything that the checks need
	@$(PYTHON) tools/install.py dev

.PHONY: python
python:
	@"$(PYTHON)" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || { \
		echo "Comity needs Python 3.11 or newer with its venv module; $(or $(PYTHON),nothing found here) is not that." \
		"Install it (on Debian: apt-get install python3 python3-venv), or name it: make PYTHON=python3.12 ..." >&2; exit 1; }

.PHONY: parts
parts:
	@tools/parts.sh

# -- use

.PHONY: run
run: install ## start the demo of two nodes on http://localhost:8000 and :8001 (PORT=... changes the first)
	@$(BIN)/comity demo --port $(PORT)

# -- checks: `check` is all of CI

.PHONY: check
check: develop lint types arrows dependencies test ## everything that CI checks

.PHONY: test
test: develop parts ## all tests but the long ones
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

.PHONY: soak
soak: develop parts mutants ## the long tests: hundreds of kills, thousands of random worlds, mutants
	@COMITY_HYPOTHESIS=soak $(BIN)/python -m pytest -m soak

.PHONY: mutants
mutants: develop ## does a test notice when a rule of policy is changed? (MUTANTS=... names modules)
	@$(BIN)/python -m tools.mutants $(MUTANTS)

.PHONY: lint
lint: develop ## style, by ruff
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)

.PHONY: types
types: develop ## types: mypy everywhere, pyright as second reader of the kernel
	@$(BIN)/mypy $(CODE)
	@$(BIN)/basedpyright

.PHONY: arrows
arrows: develop ## who may import whom
	@$(BIN)/lint-imports

.PHONY: dependencies
dependencies: develop ## every import declared, every dependency used
	@$(BIN)/deptry src

# -- upkeep

.PHONY: fix
fix: develop ## put right what a tool can
	@$(BIN)/ruff check --fix $(CODE)
	@$(BIN)/ruff format $(CODE)

.PHONY: new-desk
new-desk: develop ## make a desk of the full shape: NAME=landscape
	@$(BIN)/python -m tools.new_desk $(NAME)
	@$(BIN)/ruff format --quiet src/comity/desks/$(NAME) tests/desks/$(NAME) src/comity/app/desks.py
	@$(BIN)/python -m comity.web.extraction

.PHONY: docs
docs: develop ## write docs/reference anew from the code
	@$(BIN)/python -m tools.reference

.PHONY: bench
bench: develop ## the table of speeds, beside the peers and the machine's limit (BENCH=... passes flags)
	@$(BIN)/python -m bench $(BENCH)

.PHONY: lock
lock: develop ## resolve the requirements anew (then look at what changed)
	@tools/lock.sh

.PHONY: clean
clean: ## remove what the other commands made
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist .bench .demo
