# Every target sets up what it needs; "make" alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup wizard demo test check engine bench clean
run := PATH="$(CURDIR)/node_modules/.bin:$$PATH"

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  make %-8s %s\n", $$1, $$2 }'

setup: ## fetch what is missing: packages, Node 24, nats-server
	@tools/setup.sh

wizard: setup ## start everything for your project and open its page (ROOT=dir; without it a copy of the sample shop)
	@$(run) node tools/wizard.ts $(ROOT)

demo: setup ## three tickets on a sample project, from text to a verified deploy (KEEP=1 leaves it running)
	@bin/dockfra demo

test: setup ## everything: format, lint, types, imports, dead code, all tests (DOCKFRA_TEST_ENGINE=install adds an engine)
	@if [ "$$DOCKFRA_TEST_ENGINE" = install ]; then tools/engine/provision.sh --images; fi
	@$(run) node tools/test.ts

check: setup ## the fast part of test: format, lint, types, imports, dead code, unit tests
	@$(run) npm run --silent check

engine: ## install and start a Docker engine with base images (Debian, root); an engine that is there stays as it is
	@tools/engine/provision.sh

bench: setup ## measure tickets per second beside raw JetStream publishes
	@$(run) npm run --silent bench

clean: ## remove what was fetched or made in this clone
	rm -rf node_modules work dist .cache
