# The commands of the project. PORT=, KMS_DATA_DIR= and every variable of docs/deploy.md may stand on the command line.
.DEFAULT_GOAL := help
.PHONY: help run serve test bench docs format messages

help:     ## say what there is
	@sed -n 's/^\([a-z]*\):  *## /  make \1	/p' Makefile

run:      ## try the portal on this machine: http://localhost:8000, with the real data and demo accounts
	@scripts/run

serve:    ## run the portal for production (docs/deploy.md)
	@scripts/serve

test:     ## every check there is: style, SQLite, PostgreSQL, a browser
	@scripts/test

bench:    ## measure what the pages cost, for an hour: make bench ARGS="--database sqlite --rows 250" for a part
	@scripts/venv requirements.txt
	@.venv/bin/python -m benchmarks $(ARGS)

docs:     ## write docs/access.md from the table of rights
	@scripts/venv requirements-dev.txt
	KMS_DEMO=1 .venv/bin/python manage.py access_table > docs/access.md

format:   ## put Python and templates into their format
	@scripts/venv requirements-dev.txt
	.venv/bin/ruff check --fix . && .venv/bin/ruff format .
	find . -name '*.html' -path '*/templates/*' -not -path './.venv/*' -exec .venv/bin/djade --target-version 5.2 {} +

messages: ## collect the texts of the interface for translators (needs gettext)
	@scripts/venv requirements-dev.txt
	KMS_DEMO=1 .venv/bin/python manage.py makemessages -l es -l pt_BR -l fr \
		--add-location file --no-wrap --no-obsolete --ignore .venv --ignore var
