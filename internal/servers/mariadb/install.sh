#!/bin/sh
# Installs MariaDB's server programs where they are missing and where this
# machine lets us. Debian's -core packages start no service.
set -eu

PATH=$PATH:/usr/sbin:/usr/local/sbin:/usr/libexec:/opt/homebrew/bin
if command -v mariadbd >/dev/null || command -v mysqld >/dev/null; then exit 0; fi

root=
if [ "$(id -u)" != 0 ]; then root=sudo; fi
if command -v apt-get >/dev/null && { [ -z "$root" ] || command -v sudo >/dev/null; }; then
	echo "MariaDB's server is missing: installing Debian's mariadb-server-core and mariadb-client-core"
	$root apt-get update -qq
	install="$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends"
	# Older releases have no -core package of this name.
	$install mariadb-server-core mariadb-client-core >/dev/null || $install mariadb-server >/dev/null
elif command -v brew >/dev/null; then
	echo "MariaDB's server is missing: installing Homebrew's mariadb"
	brew install --quiet mariadb
else
	echo "MariaDB's server is missing: install it (the package is called mariadb-server on most systems)" >&2
	exit 1
fi
