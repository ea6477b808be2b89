# order-sink: `make run` starts it with three orders, `make test` runs every check.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
DATE    ?= $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X 'main.version=$(VERSION)' -X 'main.commit=$(COMMIT)' -X 'main.date=$(DATE)'

# Fixed versions: another version of a linter reports other problems.
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.5.0
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.9.0
FUZZ_TIME     ?= 30s

# The race detector needs a C compiler, and is used if there is one.
RACE := $(shell command -v gcc >/dev/null 2>&1 && echo -race)

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/order-sink, static and stripped
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o bin/order-sink .

.PHONY: run
run: build ## start the sink with a private MariaDB and Kafka, and send three orders, until Ctrl-C
	@[ -n "$${MARIADB_DSN:-}" ] || sh internal/servers/mariadb/install.sh
	@go build -o bin/quickstart ./internal/quickstart
	@exec bin/quickstart

.PHONY: run-connect
run-connect: build ## start a worker with Kafka Connect's REST API, create a connector, send three orders, until Ctrl-C
	@sh internal/servers/mariadb/install.sh
	@go build -o bin/quickstart ./internal/quickstart
	@exec bin/quickstart -connect

.PHONY: demo
demo: build ## start the shop (gateway, two order services, user service, sink) and show it, until Ctrl-C
	@sh internal/servers/mariadb/install.sh
	@go build -o bin/quickstart ./internal/quickstart
	@exec bin/quickstart -demo -dir .run/demo

# The parts of `make test`. Each part also runs alone: make lint, make test-unit.
PARTS ?= build lint test-pipelines test-prometheus test-unit test-end-to-end test-image test-deploy

.PHONY: test
test: ## run every check: all parts, also after one fails, and a table at the end
	@go run ./internal/testall $(PARTS)

# -count=1, because go test's cache does not notice changes in the sources of the binary
# under test, in the files that buildah reads, or in files outside of the module.
GO_TEST = go test -count=1 $(TEST_FLAGS)

.PHONY: test-pipelines
test-pipelines: build ## test the pipelines with their unit tests in YAML
	bin/order-sink test pipelines

.PHONY: test-prometheus
test-prometheus: ## test the alerts with promtool
	@sh internal/lab/release/alerts/test.sh

.PHONY: test-unit
test-unit: ## test the product's packages: unit, golden, fuzz seeds, with the race detector
	@sh internal/servers/mariadb/install.sh
	@[ -n "$(RACE)" ] || echo "SKIPPED: the race detector, because there is no C compiler: install gcc"
	$(GO_TEST) $(RACE) -timeout 30m . ./plugins/... ./internal/...

.PHONY: test-end-to-end
test-end-to-end: ## test the binary with the shipped pipelines, and the faults
	@sh internal/servers/mariadb/install.sh
	cd internal/lab && $(GO_TEST) -timeout 40m $$(go list ./... | grep -v /release/)

.PHONY: test-image
test-image: ## test the container image (needs root and buildah)
	@sh internal/servers/mariadb/install.sh
	cd internal/lab && $(GO_TEST) -timeout 30m ./release/image

.PHONY: test-deploy
test-deploy: ## test the files for Compose and Kubernetes
	cd internal/lab && $(GO_TEST) -timeout 15m ./release/deploy

.PHONY: lint
lint: build ## check Go and YAML
	go mod tidy -diff
	go vet ./...
	@mkdir -p .run/tools
	@GOBIN="$(CURDIR)/.run/tools" go install $(GOLANGCI_LINT)
	.run/tools/golangci-lint run ./...
	cd internal/lab && go mod tidy -diff && go vet ./... && ../../.run/tools/golangci-lint run ./...
	bin/order-sink lint -r config/resources.yaml -r config/shop.yaml -r config/gateway.yaml config/*.yaml pipelines/*.yaml pipelines/shop/*.yaml pipelines/bench/*.yaml

# go mod verify compares the dependencies with go.sum, byte by byte. It needs no network.
# Not every build machine can reach the database of known vulnerabilities (vuln.go.dev).
# Exit status 3 of govulncheck is a vulnerability in code that is called.
.PHONY: audit
audit: ## compare the dependencies with go.sum and look for known vulnerabilities
	go mod verify
	cd internal/lab && go mod verify
	@mkdir -p .run/tools
	@GOBIN="$(CURDIR)/.run/tools" go install $(GOVULNCHECK)
	@.run/tools/govulncheck ./... || { [ $$? != 3 ] && echo "SKIPPED: the known vulnerabilities, because their database cannot be reached"; }

.PHONY: fuzz
fuzz: ## run every fuzz test for FUZZ_TIME (30s) each
	@for package in $$(go list ./plugins/... ./internal/connect/...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZ_TIME) -fuzzminimizetime 1s $$package; \
		done; \
	done

# CHAOS_SEED=7 repeats a run, CHAOS_RESULTS=results.md appends it to
# internal/lab/chaos/results.md, CHAOS_RUN='kill' selects faults by their names.
CHAOS_RUN ?=

.PHONY: chaos
chaos: ## run every fault many times, with a real MariaDB and a real Kafka: about half an hour
	@sh internal/servers/mariadb/install.sh
	cd internal/lab && CHAOS=full go test -count=1 -v -timeout 3h ./chaos -run 'TestFaults/$(CHAOS_RUN)'

.PHONY: chaos-connect
chaos-connect: ## break a cluster of three Kafka Connect workers in every way, many times: about half an hour
	@sh internal/servers/mariadb/install.sh
	cd internal/lab && CHAOS=full go test -count=1 -v -timeout 2h ./connect/faults -run 'TestFaults/$(CHAOS_RUN)'

# REPLICA_SEED=7 repeats a run, REPLICA_RUN='sink' selects scenarios by their names.
REPLICA_RUN ?=

.PHONY: replica
replica: ## keep a MariaDB equal to another through Debezium, in every scenario: about half an hour
	@sh internal/servers/mariadb/install.sh
	cd internal/lab && REPLICA=full go test -count=1 -v -timeout 2h ./replica -run 'TestReplica/$(REPLICA_RUN)'

# BASE=v1.0.0 compares with this commit instead of the commit before.
BASE ?=

.PHONY: bench-compare
bench-compare: ## compare the hot paths with the commit before; fail on a large loss, measured twice
	@cd internal/lab && go build -o ../../bin/benchcompare ./benchcompare
	bin/benchcompare $(BASE)

# BENCH='-run insert' selects runs: see pipelines/bench/README.md. The benchmark measures
# the binary of `make build`.
BENCH ?=

.PHONY: bench
bench: build ## compare order-sink with Kafka Connect, Redpanda Connect and MariaDB's ceiling: half an hour to an hour
	@sh internal/servers/mariadb/install.sh
	@cd internal/lab && go build -o ../../bin/bench ./bench
	bin/bench -results pipelines/bench/results.md $(BENCH)

.PHONY: bench-quick
bench-quick: build ## the same in a few minutes, with fewer runs, and without writing results
	@sh internal/servers/mariadb/install.sh
	@cd internal/lab && go build -o ../../bin/bench ./bench
	bin/bench -quick $(BENCH)

.PHONY: docs
docs: ## generate plugins/README.md from the descriptions of the plugins
	go test ./plugins -run TestReference -update

.PHONY: clean
clean: ## remove the binaries and the data of the private servers (bin/, .run/)
	rm -rf bin .run
