# Needs Python 3.11 or later, and make. `make demo` and `make test` set everything up by themselves.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: install demo test coverage check proof bench lock graphiql gallery clean

install: .venv/.dev

# Two stamps, so that the demo need not wait for the linters.
.venv/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; make PYTHON=... names one")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(PIP) install --no-build-isolation --no-deps --editable .
	touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	touch $@

demo: .venv/.runtime
	$(BIN)/vod-gateway demo

test: .venv/.dev
	$(BIN)/pytest -n auto --dist worksteal -m "not proof"

# The same, slower, and what of the code no test in this process runs.
coverage: .venv/.dev
	$(BIN)/pytest -n auto --dist worksteal -m "not proof" --cov --cov-report=term:skip-covered

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vod-gateway schema --check
	$(BIN)/vod-gateway schema --federation --check

# The long runs: every property at its full size.
proof: .venv/.dev
	$(BIN)/pytest -n auto -m proof

bench: .venv/.dev
	$(BIN)/python -m benchmarks

# Exact versions with hashes, for every platform and Python the ranges of pyproject.toml allow.
lock: .venv/.dev
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		-c requirements/runtime.txt --extra otel pyproject.toml -o requirements/otel.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		requirements/build.in -o requirements/build.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		-c requirements/otel.txt -c requirements/build.txt --extra otel --extra dev pyproject.toml -o requirements/dev.txt

# Builds GraphiQL anew, after a change in frontend/graphiql; the built files are committed. Needs Node 20.19 or later.
graphiql:
	cd frontend/graphiql && npm ci --no-audit --no-fund && npm run build

# Builds the gallery anew, after a change in examples/web or in schema.graphql; likewise.
gallery:
	cd examples/web && npm ci --no-audit --no-fund && npm run build

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage dist
