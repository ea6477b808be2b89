#!/bin/sh
# Installs MariaDB's server programs where they are missing and where this
# machine lets us. Debian's -core packages start no service.
set -eu

for dir in $(echo "$PATH" | tr : ' ') /usr/sbin /usr/local/sbin /usr/libexec /opt/homebrew/bin; do
	if [ -x "$dir/mariadbd" ] || [ -x "$dir/mysqld" ]; then exit 0; fi
done

root=
if [ "$(id -u)" != 0 ]; then root=sudo; fi
if command -v apt-get >/dev/null && { [ -z "$root" ] || command -v sudo >/dev/null; }; then
	echo "MariaDB's server is missing: installing Debian's mariadb-server-core and mariadb-client-core"
	$root apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends mariadb-server-core mariadb-client-core >/dev/null
elif command -v brew >/dev/null; then
	echo "MariaDB's server is missing: installing Homebrew's mariadb"
	brew install --quiet mariadb
else
	echo "MariaDB's server is missing: install it (the package is called mariadb-server on most systems), or set MARIADB_DSN to use a server of yours" >&2
	exit 1
fi
