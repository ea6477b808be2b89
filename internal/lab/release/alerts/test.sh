#!/bin/sh
# Tests config/prometheus with Prometheus' own tool. Where the
# machine lacks promtool, it is taken out of Debian's package and that is not
# installed: its service would start.
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
			echo "SKIPPED: the tests of config/prometheus, since there is no promtool: install Prometheus (Debian's package prometheus has it)"
			[ "${CI:-}" != true ]
			exit
		fi
	fi
fi
"$promtool" check config config/prometheus/prometheus.yaml
"$promtool" test rules internal/lab/release/alerts/alerts_test.yaml
