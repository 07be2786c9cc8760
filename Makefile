# make demo    the whole story on voices it makes itself
# make test    all tests
# make check   style, types, import order, examples in the README
# Each makes the environment in .venv first, once. PYTHON chooses the interpreter: make test PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
# Named by itself, so that pip takes exactly this version, in a CPU build where an index or --find-links has one.
TORCH := $(shell grep '^torch==' constraints.txt)
# Only its weights are read; the packages that it asks for are not needed.
VOICE_ENCODER := Resemblyzer==0.1.4

.PHONY: help demo test check environment clean

help:
	@echo "make demo [DATA=folder] [SEED=number]   the story in numbers, on synthetic voices or on your recordings"
	@echo "make test                               all tests"
	@echo "make check                              style, types, import order, examples in the README"
	@echo "make clean                              remove the environment and what tools and the demo left"

demo: $(READY)
	@$(VENV)/bin/unheard demo $(if $(DATA),--data "$(DATA)") $(if $(SEED),--seed "$(SEED)")

test: $(READY)
	@scripts/test

check: $(READY)
	@scripts/check

environment: $(READY)
	@:

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "unheard needs Python 3.11 or newer; choose one: make PYTHON=python3.11")'
	@echo "Making the environment in $(VENV), once; this takes a few minutes."
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt '$(TORCH)' --editable '.[train,voices,pretrained,audit,dev]'
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
		--no-deps $(VOICE_ENCODER)
	@touch $@

clean:
	rm -rf $(VENV) build dist demo src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
