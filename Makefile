# Two commands are all a newcomer needs: `make run` and `make test`.
.PHONY: run test setup train lint check bench bench-language bench-danger bench-nlu bench-inbox bench-reminders lock

PYTHON = .venv/bin/python

run: ## start everything on this machine and print the links; Ctrl-C stops it
	@sh service/bootstrap.sh run
	@exec .venv/bin/puente run

test: ## both runtimes, then every test
	@sh service/bootstrap.sh test
	@$(PYTHON) -m $(if $(TESTS),pytest $(TESTS),tests.side_by_side)

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

bench-language: ## how well and how fast languages are told; with TRAINING=folder WORDS=folder on text held out, too
	@sh service/bootstrap.sh test
	@$(PYTHON) -m bench.language
	@test -z "$(TRAINING)" || $(PYTHON) -m bench.language_heldout $(TRAINING) $(WORDS) --out docs/understanding-language.md

bench-danger: ## danger seen and false alarms by the rules, the model and both
	@sh service/bootstrap.sh test
	@$(PYTHON) -m bench.danger

bench-nlu: ## how well the trained model understands messages of other authors; MODELS=1: other models beside it, too
	@sh service/bootstrap.sh run
	@.venv-rasa/bin/python -m bench.nlu
	@test -z "$(MODELS)" || .venv-rasa/bin/python -m bench.nlu_models

bench-inbox: ## the inbox with 10,000 open cases: pages beside an empty route, live news, memory
	@sh service/bootstrap.sh test
	@$(PYTHON) -m bench.inbox

bench-reminders: ## 10,000 reminders due in one minute: order, time to drain, memory; YEAR=1: a year of 50,000, too
	@sh service/bootstrap.sh test
	@$(PYTHON) -m bench.reminders $(if $(YEAR),--year)

lock: ## write the requirement files anew from pyproject.toml
	@sh service/lock.sh
