# relionc: what a developer types. Every target does the set-up that it needs; `make help` lists them.

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# One more than there are processors: the worker of the lab waits for Slurm most of the time.
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
SPEC := specs/biowulf-2018/class3d-ribosome.yaml
# In this order: an error in the catalogue's data is told first, schemas name its options, validators are made from schemas.
GENERATORS := $(addprefix tools/build_,$(addsuffix .py,catalog sites schemas validators runtime templates job_docs code_docs solver_page))
.DEFAULT_GOAL := help
.PHONY: help demo test soak mutants check bench table generate fresh clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## build a real spec, show its plan, say where the files are
	$(BIN)/relionc plan $(SPEC)
	$(BIN)/relionc build $(SPEC) -o build/demo
	@echo; echo "The files are in build/demo/class3d-ribosome/:"
	@find build/demo/class3d-ribosome -type f | sort | sed 's/^/  /'

test: $(VENV)/.developed ## run every test, in WORKERS processes (one more than processors); starts a private Slurm and the real RELION where they can be had
	@tools/install_lab.sh || { [ "$$RELIONC_REQUIRE_LAB" != 1 ] && echo "Going on without them: tests that need them are skipped."; }
	@tools/unpack_slurm.sh trixie || { [ "$$RELIONC_REQUIRE_LAB" != 1 ] && echo "Going on without Slurm 24.11: its tests are skipped."; }
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

soak: $(VENV)/.developed ## the long runs that `make test` has a share of: quoting, kills, fuzz, draws asked of RELION, four Slurms; hours
	@tools/unpack_relion.sh || echo "Going on without RELION 5.1: what would be asked of it is skipped."
	@tools/unpack_slurm.sh bullseye || echo "Going on without Slurm 20.11: its tests are skipped."
	@tools/unpack_slurm.sh --newest sid || echo "Going on without Slurm 26.05, or with that of before."
	RELIONC_SOAK=1 $(BIN)/python -m pytest --timeout=0 $(or $(ARGS),tests/safety tests/store tests/fuzz tests/catalog/test_oracle.py tests/oracle tests/runtime tests/lab/test_faults.py tests/lab)

mutants: $(VENV)/.developed ## make known mistakes in a copy, one at a time, and say which no test notices; ten minutes
	$(BIN)/python tools/mutants.py $(ARGS)

check: $(VENV)/.developed ## format, lint, types, layering, start-up, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_layering.py tests/test_startup.py tests/test_knowledge_is_data.py tests/test_codes.py \
	  tests/test_types_see.py tests/plan/test_scopes.py
	@$(MAKE) --no-print-directory fresh

fresh: $(VENV)/.developed ## fail if a generated file is not what its source says
	@set -e; for tool in $(GENERATORS); do $(BIN)/python $$tool --check; done; echo "generated files are fresh"

generate: $(VENV)/.developed ## write the generated files again
	@set -e; for tool in $(GENERATORS); do $(BIN)/python $$tool; done

bench: $(VENV)/.developed ## how long the command takes, as multiples of a bare Python; and the solver beside CP-SAT
	$(BIN)/python bench/startup.py
	@echo; $(BIN)/python bench/solver.py
	@echo; $(BIN)/python bench/imports.py

table: $(VENV)/.developed ## all that the command may cost, in one table beside its peers (some minutes; PEERS=the bin of their venv)
	$(BIN)/python bench/table.py $(if $(PEERS),--peers $(PEERS))

clean: ## remove what the targets above made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: a venv with the project in it, and one with the tools of a developer too. pyproject.toml renews both.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "relionc needs Python 3.11 or later"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -y -q python3-venv; } \
	  || { echo "Python's venv is missing: install the package python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.developed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.installed
