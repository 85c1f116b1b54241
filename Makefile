# `make help` lists what there is. Every target sets up what it needs and is quick the second time.

PYTHON ?= python3
BIN := .venv/bin
CHROMIUM ?= /usr/bin/chromium
WIDGETS := widgets/extension/assets/laurel.js
export UV_NO_PROGRESS := 1
export npm_config_fund := false
export npm_config_audit := false
export npm_config_update_notifier := false

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench prove lock schema setup setup-dev widgets clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup widgets ## Run everything on this machine: app, worker, PostgreSQL, Valkey and a demo store
	@exec $(BIN)/laurel demo

test: setup-dev widgets $(CHROMIUM) ## Run all tests, with real PostgreSQL, Valkey and Chromium
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not bench and not prove"
	npm test --silent

check: setup-dev node_modules/.package-lock.json ## Format, lint, types, import rules, layout, theme check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-cache
	npm run --silent check
	npm run --silent theme-check
	$(BIN)/pytest -q tests/test_layout.py

format: setup-dev ## Put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-dev widgets ## Benchmarks, side by side with their references
	$(BIN)/python -m tests.bench.run

prove: setup-dev widgets ## What takes hours: mutants, long state machines, every crash point by every seed
	$(BIN)/mutmut run --max-children 2 > /dev/null
	$(BIN)/python -m tests.mutation.score
	$(BIN)/pytest -q -m prove --hypothesis-profile=searching -o addopts="--import-mode=importlib"

lock: setup-dev ## Lock the requirements anew from pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-emit-find-links --upgrade pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-emit-find-links --upgrade --group dev pyproject.toml -o requirements-dev.lock

schema: setup ## Write the SDL files that are checked in
	$(BIN)/laurel schema storefront > graphql/storefront.graphql
	$(BIN)/laurel schema merchant > graphql/merchant.graphql

setup: .venv/.runtime

setup-dev: .venv/.development

widgets: $(WIDGETS)

clean: ## Remove what was built and installed; data in .laurel stays
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis mutants widgets/extension/assets/*.js

$(BIN)/uv: .ci/bootstrap.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Laurel needs Python 3.11 or newer: make PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .ci/bootstrap.lock
	@touch $@

.venv/.runtime: requirements.lock pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

.venv/.development: requirements-dev.lock .venv/.runtime
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

node_modules/.package-lock.json: package-lock.json package.json
	@command -v npm > /dev/null || { echo "Laurel builds its widgets with Node 20 or newer; install it first." >&2; exit 1; }
	npm ci --silent
	@touch $@

$(WIDGETS): node_modules/.package-lock.json $(shell find widgets/src graphql/operations -type f) widgets/build.mjs
	npm run --silent build
	@touch $@

# The browser that the page tests drive. Where there is no apt, name yours: make test CHROMIUM=…
$(CHROMIUM):
	$(if $(filter 0,$(shell id -u)),,sudo) sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-wqy-zenhei'
