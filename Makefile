# Every target does its own set-up on a machine with Python 3.11 or newer, git and make. `make` alone lists them.
MAKEFLAGS += --no-print-directory
unexport PYTHONDONTWRITEBYTECODE # some images set it: then every process compiles Keydesk and its tests anew
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?=
python := .venv/bin/python

.PHONY: help demo test soak lint fix mutants coverage bench pins licences release

help: ## List what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

demo: .venv/run.installed ## Run Keydesk beside an emulated Slack and Deepgram, in the browser (ARGS=--http, ARGS="--port 8080")
	@$(python) -m playground $(ARGS)

test: .venv/test.installed ## Run every story once, on SQLite and PostgreSQL, in under five minutes (ARGS="-k approve", ARGS="--at 18:45")
	@$(python) -m pytest -m "not soak" --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

soak: .venv/test.installed ## Run the long proofs: races, kills, simulated days; properties from a printed seed (SEED=…)
	@$(python) -m pytest -m "soak and not walk" $(ARGS)
	@seed=$${SEED:-$$(date +%s)}; echo "properties explore from seed $$seed (make soak SEED=$$seed)"; \
	$(python) -m pytest -m "walk or (property and not soak)" -n auto --maxprocesses 4 --dist worksteal \
		--hypothesis-profile=explore --hypothesis-seed=$$seed $(ARGS)

lint: .venv/test.installed ## Check style, types, the arrows between rooms, and that no ignore is a blanket
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy
	@.venv/bin/lint-imports
	@.ci/no-blanket-ignores bot playground tests bench release

fix: .venv/test.installed ## Mend what ruff can mend, and format
	@$(python) -m ruff check --fix .
	@$(python) -m ruff format .

mutants: .venv/test.installed ## Change one thing at a time in what judges, and see a test fail (ARGS="--only policy", ARGS=--write)
	@$(python) -m tests.mutants $(ARGS)

coverage: .venv/test.installed ## Run what `make test` runs, slower, and print by room how much of it was run (ARGS="-k approve")
	@$(python) -m coverage erase
	@$(python) -m coverage run -m pytest -m "not soak" --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS); \
	ended=$$?; $(python) -m coverage combine --quiet && $(python) -m tests.covered; exit $$ended

bench: .venv/test.installed ## Measure, and print one table of figures beside their goals
	@$(python) -m bench $(ARGS)

pins: ## Pin requirements/*.txt anew from pyproject.toml (needs uv)
	uv pip compile $(compile) --group build --output-file requirements/run.txt pyproject.toml
	uv pip compile $(compile) --group build --group test --constraint requirements/run.txt --output-file requirements/test.txt pyproject.toml

licences: .venv/test.installed ## Write docs/licences.md from what the installed packages say
	@$(python) -m release.licences

release: .venv/test.installed ## Build the files of a release of this commit into dist/ (see docs/release.md)
	@$(python) -m release

compile := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.venv/%.installed: requirements/%.txt requirements/install pyproject.toml
	@PYTHON="$(PYTHON)" requirements/install $*
