# Two commands on a fresh machine with python3 (3.11 or later, with venv) and make: `make serve`, `make test`.
# Every target makes what it needs; calling it again is quick.

PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8000
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip --disable-pip-version-check --quiet
SOURCES := pyproject.toml hatch_build.py package.json package-lock.json .npmrc \
  $(shell find src ontology shapes data -type f -not -name '*.pyc' -not -path '*/static/vendor/*')

.PHONY: serve test test-long lint questions shapes bench scripts requirements clean

## serve: make the environment, install, load the graph of this directory, answer on http://127.0.0.1:8000
serve: $(VENV)/.installed
	$(BIN)/bsrgraph serve --graph . --port $(PORT)

## test: every test, against the built wheel, and the linters
test: lint node_modules/.installed
	$(BIN)/pytest -m "not long"

## test-long: what takes minutes, and the promises that are held against examples, with many more of them
test-long: $(VENV)/.installed $(VENV)/.test node_modules/.installed
	BSRGRAPH_LONG=1 $(BIN)/pytest -m "long or hypothesis" --timeout 900

## lint: ruff and mypy
lint: $(VENV)/.installed $(VENV)/.test
	$(BIN)/ruff check src tests bench hatch_build.py
	$(BIN)/ruff format --check src tests bench hatch_build.py
	$(BIN)/mypy

## questions: ask every question of the graph and compare with its stated answer
questions: $(VENV)/.installed
	$(BIN)/bsrgraph questions check --graph .

## shapes: check both examples of every rule
shapes: $(VENV)/.installed
	$(BIN)/bsrgraph shapes check --graph .

## bench: what safety costs, beside the bare engine and an empty page
bench: $(VENV)/.installed
	$(BIN)/python bench/overhead.py

## scripts: place the scripts of others under src, for a checkout that is used without a wheel
scripts: $(VENV)/.run
	$(BIN)/python hatch_build.py

## requirements: pin what the .in files ask for, with hashes and without addresses
requirements: $(VENV)/.test
	$(PIP) install pip-tools
	cd requirements && for f in run test; do \
	  ../$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	    --no-emit-find-links --no-emit-trusted-host --no-header --output-file $$f.txt $$f.in; done

## clean: remove what the targets made
clean:
	rm -rf $(VENV) .bsrgraph dist build node_modules src/bsrgraph/web/static/vendor
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.run: requirements/run.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.test: requirements/test.txt | $(VENV)/.run
	$(PIP) install --require-hashes -r $<
	@touch $@

# What tests take from npm: a checker of accessibility. The wheel does without.
node_modules/.installed: package.json package-lock.json .npmrc | $(VENV)/.run
	$(BIN)/npm ci --ignore-scripts --loglevel=error
	@touch $@

# The wheel is built and installed, never the source tree: what is tested and served is what would be published.
$(VENV)/.installed: $(VENV)/.run $(SOURCES)
	$(PIP) install --no-deps --no-build-isolation --force-reinstall .
	@touch $@
