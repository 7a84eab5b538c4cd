# Everything starts here. `make run` and `make test` set up what they need, and only again when a lock file changes.
#
#   make run                       serve the shipped policy on 127.0.0.1:8080 (PORT=9000 HOST=0.0.0.0 POLICY=my/policy.yaml);
#                                  the solver that `check` proves with comes too
#   make test                      every test
#   make agreement PAIRS=1000000   compare the backends on random policies and requests, for as long as it takes
#   make check                     lint, format, types, import layers
#   make wheel                     a wheel in dist/ with what decides compiled: over twice as fast; takes a C compiler
#   make bench                     measure what docs/benchmarks.md claims, and write it anew
#   make lock                      resolve the dependencies anew (needs uv; UPGRADE=--upgrade for newer ones)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
COMPILED := build/compiled
HOST ?= 127.0.0.1
PORT ?= 8080
POLICY ?= policies.yaml
PAIRS ?= 1000000

# The first interpreter that starts and is new enough; version managers put up names that do not start.
FIND_PYTHON = for python in python3.11 python3.12 python3.13 python3; do \
	if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "$$python"; exit 0; fi; done; \
	echo "dealdesk needs Python 3.11 or newer with venv (tried python3.11, python3.12, python3.13, python3)" >&2; exit 1

# durable-rules and the compiled wheel are built from C: without a compiler there are no tests of them, so it is needed.
FIND_COMPILER = { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev python3-dev >/dev/null; }

# TypeScript clients are made and checked in the tests with node; without a new enough one their test fails, and says so.
FIND_NODE = { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null; }

.PHONY: help run test agreement check format wheel bench lock clean

help:
	@sed -n 's/^#   //p' Makefile

# Whoever follows the docs types `dealdesk` in another terminal, where nothing knows of $(VENV) yet.
run: $(VENV)/project
	@echo 'to type "dealdesk" in another terminal, first:  export PATH="$(CURDIR)/$(BIN):$$PATH"' >&2
	@$(BIN)/dealdesk serve --policy $(POLICY) --host $(HOST) --port $(PORT) --reload

test: $(VENV)/dev
	@$(BIN)/pytest -n auto -q $(ARGS)

agreement: $(VENV)/dev
	@$(BIN)/python -m tests.agreement --pairs $(PAIRS)

check: $(VENV)/dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/dev
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

wheel: $(COMPILED)/ready
	@ls dist/*.whl

# The compiled modules come first on the path, where there are any.
bench: $(BENCH)/ready
	@$(MAKE) --no-print-directory $(COMPILED)/ready \
		|| echo "what decides cannot be compiled here: measuring it as plain Python" >&2
	@PYTHONSAFEPATH=1 PYTHONPATH="$(COMPILED)/installed:." $(BENCH)/bin/python -m bench $(ARGS)

# Universal: one lock for every platform and Python from 3.11 on. The second keeps to the versions of the first.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(UPGRADE) pyproject.toml

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(LOCK) --extra build --extra proofs --output-file requirements.lock
	$(LOCK) --extra build --extra compiled --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	$(LOCK) --extra bench --constraint requirements.lock --output-file requirements-bench.lock
	$(LOCK:%pyproject.toml=%tests/clients/requirements.in) --output-file tests/clients/requirements.lock

clean:
	rm -rf $(VENV) $(BENCH) bench/peers/node/node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# A venv is made anew when its lock changes, so that it never holds what the lock does not.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

$(VENV)/core: requirements.lock
	@python="$$($(FIND_PYTHON))"; echo "setting up $(VENV) with $$("$$python" --version) …"; \
	rm -rf $(VENV); "$$python" -m venv $(VENV)
	@$(INSTALL) --require-hashes --only-binary :all: --requirement requirements.lock
	@touch $@

$(VENV)/project: pyproject.toml $(VENV)/core
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/project
	@echo "adding what tests and checks need …"
	@command -v cc >/dev/null || $(FIND_COMPILER) || { \
		echo "the tests need a C compiler, and none could be installed: install gcc or clang" >&2; exit 1; }
	@command -v npm >/dev/null || $(FIND_NODE) || { \
		echo "the tests need npm, and none could be installed: install Node.js" >&2; exit 1; }
	@awk '/^[^ ]/ {built = /^durable-rules==/} {print > ("$(VENV)/" (built ? "built" : "wheels") ".txt")}' $<
	@$(INSTALL) --require-hashes --only-binary :all: --requirement $(VENV)/wheels.txt
	@$(INSTALL) --require-hashes --no-deps --no-build-isolation --requirement $(VENV)/built.txt \
		|| { echo "durable-rules cannot be built here: it takes a C compiler and Python's headers" >&2; exit 1; }
	@touch $@

# Compiled in a copy: modules left beside their sources would be imported in their place.
$(COMPILED)/ready: $(shell find rules engine api -name '*.py') pyproject.toml README.md | $(VENV)/dev
	@echo "compiling what decides (two minutes or so) …"
	@rm -rf $(COMPILED); mkdir -p $(COMPILED)/source
	@cp -R rules engine api pyproject.toml README.md $(COMPILED)/source
	@HATCH_BUILD_HOOKS_ENABLE=1 $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-input --no-deps \
		--no-build-isolation --wheel-dir $(COMPILED)/wheel $(COMPILED)/source
	@$(INSTALL) --no-deps --target $(COMPILED)/installed $(COMPILED)/wheel/*.whl
	@mkdir -p dist; cp $(COMPILED)/wheel/*.whl dist
	@touch $@

# What others cannot be had for (a C compiler, npm) is left out, and the benchmark says so.
$(BENCH)/ready: requirements-bench.lock bench/peers/node/package-lock.json
	@python="$$($(FIND_PYTHON))"; echo "setting up $(BENCH) with $$("$$python" --version) …"; \
	rm -rf $(BENCH); "$$python" -m venv $(BENCH)
	@awk '/^[^ ]/ {built = /^durable-rules==/} {print > ("$(BENCH)/" (built ? "built" : "wheels") ".txt")}' $<
	@$(INSTALL:$(BIN)%=$(BENCH)/bin%) --require-hashes --only-binary :all: --requirement $(BENCH)/wheels.txt
	@$(INSTALL:$(BIN)%=$(BENCH)/bin%) --require-hashes --no-deps --no-build-isolation --requirement $(BENCH)/built.txt \
		|| echo "durable-rules cannot be built here: going on without it" >&2
	@npm install --no-save --prefix bench/peers/node --ignore-scripts --no-audit --no-fund --loglevel error \
		|| echo "the peers from npm cannot be had here: going on without them" >&2
	@touch $@
