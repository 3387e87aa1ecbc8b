# The commands of the project; see README.md. `make PYTHON=/path/to/python3.12 …` chooses the Python.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup setup-dev run test check bench faults axe lock translations

setup:
	@$(PYTHON) tools/setup.py

setup-dev:
	@$(PYTHON) tools/setup.py --dev

run: setup
	@exec $(BIN)/backoffice up

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/translations.py --check

test: check
	$(BIN)/python -m pytest -n 2 --dist loadfile

faults: setup-dev
	$(BIN)/python -m tests.faults.suite
	TOWN=all $(BIN)/python -m pytest -q tests/backoffice/playbooks/test_simulation.py
	ODD=all $(BIN)/python -m pytest -q tests/architecture/test_bad_input.py
	RACES=all $(BIN)/python -m pytest -q tests/races/test_erasing.py tests/races/test_double_booking.py \
		tests/races/test_http_double_booking.py

axe: setup-dev
	AXE=all $(BIN)/python -m pytest tests/browser/test_axe.py

bench: setup-dev
	$(BIN)/python -m bench

lock: setup-dev
	$(BIN)/python tools/lock.py

translations: setup-dev
	$(BIN)/python tools/translations.py
