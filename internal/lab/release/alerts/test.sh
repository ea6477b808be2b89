#!/bin/sh
# Tests config/prometheus with promtool. If promtool is missing, the script extracts it from
# Debian's package. It does not install the package, because that would start a service.
set -eu

cd "$(dirname "$0")/../../../.."
tools=.run/tools

fetch() (
	mkdir -p "$tools" && cd "$tools"
	apt-get download -qq prometheus || { [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get download -qq prometheus; } || exit 1
	dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x --strip-components=3 ./usr/bin/promtool
	rm prometheus_*.deb
)

if ! promtool=$(command -v promtool); then
	promtool=$tools/promtool
	if ! [ -x "$promtool" ]; then
		if ! { command -v apt-get && command -v dpkg-deb; } >/dev/null || ! fetch; then
			echo "SKIPPED: the tests of config/prometheus, because promtool is missing: install Prometheus (Debian's package prometheus has it)"
			[ "${CI:-}" != true ]
			exit
		fi
	fi
fi
"$promtool" check config config/prometheus/prometheus.yaml
"$promtool" test rules internal/lab/release/alerts/alerts_test.yaml internal/lab/release/alerts/connect_test.yaml
