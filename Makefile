# The commands of the project. `make` alone explains them.

PYTHON ?= python3
PATHS ?=
CODED ?= ../shared/gold
HOSTILE ?= ../shared/hostile
MINUTES ?= 20
ARGS ?=

GLEANER := .venv/bin/gleaner
READY := .venv/.ready

# The gold, and its documents: ours, and what lies beside the checkout if anything does.
GOLD := $(wildcard tests/gold/*.json tests/gold/shapes/*.json tests/gold/apart/*.json)
MARKED := $(wildcard tests/gold/taught/*.json tests/gold/shapes/*.json)
TAUGHT := tests/taught tests/shapes
ifneq ($(wildcard ../shared/gold/documents),)
GOLD += $(wildcard ../shared/gold/*.records.json tests/gold/marked/*.json)
MARKED += $(wildcard tests/gold/marked/*.json)
TAUGHT += ../shared/gold/documents
endif
DOCUMENTS := $(wildcard raw/documents/samples tests/shapes tests/apart ../shared/gold/documents)
SCORES := extracted/evaluation
EVALUATE = $(GLEANER) evaluate $(GOLD:%=--gold %) $(DOCUMENTS:%=--documents %) \
	--keep $(SCORES) --page $(SCORES)/scores.html --out $(SCORES)/scores.json

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run ingest segment assemble review refresh evaluate test check train bench pictures agreement fuzz hostile clean

help: ## Say what can be made
	@echo 'usage: make TARGET [PATHS="FILE-OR-FOLDER ..."] [ARGS="--option ..."]'
	@echo
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-9s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'PATHS   which documents (default: all under raw/): make run PATHS=raw/documents/nist'
	@echo 'ARGS    handed on to the command: make run ARGS="--force --jobs 2"'
	@echo 'CODED   where coded texts lie (default: ../shared/gold): make train CODED=folder'
	@echo 'HOSTILE where broken PDFs lie (default: ../shared/hostile): make hostile HOSTILE=folder'
	@echo 'MINUTES how long: make fuzz MINUTES=5 ARGS="--seed 2"'
	@echo 'PYTHON  what .venv is made with (3.11 or later): PYTHON=python3.12 make setup'

setup: $(READY) ## Make .venv and install Gleaner into it (the others do so when they need it)

run: $(READY) ## Raw documents to records: only what changed
	@$(GLEANER) extract $(PATHS) $(ARGS)

ingest: $(READY) ## One stage alone: raw files to documents (extracted/1-documents)
	@$(GLEANER) ingest $(PATHS) $(ARGS)

segment: $(READY) ## One stage alone: documents to segments (extracted/2-segments)
	@$(GLEANER) segment $(PATHS) $(ARGS)

assemble: $(READY) ## One stage alone: segments to records (extracted/3-records)
	@$(GLEANER) assemble $(PATHS) $(ARGS)

review: $(READY) ## Open the desk, where curators decide
	@$(GLEANER) review $(ARGS)

refresh: $(READY) ## Fetch what is due, read what changed, and say what came of it
	@$(GLEANER) refresh $(ARGS)

evaluate: $(READY) ## Score what is found in the documents of the gold against it
	@$(EVALUATE) $(ARGS)

test: $(READY) ## Run the tests
	@.venv/bin/pytest -n 2 $(ARGS)

check: $(READY) ## Check format, lint, types, layers, the rules of the house, the floors of the scores
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/pytest -q tests/test_house.py
	@$(EVALUATE) --gate > /dev/null

train: $(READY) ## Make the learnt weights again: the tagger's from CODED, the finder's from marked documents
	@.venv/bin/python -m pipeline.train --gold $(CODED) $(ARGS)
	@.venv/bin/python -m pipeline.train.finder $(MARKED:%=--gold %) $(TAUGHT:%=--documents %) --coded $(CODED) $(ARGS)

bench: $(READY) ## Measure speed and memory
	@.venv/bin/python tests/bench.py $(ARGS)
	@.venv/bin/python tests/bench_peers.py
	@.venv/bin/python tests/bench_noop.py --documents 10000
	@.venv/bin/python tests/bench_desk.py --records 20000
	@.venv/bin/python tests/bench_export.py --records 20000
	@.venv/bin/python tests/desk/keys.py --lights
	@.venv/bin/python tests/bench_curators.py --seconds 20
	@.venv/bin/python tests/bench_storage.py

pictures: $(READY) ## Draw the pictures of docs/desk.md again
	@.venv/bin/python tests/desk/pictures.py $(ARGS)

agreement: $(READY) ## Compare the words of PDFs (PATHS) with those of plain readers
	@.venv/bin/python tests/agreement_pdf.py $(PATHS) $(ARGS)

fuzz: $(READY) ## Break PDFs at random for MINUTES, and say where reading them is at fault
	@.venv/bin/python tests/fuzz_pdf.py --minutes $(MINUTES) $(ARGS)

hostile: $(READY) ## Read the broken PDFs of HOSTILE, and say what came of each
	@.venv/bin/python tests/hostile.py $(HOSTILE) $(ARGS)

clean: ## Remove extracted/* and caches: all that can be made again, but .venv; never raw/
	@mkdir -p extracted
	find extracted -mindepth 1 ! -path extracted/.gitkeep -delete
	find pipeline tests -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist

# The stamp holds the path of the checkout, for a .venv that was moved or copied does not work.
# One without its stamp was left half made. Both are made anew.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

define NO_PYTHON
Gleaner needs Python 3.11 or later, and "$(PYTHON)" is not one.
  Debian, Ubuntu:  apt-get install python3 python3-venv
  Another Python:  PYTHON=python3.12 make $(or $(MAKECMDGOALS),setup)
endef

define NO_VENV
"$(PYTHON)" cannot make a virtual environment: its venv or ensurepip module is missing.
  Debian, Ubuntu:  apt-get install python3-venv
  Another Python:  PYTHON=python3.12 make $(or $(MAKECMDGOALS),setup)
endef

export NO_PYTHON NO_VENV

# Debian parts ensurepip from Python: virtualenv, or the pip that is there, can stand in for it.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "$$NO_PYTHON" >&2; exit 1; }
	@if [ "$$(cat $@ 2>/dev/null)" != '$(CURDIR)' ]; then \
		echo 'Making .venv (once; it takes a minute or two)'; \
		rm -rf .venv; \
		if $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null && $(PYTHON) -m venv .venv; then :; \
		elif rm -rf .venv; $(PYTHON) -m virtualenv -q .venv 2>/dev/null; then :; \
		elif rm -rf .venv; $(PYTHON) -m venv --without-pip .venv 2>/dev/null \
			&& $(PYTHON) -m pip --python .venv/bin/python install -q pip 2>/dev/null; then :; \
		else rm -rf .venv; echo "$$NO_VENV" >&2; exit 1; fi; \
	fi
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@echo '$(CURDIR)' > $@
