# Every target sets up what it needs; "make" alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup wizard demo test check engine bench clean \
  init up up-prod down stop ps logs clone-app ssh-developer ssh-manager ssh-monitor ssh-autopilot \
  setup-all setup-github setup-llm setup-dev-tools up-devices deploy-rpi3
run := PATH="$(CURDIR)/node_modules/.bin:$$PATH"
# The project that the crew works for: make up ROOT=~/shop
dockfra := bin/dockfra $(if $(ROOT),--root "$(ROOT)")

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  make %-15s %s\n", $$1, $$2 }'

setup: ## fetch what is missing: packages, Node 24, nats-server
	@tools/setup.sh

wizard: setup ## start everything for your project and open its page (ROOT=dir; without it a copy of the sample shop)
	@$(run) node tools/wizard.ts $(ROOT)

demo: setup ## three tickets on a sample project, from text to a verified deploy (KEEP=1 leaves it running, RUNTIME=docker puts the roles into containers)
	@bin/dockfra demo $(if $(RUNTIME),--runtime "$(RUNTIME)")

init: setup ## make what a project needs before its first start: the state directory and the keys (ROOT=dir)
	@$(dockfra) init

up: setup ## start the crew and come back (ROOT=dir, ENVIRONMENT=name)
	@$(dockfra) up --detach $(if $(ENVIRONMENT),--environment "$(ENVIRONMENT)")

up-prod: setup ## the same with ENVIRONMENT=production
	@$(dockfra) up --detach --environment production

down: setup ## stop the crew and the project's stacks
	@$(dockfra) down --stacks

stop: setup ## stop the crew, and keep its containers for the next start
	@$(dockfra) stop

ps: setup ## what runs, with ports and health
	@$(dockfra) ps

logs: setup ## what the parts wrote (PART=name, FOLLOW=1)
	@$(dockfra) logs $(PART) $(if $(FOLLOW),--follow)

clone-app: setup ## get the project's code by GIT_REPO_URL and GIT_BRANCH of dockfra/.env
	@$(dockfra) clone-app

ssh-developer: setup ## a shell as the developer
	@$(dockfra) ssh developer

ssh-manager: setup ## a shell as the manager
	@$(dockfra) ssh manager

ssh-monitor: setup ## a shell as the monitor
	@$(dockfra) ssh monitor

ssh-autopilot: setup ## a shell as the autopilot
	@$(dockfra) ssh autopilot

setup-all: setup ## ask for all that the crew can be told: GitHub, a language model, tools
	@$(dockfra) setup all

setup-github: setup ## the repository on GitHub, its token, and the deploy key to add
	@$(dockfra) setup github

setup-llm: setup ## the key of a language model, with a call that tries it
	@$(dockfra) setup llm

setup-dev-tools: setup ## which tools and engines this machine has
	@$(dockfra) setup dev-tools

up-devices: setup ## start the simulated device
	@$(dockfra) devices up

deploy-rpi3: setup ## deploy to the device
	@$(dockfra) deploy rpi3

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
