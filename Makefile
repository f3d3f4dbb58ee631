# The commands of the README. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Without Benchmarks/.build, which holds other people's sources.
FORMATTED := Sources Tests Examples $(addprefix Benchmarks/,Sources ClientMeter LogMeter Package.swift) Package.swift

CHECKED := --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors

# Without need of the toolchain; and with all addresses of functions found at the start, so that their table is read-only.
RELEASED := -c release --static-swift-stdlib -Xlinker -z -Xlinker now

ONE_BY_ONE := WarderLinuxTests|LaunchingTests|UpstreamProxyTests|WarderClientTests\.(Example|Fork)Tests|WarderHTTPTests\.ChangePollTests
# Real sockets, programs and clocks: what computes for minutes beside them would keep their own waits from running.
SOCKETS := WarderClientTests|WarderCommandsTests|WarderDaemonTests|WarderHTTPTests
ALONE := $(SOCKETS)|WarderWorkerTests|IntegrationTests
# As many tests at once as Swift has threads for them. Without it all begin together: two that wait for a program without
# suspending then hold both threads of a small machine, and everybody else's deadline passes unseen.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH := $(shell nproc)

.PHONY: help deps testdeps build release demo run test clienttest pagetest damage sanitize fuzz format lint bench deb packagetest install uninstall clean

help: ## This list.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## Install what the build needs (libsodium, SQLite, libpq), where it is missing.
	@deploy/install-build-dependencies.sh

testdeps:
	@deploy/install-build-dependencies.sh tests

build: deps ## Build everything for development.
	swift build $(CHECKED)

release: deps ## Build the programs as they are installed.
	swift build $(RELEASED) --product warderd
	swift build $(RELEASED) --product warder
	swift build $(RELEASED) --product warder-worker
	swift build $(RELEASED) --product warder-manuals
	deploy/generate.sh .build/release

demo: deps ## Start a vault, let an MCP server resolve its credential, show the log; leaves nothing behind.
	swift build $(CHECKED) --product warderd
	swift build $(CHECKED) --product warder
	swift build $(CHECKED) --product example-notes-server
	swift build $(CHECKED) --product example-notes-upstream
	Examples/demo.sh .build/debug

run: deps ## A vault for this user, ready; prints what to do next in a second terminal.
	swift build $(CHECKED) --product warderd
	swift build $(CHECKED) --product warder
	swift build $(CHECKED) --product warder-worker
	Examples/run.sh .build/debug

test: testdeps ## All tests.
	swift build --build-tests $(CHECKED)
	@# Apart and one after the other, because they change the environment of their process, count its descriptors and threads, and
	@# start programs that would hold descriptors of each other; and apart, because they load the machine.
	deploy/tests/swift-test.py --no-parallel --filter '$(ONE_BY_ONE)'
	deploy/tests/swift-test.py --skip '$(ONE_BY_ONE)|$(ALONE)'
	deploy/tests/swift-test.py --filter '$(SOCKETS)' --skip '$(ONE_BY_ONE)'
	deploy/tests/swift-test.py --filter WarderWorkerTests
	deploy/tests/swift-test.py --filter IntegrationTests
	deploy/tests/installation.sh

clienttest: deps ## Test the clients for Python and Node, all three against one table, and real MCP servers. Needs root, Python 3.10 with venv, Node 20, openssl, and PyPI; no npm registry.
	@deploy/install-build-dependencies.sh clients
	swift build $(CHECKED) --product warderd
	swift build $(CHECKED) --product warder
	swift build $(CHECKED) --product example-notes-server
	swift build $(CHECKED) --product example-notes-upstream
	swift build $(CHECKED) --product conformance-runner
	clients/test.sh .build/debug

pagetest: ## Open reports in a headless Chromium, that of a vault too.
	@deploy/install-build-dependencies.sh page
	swift build $(CHECKED) --product warderd
	swift build $(CHECKED) --product warder
	deploy/tests/report-page.py .build/debug/warder

damage: testdeps ## Damage real databases and backups ten thousand times each; prints the seeds.
	swift build --build-tests $(CHECKED)
	WARDER_DAMAGES=10000 swift test --skip-build --no-parallel --filter DamageTests\\.

sanitize: testdeps ## Many clients at once on a daemon that the thread sanitizer watches.
	swift build --build-tests $(CHECKED)
	deploy/tests/thread-sanitizer.sh

# Beside HARNESS= (json, body, ...; all when left out) and SEED= (another for each run when left out).
SECONDS := 60
SEED :=

fuzz: deps ## Fuzz what reads bytes from outside, for SECONDS=60 each; HARNESS=name for one.
	SEED=$(SEED) deploy/tests/fuzz.sh $(SECONDS) $(HARNESS)

format: ## Format the sources.
	swift format format --in-place --parallel --recursive $(FORMATTED)

lint: ## Check the format, and what must not be in the sources.
	swift format lint --strict --parallel --recursive $(FORMATTED)
	deploy/tests/check-sources.sh

bench: release ## Measure; prints a table and writes .build/bench.json.
	Benchmarks/run.sh

deb: release ## A Debian package of the programs, in .build/deb.
	@deploy/install-build-dependencies.sh package
	deploy/package.sh .build/release

packagetest: testdeps ## Install the package in a copy of this machine, use it, and take it away again. Needs root.
	swift build --build-tests $(CHECKED)
	deploy/tests/package.sh .build/debug

# Builds nothing: root has no toolchain on its path, and would leave files in .build that are its own.
install: ## Install what `make release` built to PREFIX (default /usr) below DESTDIR.
	deploy/install.sh install

uninstall: ## Take away what `make install` put there; data stays.
	deploy/install.sh uninstall

clean: ## Remove the build folders.
	rm -rf .build .build-*
