# Two commands need nothing but python3 (3.11 or later, with venv), make and a package index: make demo, make test.
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin

help: ## what can be typed here
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/run.stamp ## the program alone: .venv/bin/pactwatch

demo: .venv/run.stamp ## the whole program against loopback stand-ins, in under a minute
	$(BIN)/pactwatch demo

test: .venv/dev.stamp ## the everyday tests
	$(BIN)/pytest -m "not slow and not chaos" -n auto --dist worksteal

chaos: .venv/dev.stamp ## hundreds of kills and power cuts of the log's writers; many minutes
	$(BIN)/pytest -m chaos --hypothesis-profile anew

bench: .venv/dev.stamp ## how fast, beside what else is installed; many minutes
	$(BIN)/python -m benchmarks.polling --repeat 1 --only floor,pactwatch
	$(BIN)/python -m benchmarks.polling --repeat 1 --feeds 200
	$(BIN)/python -m benchmarks.rounds
	$(BIN)/python -m benchmarks.matching
	$(BIN)/python -m benchmarks.log

peers: .venv/dev.stamp ## readers of the Python index for `make bench` to compare with
	$(BIN)/python -m pip install -q --disable-pip-version-check -r benchmarks/requirements.txt

format: .venv/dev.stamp ## put the code into its one format
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

check: .venv/dev.stamp ## format, lint, types, import rules, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -m "not chaos" -n auto --dist worksteal

texts: .venv/dev.stamp ## compile the catalogues of the bot's texts
	for lang in it hi; do $(BIN)/pybabel -q compile -l $$lang -i bot/telegram/locale/$$lang.po -o bot/telegram/locale/$$lang.mo; done

lock: ## pin every requirement anew, with hashes (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --group build -o requirements/run.txt $(LOCKFLAGS)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --group build --group dev -c requirements/run.txt -o requirements/dev.txt $(LOCKFLAGS)

clean: ## forget what was set up
	rm -rf .venv

# Each stamp stands for a finished set-up; a set-up that was cut off leaves none and is done again.
.venv/run.stamp: requirements/run.txt pyproject.toml
	$(call setup,requirements/run.txt)
	@touch $@

.venv/dev.stamp: requirements/dev.txt requirements/run.txt pyproject.toml
	$(call setup,requirements/dev.txt)
	@touch $@ .venv/run.stamp

ifdef UV
define setup
	@test -x $(BIN)/python || uv venv -q --python $(PYTHON) .venv
	@echo "setting up .venv from $(1) (once) ..."
	@uv pip install -q --python $(BIN)/python --require-hashes -r $(1)
	@uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
endef
else
define setup
	@test -x $(BIN)/python -a -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
	@echo "setting up .venv from $(1) (once) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
endef
endif

.PHONY: help install demo test chaos bench peers format check texts lock clean
