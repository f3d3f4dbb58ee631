# The commands of the README. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CHECKED := --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors

.PHONY: help deps testdeps build release demo run test sanitize format lint bench install uninstall clean

help: ## This list.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## Install what the build needs (libsodium, SQLite), where it is missing.
	@deploy/install-build-dependencies.sh

testdeps:
	@deploy/install-build-dependencies.sh tests

build: deps ## Build everything for development.
	swift build $(CHECKED)

release: deps ## Build the programs as they are installed.
	swift build -c release --static-swift-stdlib --product warderd
	swift build -c release --static-swift-stdlib --product warder

demo: deps ## Start a vault, let an MCP server resolve its credential, show the log; leaves nothing behind.
	swift build $(CHECKED) --product warderd
	swift build $(CHECKED) --product warder
	swift build $(CHECKED) --product example-notes-server
	swift build $(CHECKED) --product example-notes-upstream
	Examples/demo.sh .build/debug

run: deps ## A vault for this user, ready; prints what to do next in a second terminal.
	swift build $(CHECKED) --product warderd
	swift build $(CHECKED) --product warder
	Examples/run.sh .build/debug

test: testdeps ## All tests.
	swift build --build-tests $(CHECKED)
	@# Apart and one after the other, because they change the environment of their process and count its descriptors;
	@# and apart, because they load the machine.
	swift test --skip-build --no-parallel --filter WarderLinuxTests
	swift test --skip-build --skip 'WarderLinuxTests|IntegrationTests'
	swift test --skip-build --filter IntegrationTests
	deploy/tests/installation.sh

sanitize: testdeps ## Many clients at once on a daemon that the thread sanitizer watches.
	swift build --build-tests $(CHECKED)
	deploy/tests/thread-sanitizer.sh

format: ## Format the sources.
	swift format format --in-place --parallel --recursive Sources Tests Examples Package.swift

lint: ## Check the format, and what must not be in the sources.
	swift format lint --strict --parallel --recursive Sources Tests Examples Package.swift
	deploy/tests/check-sources.sh

bench: release ## Measure; prints a table and writes .build/bench.json.
	Benchmarks/run.sh

install: release ## Install to PREFIX (default /usr) below DESTDIR.
	deploy/install.sh install

uninstall: ## Take away what `make install` put there; data stays.
	deploy/install.sh uninstall

clean: ## Remove the build folders.
	rm -rf .build .build-*
