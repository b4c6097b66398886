# Two commands are all a newcomer needs: `make run` and `make test`.
.PHONY: run test setup train lint check bench lock

PYTHON = .venv/bin/python

run: ## start everything on this machine and print the links; Ctrl-C stops it
	@sh service/bootstrap.sh run
	@exec .venv/bin/puente run

test: ## both runtimes, then every test
	@sh service/bootstrap.sh test
	@$(PYTHON) -m pytest $(TESTS)

setup: ## both runtimes, keys and tables, nothing started
	@sh service/bootstrap.sh run
	@.venv/bin/puente setup

train: ## train the bot's model if its data changed
	@sh service/bootstrap.sh run
	@.venv/bin/puente train

lint: ## style and types
	@sh service/bootstrap.sh test
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy

check: lint test ## what CI runs

bench: ## measurements, as ratios; docs/performance.md
	@sh service/bootstrap.sh test
	@$(PYTHON) -m bench

lock: ## write the requirement files anew from pyproject.toml
	@sh service/lock.sh
