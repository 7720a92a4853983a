# The one list of habits: people, pre-commit and CI call the same targets.
PY := var/venv/bin
SHELL := /bin/bash
# Types and contracts import the settings, and the settings demand a key.
export SECRET_KEY ?= no-secret-lint-and-types-only

.DEFAULT_GOAL := help
.PHONY: help lint format types imports test-fast test lock messages

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

lint: ## Style of Python and of page templates
	$(PY)/ruff check .
	$(PY)/ruff format --check .
	$(PY)/djlint templates/web --lint --quiet

format: ## Put the style right
	$(PY)/ruff check --fix .
	$(PY)/ruff format .

types: ## mypy, strict
	$(PY)/mypy platform apps tests deploy

imports: ## Who may import whom
	PYTHONPATH=.:platform $(PY)/lint-imports

test-fast: ## Tests that need PostgreSQL alone: under a minute
	./deploy/test --fast -n 2

test: ## All tests, on a stack of their own
	./deploy/test

lock: ## Pin requirements*.in, with hashes (needs uv)
	uv pip compile -q --no-header --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	uv pip compile -q --no-header --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt
	uv pip compile -q --no-header --python-version 3.11 --generate-hashes requirements-stack.in -o requirements-stack.txt
	for folder in deploy/runtimes/*/; do \
	  uv pip compile -q --no-header --python-version 3.11 --generate-hashes $$folder/requirements.in -o $$folder/requirements.txt; \
	done

messages: ## Gather and compile the translations (needs gettext)
	$(PY)/python manage.py makemessages -l fr --no-location --no-wrap --ignore 'var/*'
	$(PY)/python manage.py compilemessages --ignore 'var/*'
