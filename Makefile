# Everything here works on a machine with Python 3.11 or later and make, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install test demo bench bench-flows bench-queries bench-history bench-import bench-peers bench-workers bench-memory bench-page bench-stories bench-all check unit integration acceptance guards wheel pins clean

install: $(VENV)/.stamp

# The stamp is newer than the pins when what they pin is installed.
$(VENV)/.stamp: requirements/dev.txt pyproject.toml
	@echo "installing into $(VENV), a minute or two the first time"
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip sync --quiet --require-hashes --python $(BIN)/python requirements/dev.txt && \
	  uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable . ; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . ; \
	fi
	@touch $@

# What .ci/run calls: everything that has to hold, on real parts.
# Unit tests compute while those on real parts mostly wait, so the two go side by side.
test: check
	@echo "unit and integration tests side by side: each tells when it is done, in about ten minutes"
	$(MAKE) --jobs=2 --output-sync=target unit integration
	$(MAKE) acceptance wheel

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: install
	$(BIN)/pytest tests/unit

integration: install
	$(BIN)/pytest tests/integration

acceptance: install
	$(BIN)/pytest tests/acceptance

# Each guard is taken out of a copy, one at a time, and the test that is named for it has to fail.
guards: install
	$(BIN)/python -m tests.guards

# What pyproject.toml asks for, pinned with hashes, naming no registry; needs uv.
PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-header --no-annotate --extra otel pyproject.toml

pins:
	$(PIN) --output-file requirements/runtime.txt
	$(PIN) --group dev --output-file requirements/dev.txt

# Built from the pinned backend, without a network.
wheel: install
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

demo: install
	$(BIN)/procesmijn demo

bench: install
	$(BIN)/python -m benchmarks

bench-flows: install
	$(BIN)/python -m benchmarks.flows

bench-queries: install
	$(BIN)/python -m benchmarks.queries

# Handovers by others, on the same events: who is right, and how fast.
bench-peers: install
	$(BIN)/python -m benchmarks.peers

# What an event costs on top of much history, and how many bytes it takes.
bench-history: install
	$(BIN)/python -m benchmarks.history

# A Parquet file into the store, by the command.
bench-import: install
	$(BIN)/python -m benchmarks.imports

# What an event costs when several workers write to one database, and what they wait for.
bench-workers: install
	$(BIN)/python -m benchmarks.workers

# Whether the stories of the demonstration are found where they are told, and nowhere else.
bench-stories: install
	$(BIN)/python -m benchmarks.stories

# The page on ten million events, in a browser.
bench-page: install
	$(BIN)/python -m benchmarks.page

# What the processes of a worker hold over ten million records.
bench-memory: install
	$(BIN)/python -m benchmarks.memory

# All of them, one after the other, for a machine that does nothing else meanwhile: an hour and a quarter.
# Each writes its own file under benchmarks/results.
bench-all: bench bench-peers bench-import bench-workers bench-flows bench-queries bench-page bench-history bench-memory

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
