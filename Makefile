# make demo and make test are all that a newcomer needs; each installs what is missing. make help says what else there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help build lint test test-full reliability demo bench fuzz package format clean

SF ?=
ONLY ?=
SEED ?=
SUITE ?=
SIZE ?=
SECONDS_EACH ?= 60
PYTHON ?= python3
# SETUP=no leaves installing out: for a machine that is ready, or without a network.
SETUP ?= yes
setup = $(if $(filter no,$(SETUP)),true,tools/setup/setup.sh $(1))

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## libch.so, libch_latch.so, ch, latchd and chspark.jar into build/
	@$(call setup,build)
	@tools/setup/build.sh release libch libch_latch ch_cli latchd
	@cp -u build/release/libch.so build/release/libch_latch.so build/release/ch build/release/latchd/latchd build/
	@tools/setup/jar.sh

test: ## all that CI runs: build, house rules, unit tests (also under ASan), fuzzers, damage, compatibility, Spark. ONLY=suite,suite SEED=n
	@started=$$(date +%s); $(call setup,test); \
	exec $(PYTHON) tests/run.py --only "$(ONLY)" --seed "$(SEED)" --setup-seconds $$(($$(date +%s) - started))

test-full: ## the same with every suite at its full size
	@started=$$(date +%s); $(call setup,test-full); \
	exec $(PYTHON) tests/run.py --full --only "$(ONLY)" --seed "$(SEED)" --setup-seconds $$(($$(date +%s) - started))

demo: ## TPC-H's 22 queries in Spark, over ClickHouse's files and over Parquet. SF=1 ONLY=q01,q06
	@$(call setup,demo)
	@$(MAKE) --no-print-directory build SETUP=no
	@exec $(PYTHON) demo/run.py --scale "$(or $(SF),1)" --only "$(ONLY)"

bench: ## the benchmarks against their peers, to build/bench/results.json. SF=5 ONLY=spark_noop,arrow
	@$(call setup,bench)
	@$(MAKE) --no-print-directory build SETUP=no
	@exec $(PYTHON) benchmarks/run.py --scale "$(or $(SF),5)" --only "$(ONLY)"

lint: ## tidy, clang-format and clang-tidy over everything
	@$(call setup,lint)
	@tools/setup/build.sh dev
	@$(PYTHON) tools/tidy/tidy.py
	@$(PYTHON) tools/tidy/format.py --check
	@$(PYTHON) tools/tidy/clang_tidy.py

format: ## clang-format every C++ file in place
	@$(call setup,lint)
	@$(PYTHON) tools/tidy/format.py

reliability: ## one suite of docs/reliability.md: SUITE=R2; SIZE=rel for the size before a claim, SEED=n
	@tools/setup/build.sh dev ch_reliability_test
	@exec $(PYTHON) tests/reliability/run.py "$(SUITE)" --size "$(SIZE)" --seed "$(SEED)"

fuzz: ## every fuzzer for a minute each, from its corpus. ONLY=name SECONDS_EACH=600
	@$(call setup,fuzz)
	@tools/setup/build.sh fuzz fuzzers
	@exec $(PYTHON) tests/fuzz.py build/fuzz --only "$(ONLY)" --seconds $(SECONDS_EACH)

package: ## one archive of what a user needs: build/chspark-<version>.tar.gz
	@$(MAKE) --no-print-directory build SETUP=$(SETUP)
	@tools/setup/package.sh

clean: ## remove build/; what was downloaded stays in the cache
	rm -rf build spark/target
