# Two commands: `make run` opens Navette in practice mode, `make test` runs every test.
# Both set up what they need the first time and start at once afterwards.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
LOCKS := packaging/locks
ARGS ?=

# A stamp carries the fingerprint of everything that decides what is installed: same content,
# nothing to do; a changed lock, a new name, and the installation runs again.
fingerprint = $(shell cat $(1) pyproject.toml $(LOCKS)/build.txt packaging/linux/prepare.py | cksum | tr ' ' -)
RUN_STAMP := $(VENV)/ready-run-$(call fingerprint,$(LOCKS)/run.txt)
DEV_STAMP := $(VENV)/ready-dev-$(call fingerprint,$(LOCKS)/dev.txt)

# Looked for only when an environment is built.
PYTHON = $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo "$$python" && break; done)

.PHONY: help
help: ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

# The off-screen platform warns at every window about a size hint that it has no use for.
OFF_SCREEN := QT_QPA_PLATFORM=offscreen QT_LOGGING_RULES=default.warning=false

.PHONY: run
run: $(RUN_STAMP) ## open Navette in practice mode (without a display: play the demo)
	@if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then \
		exec $(BIN)/python -m desktop_app $(ARGS); \
	else \
		echo "No display here (neither DISPLAY nor WAYLAND_DISPLAY is set):"; \
		echo "playing the main job in an off-screen window; screenshots go to build/demo/"; \
		$(OFF_SCREEN) exec $(BIN)/python -m desktop_app --demo build/demo; \
	fi

.PHONY: demo
demo: $(RUN_STAMP) ## play the main job off screen, screenshots in build/demo/
	@$(OFF_SCREEN) exec $(BIN)/python -m desktop_app --demo build/demo

.PHONY: test
test: $(DEV_STAMP) ## run every test, the end-to-end ones included
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

.PHONY: lint
lint: $(DEV_STAMP) ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: bench
bench: $(DEV_STAMP) ## measure what is promised, as ratios in one run
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: samples
samples: $(DEV_STAMP) ## write the sample letters again
	$(BIN)/python packaging/samples/letters.py

# --no-header and --no-emit-index-url: neither a path nor a registry's host may reach the locks.
UV = $(firstword $(wildcard $(BIN)/uv) uv)
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(ARGS)

.PHONY: lock
lock: ## resolve the dependencies again (needs uv; ARGS=--upgrade for newer ones)
	mkdir -p $(LOCKS)
	$(COMPILE) pyproject.toml -o $(LOCKS)/run.txt
	$(COMPILE) pyproject.toml --group test --group bench --group lint -c $(LOCKS)/run.txt -o $(LOCKS)/dev.txt
	printf 'setuptools>=77\n' | $(COMPILE) - -o $(LOCKS)/build.txt

.PHONY: clean
clean: ## remove the environment and everything that can be made again
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment ---------------------------------------------------------------------------------

PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

define prepare
	@test -n "$(PYTHON)" || { echo "Navette needs Python 3.11, 3.12 or 3.13." >&2; exit 1; }
	@$(PYTHON) packaging/linux/prepare.py $(1)
	@test -x $(BIN)/python || { echo "Making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the locked dependencies"
	@$(PIP) --require-hashes -r $(LOCKS)/build.txt -r $(2)
	@$(PIP) --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/ready-$(3)-*
	@touch $@
endef

$(RUN_STAMP):
	$(call prepare,run,$(LOCKS)/run.txt,run)

$(DEV_STAMP):
	$(call prepare,test,$(LOCKS)/dev.txt,dev)
