# Each target is one line that calls the tool; `make` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-dev: requirements-dev.lock $(VENV)/ready
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/ready  ## show the main job on the invented sample, then serve it on http://127.0.0.1:8000
	$(BIN)/aimp demo

run: $(VENV)/ready  ## the same for the real sources, with no sample
	$(BIN)/aimp up

test: $(VENV)/ready-dev  ## run every check that this machine can run
	$(BIN)/python -m tests

lint: $(VENV)/ready-dev  ## run the checks that need no test
	$(BIN)/python -m tests --lint

bench: $(VENV)/ready-dev  ## print the figures of quality and speed
	$(BIN)/python -m benchmarks.matching
	$(BIN)/python -m benchmarks.collect
	$(BIN)/python -m benchmarks.cpv predict
	$(BIN)/python -m benchmarks.cross_language
	$(BIN)/python -m benchmarks.match_speed --notices 3000
	$(BIN)/python -m benchmarks.page_speed

messages: $(VENV)/ready-dev  ## bring every French text of pages and e-mails into the catalogues, to be translated there
	@mkdir -p build
	$(BIN)/pybabel --quiet extract --mapping-file=procurement/translations/babel.cfg --keywords="MenuEntry RoomPage SourceLight:3 _back:2 translated_later" --add-location=file --sort-by-file --no-wrap --output-file=build/messages.pot web procurement
	for language in de it en; do $(BIN)/pybabel --quiet update --input-file=build/messages.pot --output-file=procurement/translations/$$language.po --locale=$$language --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap || exit 1; done

lock: $(VENV)/ready  ## write the two locks anew from pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --no-strip-extras --extra postgres --extra vectors --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --no-strip-extras --extra postgres --extra vectors --group dev --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --constraint requirements.lock --quiet --output-file requirements-dev.lock

.PHONY: help demo run test lint bench messages lock
