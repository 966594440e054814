# Everything that is done to this repository, on a fresh Debian 12 with git, make and Python 3.11.

# What `bin/setup` has installed is called directly: it works the same with uv and without.
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup test lint format words docs kill-test soak bench demo wheelhouse clean

help:
	@echo "make test       everything: style, types, floors, tests with a real browser and real kills"
	@echo "make demo       three flows rehearsed, run, killed on the way and resumed, against a practice office"
	@echo "make kill-test  runs and filings killed at random instants; make kill-test KILLS=50 for fewer"
	@echo "make soak       the service, killed every few seconds for 30 minutes; make soak MINUTES=5 for fewer"
	@echo "make bench      against a hand-written script; the cost of the guard, the report, pictures, the service"
	@echo "make lint       style and types alone; make format mends the style"
	@echo "make words      gather the texts that people read; lists those that have no French yet"
	@echo "make docs       the reference of actions, made of their signatures and docstrings"
	@echo "make wheelhouse Robo and all that it needs as one archive, for a machine without a network"
	@echo "make setup      install what is missing, nothing else"

setup:
	@bin/setup

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 robots scheduler
	$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/darwin robots scheduler

format: setup
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

words: setup
	@$(BIN)/python -m tools.words

docs: setup
	@$(BIN)/python -m tools.reference

# Tests that watch robots wait more than they work: twice as many at once as there are cores, but browsers are big.
WORKERS := $(shell n=$$((2 * $$(nproc))); echo $$((n < 8 ? n : 8)))

# The tests come last, so that their closing line is the last one.
test: lint
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

KILLS := 200

kill-test: setup
	PYTHONPATH=tests $(BIN)/python -m kill.many $(KILLS)
	PYTHONPATH=tests $(BIN)/python -m files.many

MINUTES := 30

# What comes last are the figures of the soak.
soak: setup
	PYTHONPATH=tests $(BIN)/python -m service.many
	PYTHONPATH=tests $(BIN)/python -m service.soak $(MINUTES)

bench: setup
	$(BIN)/python -m benchmarks.entry
	$(BIN)/python -m benchmarks.guard
	$(BIN)/python -m benchmarks.report
	$(BIN)/python -m benchmarks.queue

demo: setup
	@$(BIN)/robo demo

wheelhouse: setup
	@bin/wheelhouse

clean:
	rm -rf .tools .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
