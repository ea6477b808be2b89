# order-sink: `make run` shows it at work, `make test` runs every check.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
DATE    ?= $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X 'main.version=$(VERSION)' -X 'main.commit=$(COMMIT)' -X 'main.date=$(DATE)'

# Pinned: a linter of another version finds other things.
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.5.0
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.9.0
FUZZ_TIME     ?= 30s

# The race detector needs a C compiler; where there is one, it is used.
RACE := $(shell command -v gcc >/dev/null 2>&1 && echo -race)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## bin/order-sink, static and stripped
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o bin/order-sink .

.PHONY: run
run: build ## everything up with what is missing (MariaDB, Kafka), three orders sent, until Ctrl-C
	@[ -n "$${MARIADB_DSN:-}" ] || sh internal/servers/mariadb/install.sh
	@go build -o bin/quickstart ./internal/quickstart
	@exec bin/quickstart

.PHONY: demo
demo: build ## the whole shop (gateway, two order services, user service, sink) and its story, until Ctrl-C
	@sh internal/servers/mariadb/install.sh
	@go build -o bin/quickstart ./internal/quickstart
	@exec bin/quickstart -demo -dir .run/demo

# What `make test` runs. Each part also runs alone: make lint, make test-unit.
PARTS ?= build lint test-pipelines test-prometheus test-unit test-end-to-end test-image test-deploy

.PHONY: test
test: ## every check: all parts, even where one fails, and a table of them at the end
	@go run ./internal/testall $(PARTS)

# -count=1: go test's cache knows neither what the binary under test is built
# from, nor what buildah reads, nor what lies outside of a module.
GO_TEST = go test -count=1 $(TEST_FLAGS)

.PHONY: test-pipelines
test-pipelines: build ## the unit tests beside the pipelines, in YAML
	bin/order-sink test pipelines

.PHONY: test-prometheus
test-prometheus: ## the alerts, with promtool
	@sh internal/lab/release/alerts/test.sh

.PHONY: test-unit
test-unit: ## the product's packages: unit, golden, fuzz seeds, with the race detector
	@sh internal/servers/mariadb/install.sh
	@[ -n "$(RACE)" ] || echo "SKIPPED: the race detector, since there is no C compiler: install gcc"
	$(GO_TEST) $(RACE) -timeout 30m . ./plugins/... ./internal/...

.PHONY: test-end-to-end
test-end-to-end: ## the binary with the shipped pipelines, and the faults
	@sh internal/servers/mariadb/install.sh
	cd internal/lab && $(GO_TEST) -timeout 40m $$(go list ./... | grep -v /release/)

.PHONY: test-image
test-image: ## the container image (as root, with buildah)
	@sh internal/servers/mariadb/install.sh
	cd internal/lab && $(GO_TEST) -timeout 30m ./release/image

.PHONY: test-deploy
test-deploy: ## Compose and Kubernetes
	cd internal/lab && $(GO_TEST) -timeout 15m ./release/deploy

.PHONY: lint
lint: build ## Go and YAML
	go mod tidy -diff
	go vet ./...
	@mkdir -p .run/tools
	@GOBIN="$(CURDIR)/.run/tools" go install $(GOLANGCI_LINT)
	.run/tools/golangci-lint run ./...
	cd internal/lab && go mod tidy -diff && go vet ./... && ../../.run/tools/golangci-lint run ./...
	bin/order-sink lint -r config/resources.yaml -r config/shop.yaml -r config/gateway.yaml config/*.yaml pipelines/*.yaml pipelines/shop/*.yaml pipelines/bench/*.yaml

# go mod verify: what is built is what go.sum names, to the byte. That always can
# be checked; the database of known vulnerabilities (vuln.go.dev) is not reached
# from every build machine. Exit status 3 is a vulnerability that the code calls.
.PHONY: audit
audit: ## the dependencies: as go.sum names them, and without known vulnerabilities
	go mod verify
	cd internal/lab && go mod verify
	@mkdir -p .run/tools
	@GOBIN="$(CURDIR)/.run/tools" go install $(GOVULNCHECK)
	@.run/tools/govulncheck ./... || { [ $$? != 3 ] && echo "SKIPPED: the known vulnerabilities, since their database is not reached"; }

.PHONY: fuzz
fuzz: ## every fuzz test for FUZZ_TIME (30s) each
	@for package in $$(go list ./plugins/...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZ_TIME) $$package; \
		done; \
	done

# CHAOS_SEED=7 repeats a run, CHAOS_RESULTS=results.md appends it to
# internal/lab/chaos/results.md, CHAOS_RUN='kill' chooses faults by their names.
CHAOS_RUN ?=

.PHONY: chaos
chaos: ## every fault there is, many times, with a real MariaDB and a real Kafka: about half an hour
	@sh internal/servers/mariadb/install.sh
	cd internal/lab && CHAOS=full go test -count=1 -v -timeout 3h ./chaos -run 'TestFaults/$(CHAOS_RUN)'

# BASE=v1.0.0 compares with another commit than the one before.
BASE ?=

.PHONY: bench-compare
bench-compare: ## the hot paths beside those of the commit before: fails on a gross loss, twice measured
	@cd internal/lab && go build -o ../../bin/benchcompare ./benchcompare
	bin/benchcompare $(BASE)

# BENCH='-run insert' chooses runs, see pipelines/bench/README.md. The measured
# binary is the one that `make build` makes.
BENCH ?=

.PHONY: bench
bench: build ## order-sink beside Kafka Connect, Redpanda Connect and MariaDB's ceiling: half an hour to an hour
	@sh internal/servers/mariadb/install.sh
	@cd internal/lab && go build -o ../../bin/bench ./bench
	bin/bench -results pipelines/bench/results.md $(BENCH)

.PHONY: bench-quick
bench-quick: build ## the same in two minutes, for every change: fewer of all, nothing is written
	@sh internal/servers/mariadb/install.sh
	@cd internal/lab && go build -o ../../bin/bench ./bench
	bin/bench -quick $(BENCH)

.PHONY: docs
docs: ## writes plugins/README.md anew from the plugins' own descriptions
	go test ./plugins -run TestReference -update

.PHONY: clean
clean: ## removes what was built and the private servers' data (bin/, .run/)
	rm -rf bin .run
