.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
ARGS ?=
GRAFANA := tests/grafana/node_modules
NEWER := tests/generators/alertmanager/test_newer_tools.py tests/generators/checks/test_newer_tools.py
# The content of .venv/.installed after a whole installation by this Python.
INTERPRETER := $(shell $(PYTHON) -c 'import sys; print(*sys.version_info[:3], sys.base_prefix)')
ifneq ($(INTERPRETER),$(file < $(INSTALLED)))
.PHONY: $(INSTALLED)
endif
# Twice as many as there are processors: tests that start servers wait for them half of their time.
# Long drills run in quickened time, and have to keep up with it.
PROCESSES := $(if $(findstring --deep,$(ARGS)),auto,$(shell expr $$(nproc) \* 2))
SPREAD := --dist loadfile --no-loadscope-reorder
WORKERS ?= --numprocesses $(PROCESSES) $(SPREAD)

# Compiled modules are kept whatever the environment says: tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install run test quick newer mutants coverage lint configs docs links bench score stack pictures boards lock clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## create .venv with ionmon and the tools of this Makefile

$(INSTALLED): requirements.lock pyproject.toml exporter/recorder/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2> /dev/null || \
		{ echo "the venv module is missing; type: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "installing requirements.lock into .venv; the first time this takes some minutes"
	@test "$$(cat $@ 2> /dev/null)" = "$(INTERPRETER)" || $(PYTHON) -m venv --clear .venv
	@rm -f $@
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		-e . -e exporter/recorder > .venv/install.log 2>&1 || { cat .venv/install.log >&2; exit 1; }
	@echo "$(INTERPRETER)" > $@

run: $(INSTALLED) ## run the exporter on a simulated project; more with ARGS="--scenario latency"
	@exec $(BIN)/ionmon simulate $(ARGS)

test: $(INSTALLED) ## run the tests; long drills, too, with ARGS=--deep; a part with ARGS=tests/exporter/web
	@tests/install-tools
	$(BIN)/python -m pytest $(WORKERS) $(ARGS)

quick: $(INSTALLED) ## run the tests that start no server and no program
	$(BIN)/python -m pytest --numprocesses auto $(SPREAD) -m "not slow" $(ARGS)

newer: $(INSTALLED) ## check what newer servers read, by amtool 0.35 and promtool 3.16; builds them in .newer, needs go
	@tests/install-tools
	@tests/build-newer-tools .newer
	$(BIN)/python -m pytest --newer=.newer $(NEWER) $(ARGS)

mutants: $(INSTALLED) ## change the core by one small mistake at a time, and count which ones tests notice
	@tests/install-tools
	$(BIN)/python -m tests.mutants $(ARGS)

coverage: $(INSTALLED) ## run every test, and list the lines and branches that none of them reaches
	@tests/install-tools
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(ARGS)
	@$(BIN)/coverage report

lint: $(INSTALLED) ## check style, types, imports between modules, and generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/ionmon configs --config examples/reference.yaml --docs --check

configs: $(INSTALLED) ## write everything that is generated
	@$(BIN)/ionmon configs --config examples/reference.yaml --docs

docs: $(INSTALLED) ## make a site of the documentation, .docs/index.html; a dead link stops it
	@$(BIN)/python -m sphinx --builder html --jobs auto --fresh-env --quiet --fail-on-warning --keep-going docs .docs
	@echo "open .docs/index.html"

links: $(INSTALLED) ## check the documentation's links to other sites; needs the internet
	@$(BIN)/python -m sphinx --builder linkcheck --jobs auto --fresh-env --quiet docs .docs/links

bench: $(INSTALLED) ## measure, print beside the baselines, write docs/benchmarks.md
	@tests/install-tools
	@$(BIN)/python -m benchmarks $(ARGS)

score: $(INSTALLED) ## check that thresholds keep their promise; on labelled series with DATA=PATH; a look with ARGS=--quick
	@$(BIN)/python -m benchmarks.score $(if $(DATA),--data "$(DATA)") $(ARGS)

stack: $(INSTALLED) ## run the whole system on a simulated project; true times with ARGS=--real
	@tests/install-tools
	@exec $(BIN)/ionmon stack --config examples/reference.yaml $(ARGS)

pictures: $(INSTALLED) ## draw the dashboards, calm and in incidents, below .pictures; the README's with ARGS=--publish
	@tests/install-tools
	@$(BIN)/python -m tests.e2e.pictures $(ARGS)

boards: $(INSTALLED) ## hold what the preview shows against Grafana's own code, panel by panel; needs node
	@for program in node npm; do command -v $$program > /dev/null || \
		{ echo "$$program is missing; type: sudo apt-get install nodejs npm" >&2; exit 1; }; done
	@tests/install-tools
	@test -e $(GRAFANA)/.package-lock.json -a $(GRAFANA)/.package-lock.json -nt tests/grafana/package-lock.json || \
		npm ci --prefix tests/grafana --no-progress
	$(BIN)/python -m pytest tests/grafana $(ARGS)

lock: $(INSTALLED) ## renew requirements.lock within the ranges of pyproject.toml, for every Python from 3.11.0
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras \
		--generate-hashes --no-header --output-file requirements.lock pyproject.toml

clean: ## remove everything that was made, .venv too
	rm -rf .venv .newer .stack .docs .pictures .mutants .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache build dist *.egg-info \
		exporter/recorder/build exporter/recorder/*.egg-info
