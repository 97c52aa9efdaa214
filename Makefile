# `make` lists the targets. Each target installs what it needs: Python 3.11 with venv, git and make are enough.

PYTHON ?= python3
BUS ?= feed
PORT ?= 8000
# Each worker of a test run has servers of its own, so more workers need more memory (about 1 GiB each)
# A worker computes for about two thirds of its time and waits for servers and browsers in the rest: 3 are for 2 cores
JOBS ?= 3
SIDE_BY_SIDE := -n $(JOBS) --dist loadfile
COVERAGE ?= 1
MEASURED := $(if $(filter 1,$(COVERAGE)),--cov --cov-report=term --cov-report=html:var/coverage)
BIN := .venv/bin
READY := .venv/.ready
UV := uv==0.13.9
COMPILE := uv --no-config pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE  # some images set it; then each of some hundred test processes would compile all modules

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-quick faults images bench mutants check flow docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r target what; do \
		printf '  make %-11s %s\n' "$$target" "$$what"; done
	@echo
	@echo '  BUS=feed|rabbitmq   what carries messages in `make demo` (default: feed, no broker)'
	@echo '  PORT=8000           where `make serve` listens'
	@echo '  JOBS=3              how many workers `make test` has, each with servers of its own'
	@echo '  COVERAGE=0          `make test` measures no branch coverage and has no floor; else the lines are in var/coverage'

setup: $(READY) ## make .venv from the lock file (a second time it does nothing)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say make PYTHON=…")'
	@echo 'Setting up .venv (once; a minute or so) …'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps --no-compile -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## run two real rounds and compare them with what was published (BUS=rabbitmq: over a broker)
	@if [ "$(BUS)" = rabbitmq ]; then deploy/install-test-servers.sh rabbitmq; fi
	@$(BIN)/parindex demo --bus $(BUS)

serve: setup ## keep everything up on one port, with the announcement page (PORT=8000)
	@$(BIN)/parindex serve --port $(PORT)

test: setup ## every test but `make images`; installs RabbitMQ, Chromium, axe-core, strace, curl, Caddy, ClamAV and SeaweedFS first when it may
	@deploy/install-test-servers.sh rabbitmq browser strace curl caddy clamd seaweedfs npm
	@deploy/install-page-checks.sh
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(MEASURED) --durations=20 --durations-min=5 -m "not images"

faults: setup ## only the tests that inject faults into servers and processes, and then count (several minutes)
	@deploy/install-test-servers.sh
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m faults tests/faults

test-quick: setup ## tests that need no server and little time, and one journey through the whole system (not what `make check` runs)
	@$(BIN)/python -m pytest -q $(SIDE_BY_SIDE) --ignore=tests/architecture -m "quick or not (postgres or rabbitmq or browser or slow or images or faults)"

images: setup ## build the image of each service and start it (ten minutes the first time; needs root and Debian's buildah)
	@deploy/install-test-servers.sh images
	@command -v buildah >/dev/null && command -v debootstrap >/dev/null || { echo 'buildah and debootstrap are needed'; exit 1; }
	@$(BIN)/python -m pytest -m images tests/deploy

check: setup ## format, lint, types, import rules, architecture, documents, known vulnerabilities
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -q tests/architecture
	@if [ "$${CI:-}" = true ]; then deploy/install-test-servers.sh node go; fi
	@$(BIN)/python deploy/check_documents.py
	@$(BIN)/python deploy/audit_dependencies.py

bench: setup ## measure the speed, beside eventsourcing and asyncpg (QUICK=1: a tenth of it)
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements-bench.lock
	@deploy/install-test-servers.sh rabbitmq
	@$(BIN)/python -m bench $(if $(QUICK),--quick)

mutants: setup ## change the rules one operator at a time; a test must fail each time (ONLY=formula: one module; else hours; MINUTES=60: a module's bound)
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements-mutants.lock
	@JOBS=$(JOBS) $(BIN)/python deploy/mutants.py $(ONLY)

flow: ## the steps of a round, from the folders themselves
	@$(PYTHON) shared/parindex_cli/flow.py services

docs: setup ## write the OpenAPI and AsyncAPI documents anew
	@$(BIN)/parindex docs

lock: ## pin the dependencies of pyproject.toml (UPGRADE=--upgrade: their newest versions)
	@tools=$$(mktemp -d) && trap 'rm -rf "$$tools"' EXIT && $(PYTHON) -m venv "$$tools" \
		&& "$$tools/bin/pip" install --quiet $(UV) \
		&& "$$tools/bin/"$(COMPILE) $(UPGRADE) pyproject.toml --extra dev --extra build -o requirements.lock \
		&& "$$tools/bin/"$(COMPILE) $(UPGRADE) pyproject.toml -c requirements.lock -o requirements-services.lock \
		&& "$$tools/bin/"$(COMPILE) $(UPGRADE) pyproject.toml --extra bench -c requirements.lock -o requirements-bench.lock \
		&& "$$tools/bin/"$(COMPILE) $(UPGRADE) pyproject.toml --extra mutants -c requirements.lock -o requirements-mutants.lock \
		&& echo openapi-generator-cli | "$$tools/bin/"$(COMPILE) $(UPGRADE) - -o requirements-clients.lock \
		&& echo hatchling | "$$tools/bin/"$(COMPILE) $(UPGRADE) - -c requirements.lock -o requirements-build.lock

clean: ## remove .venv and caches; var/ (your data) stays
	@rm -rf .venv .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
