# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything is set up by the targets themselves, under build/ and .venv/. All of the work is in tests/tools.

PYTHON ?= python3
JOBS ?= 2
ONLY ?=
ARGS ?=

TOOLING := exec $(PYTHON) -B tests/tools/run.py
STEPS = $(TOOLING) steps --title "make $@" --jobs "$(JOBS)" --only "$(ONLY)" --pytest-arguments="$(ARGS)"

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@echo 'Targets of make:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
	@echo
	@echo 'Variables, as in: make test ONLY=mypy'
	@printf '  %s\n' \
	  'ONLY=text     only the steps whose name holds this text, and what they need' \
	  'ARGS=args     more arguments for the plain pytest steps, as in: make system ARGS="-k token -x"' \
	  'JOBS=number   how many steps run at a time (2)' \
	  'PYTHON=path   the Python that starts the tooling; it finds the others by itself (python3)'

.PHONY: demo
demo: ## run the demo on the simulator; no account needed
	@$(TOOLING) demo

.PHONY: test
test: ## check everything on the newest released ansible-core that this machine can run
	@$(STEPS) test

.PHONY: matrix
matrix: ## sanity, unit, integration and system tests on every supported ansible-core
	@$(STEPS) matrix

.PHONY: ci
ci: ## test and matrix in one run
	@$(STEPS) all

.PHONY: lint
lint: ## read the code: ruff, mypy, reuse, yamllint, changelog, documentation, ansible-lint
	@$(STEPS) test --group lint

.PHONY: sanity
sanity: ## ansible-test sanity
	@$(STEPS) test --group sanity

.PHONY: unit
unit: ## unit tests: without Ansible, under ansible-test, on the oldest Python
	@$(STEPS) test --group unit

.PHONY: contract
contract: ## hold the simulator against the description of the API
	@$(STEPS) test --group contract

.PHONY: reports
reports: ## show the reports to a browser and to the programs for which they are made
	@$(STEPS) test --group reports

.PHONY: conformance
conformance: ## hold all reports, pages, HARs, metrics and JSON against the validators of others
	@$(STEPS) test --group conformance

.PHONY: integration
integration: ## ansible-test integration against the simulator
	@$(STEPS) test --group integration

.PHONY: system
system: ## real playbooks on the collection installed from its tarball
	@$(STEPS) test --group system

.PHONY: eda
eda: ## the event source in the real ansible-rulebook, killed, troubled and watched
	@$(STEPS) test --group eda

.PHONY: package
package: ## build and install the tarball, and check it as Galaxy does
	@$(STEPS) test --group package

.PHONY: bench
bench: ## compare the speed with that of ansible.builtin.uri
	@$(TOOLING) bench

.PHONY: build
build: ## build the tarball into build/dist
	@$(TOOLING) build

.PHONY: docs
docs: ## build the HTML documentation into build/docs
	@$(TOOLING) docs

.PHONY: format
format: ## format the Python code
	@$(TOOLING) format

.PHONY: changelog
changelog: ## write the changelog's fragments into CHANGELOG.rst, for a release
	@$(TOOLING) changelog

.PHONY: clean
clean: ## remove what the targets made, but for the virtual environments
	rm -rf build

.PHONY: distclean
distclean: clean ## remove the virtual environments too
	rm -rf .venv .nox
