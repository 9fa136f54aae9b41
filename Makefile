# make demo and make test set everything up by themselves; `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help demo test test-js lint types format bench js setup setup-dev clean
BIN := .venv/bin
export PYTHON

help:  ## list what can be made
	@grep -E '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 16

demo: setup  ## train on a real table and look on: about a minute, once all is set up
	@$(BIN)/nbml demo

test: setup-dev lint types test-js  ## lint, types, import contracts and all tests
	@$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

lint: setup-dev  ## ruff and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup-dev  ## mypy --strict
	$(BIN)/mypy

format: setup-dev  ## rewrite the code in the one layout
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@! [ -d js/node_modules ] || npm --prefix js run --silent format

bench: setup-dev  ## every benchmark, results as JSON in benchmarks/out
	$(BIN)/python benchmarks/run_all.py --folder benchmarks/out

js:  ## make the bundles of the panels (needs Node 20)
	@scripts/js.sh build

test-js: setup-dev  ## biome, tsc and vitest on the panels
	@scripts/js.sh test

setup: ; @scripts/setup.sh run
setup-dev: ; @scripts/setup.sh dev && scripts/js.sh build && scripts/system.sh

clean:  ## remove .venv and everything tools have made (your jobs stay)
	rm -rf js/node_modules src/nbml/widgets/static
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache benchmarks/out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
