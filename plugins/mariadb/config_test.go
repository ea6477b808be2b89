package mariadb

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

const plain = "dsn: u:p@tcp(127.0.0.1:1)/db\ntable: orders\ncolumns: [id, a, b]\nkey: [id]\n"

func TestABadConfigurationIsRefusedAtTheStart(t *testing.T) {
	for config, want := range map[string]string{
		strings.Replace(plain, "table: orders", "table: ''", 1):                      "table is empty",
		strings.Replace(plain, "table: orders", "table: a.b.c", 1):                   `table "a.b.c" is neither a table nor database.table`,
		strings.Replace(plain, "table: orders", "table: .b", 1):                      `table ".b" is neither a table nor database.table`,
		strings.Replace(plain, "/db", "/", 1):                                        "dsn names no database, so table must: database.table",
		strings.Replace(plain, "[id, a, b]", "[]", 1):                                "columns is empty",
		strings.Replace(plain, "[id, a, b]", "[id, a, A]", 1):                        `columns names "A" twice`,
		strings.Replace(plain, "[id, a, b]", `[id, ""]`, 1):                          "columns holds an empty name",
		strings.Replace(plain, "[id, a, b]", `[id, "a\0b"]`, 1):                      `"a\x00b" cannot be a name in MariaDB`,
		strings.Replace(plain, "key: [id]", "key: []", 1):                            "key is empty",
		strings.Replace(plain, "key: [id]", "key: [no]", 1):                          `key names "no", which is not among columns`,
		strings.Replace(plain, "key: [id]", "key: [id, id]", 1):                      `key names "id" twice`,
		plain + "insert_only: [c]":                                                   `insert_only names "c", which is not among columns`,
		plain + "insert_only: [id]":                                                  `insert_only names "id", which belongs to the key and is never updated anyway`,
		plain + "version: c":                                                         `version "c" is not among columns`,
		plain + "version: id":                                                        `version "id" belongs to the key: rows of one key would all have the same version`,
		plain + "version: a\ninsert_only: [a]":                                       `version "a" is insert_only: a newer row would not raise it`,
		plain + "connections: 0":                                                     "connections and max_rows_per_statement must be at least 1",
		plain + "max_rows_per_statement: -1":                                         "connections and max_rows_per_statement must be at least 1",
		strings.Replace(plain, "u:p@tcp(127.0.0.1:1)/db", "u:secret@tcp(h:1", 1):     "parsing dsn: expected user:password@tcp(host:port)/database: missing the slash separating the database name",
		strings.Replace(plain, "u:p@tcp(127.0.0.1:1)/db", "u:secret@tcp(h:1/d", 1):   "parsing dsn: expected user:password@tcp(host:port)/database: network address not terminated (missing closing brace)",
		strings.Replace(plain, "(127.0.0.1:1)/db", "(h)/d?tls=secret", 1):            "parsing dsn: expected user:password@tcp(host:port)/database?parameter=value, with known parameters and values",
		strings.Replace(plain, "(127.0.0.1:1)/db", "(h)/d?parseTime=secret", 1):      "parsing dsn: expected user:password@tcp(host:port)/database?parameter=value, with known parameters and values",
		strings.Replace(plain, "(127.0.0.1:1)/db", "(h)/d%zzsecret", 1):              "parsing dsn: expected user:password@tcp(host:port)/database?parameter=value, with known parameters and values",
		strings.Replace(plain, "dsn: u:p@tcp(127.0.0.1:1)/db\n", "dsn: secret\n", 1): "parsing dsn: expected user:password@tcp(host:port)/database: missing the slash separating the database name",
	} {
		parsed, err := Spec().ParseYAML(config, nil)
		require.NoError(t, err, config)
		_, err = newOutput(parsed, service.MockResources())
		require.EqualError(t, err, want, config)
	}
}

func TestLintFindsABadConfiguration(t *testing.T) {
	lint := func(config string) string {
		linter := service.NewEnvironment().CoreConfigSchema("", "").NewStreamConfigLinter()
		lints, err := linter.LintYAML([]byte("output:\n  mariadb_upsert:\n    " + strings.ReplaceAll(strings.TrimSpace(config), "\n", "\n    ")))
		require.NoError(t, err)
		var all []string
		for _, l := range lints {
			all = append(all, l.What)
		}
		return strings.Join(all, "; ")
	}
	require.Empty(t, lint(plain))
	require.Empty(t, lint(plain+"lock_order: [\"\", a]"))
	require.Empty(t, lint(plain+"version: a\ninsert_only: [b]\ntls: {enabled: true}\nbatching: {count: 3}\nmax_in_flight: 2"))
	for config, want := range map[string]string{
		plain + "colums: []":                                "field colums not recognised",
		strings.Replace(plain, "table: orders\n", "", 1):    "field table is required",
		strings.Replace(plain, "key: [id]", "key: []", 1):   "key is empty",
		strings.Replace(plain, "key: [id]", "key: [no]", 1): "key names no, which is not among columns",
		strings.Replace(plain, "[id, a, b]", "[]", 1):       "columns is empty",
		plain + "insert_only: [c]":                          "insert_only names a column that is not among columns",
		plain + "insert_only: [id]":                         "insert_only names a column of the key, which is never updated anyway",
		plain + "lock_order: [c]":                           "lock_order names a column that is not among columns",
		plain + "version: c":                                "version c is not among columns",
		plain + "version: id":                               "version belongs to the key",
		plain + "version: a\ninsert_only: [a]":              "version is insert_only",
		plain + "connections: 0":                            "connections must be at least 1",
		plain + "max_rows_per_statement: 0":                 "max_rows_per_statement must be at least 1",
	} {
		require.Equal(t, want, lint(config), config)
	}
}

// requireWait requires an error that says when the next try is, which may be at once,
// and goes on with want.
func requireWait(t *testing.T, err error, want string) {
	t.Helper()
	require.Error(t, err)
	require.Regexp(t, `, next try in [\d.]+m?s: `+regexp.QuoteMeta(want), err.Error())
}

func TestAMisfitSaysWhatMendsIt(t *testing.T) {
	t.Parallel()
	const config = "table: t\ncolumns: [id, v]\nkey: [id]\n"
	for name, c := range map[string]struct{ table, config, want string }{
		"no table":     {"", config, "table `t` does not exist, or the account has no privilege on it: create it, or GRANT SELECT, INSERT, UPDATE ON `t` TO the account"},
		"no column":    {"(id INT PRIMARY KEY)", config, "column `v` does not exist: ALTER TABLE `t` ADD COLUMN `v` (its type), or leave it out of columns"},
		"no key":       {"(id INT, v INT)", config, "key (id) is neither the primary key nor a unique index, so that every message would become a row of its own: ALTER TABLE `t` ADD PRIMARY KEY (`id`)"},
		"other key":    {"(id INT, v INT, n INT AUTO_INCREMENT PRIMARY KEY)", config, "key (id) is neither the primary key nor a unique index, so that every message would become a row of its own: ALTER TABLE `t` MODIFY `id` int(11) NOT NULL, ADD UNIQUE KEY (`id`)"},
		"wider key":    {"(id INT, v INT, PRIMARY KEY (id, v))", config, "key (id) is neither the primary key nor a unique index, so that every message would become a row of its own: ALTER TABLE `t` ADD UNIQUE KEY (`id`)"},
		"prefix key":   {"(id VARCHAR(20) COLLATE utf8mb4_bin, v INT, UNIQUE (id(5)))", config, "key (id) is neither the primary key nor a unique index, so that every message would become a row of its own: ALTER TABLE `t` ADD PRIMARY KEY (`id`)"},
		"nullable key": {"(id INT, v INT, UNIQUE by_id (id))", config, "key: the unique index `by_id` has a column that may be NULL, and NULLs are never equal: declare its columns NOT NULL: ALTER TABLE `t` MODIFY `id` int(11) NOT NULL"},
		"case":         {"(id VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY, v INT)", config, "key column `id`: collation utf8mb4_general_ci makes one row of ids that differ in case or accent only: ALTER TABLE `t` MODIFY `id` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL"},
		"float key":    {"(id DOUBLE PRIMARY KEY, v INT)", config, "key column `id`: a float is no exact key: use an integer, a decimal or text"},
		"time key":     {"(id TIME PRIMARY KEY, v INT)", config, "key column `id`: type time has several spellings for one value: use an integer, a decimal, a date or text"},
		"required":     {"(id INT PRIMARY KEY, v INT, more INT NOT NULL)", config, "column `more` is NOT NULL without a default and is not among columns: add it there, or ALTER TABLE `t` ALTER COLUMN `more` SET DEFAULT (a value)"},
		"generated":    {"(id INT PRIMARY KEY, v INT AS (id) STORED)", config, "column `v` is generated by the server: leave it out of columns"},
		"engine":       {"(id INT PRIMARY KEY, v INT) ENGINE=MyISAM", config, "engine MyISAM has no transactions: ALTER TABLE `t` ENGINE=InnoDB"},
		"versioned":    {"(id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING", config, "`t` is system versioned: an order that is delivered again would add to its history and move its ON UPDATE columns: ALTER TABLE `t` DROP SYSTEM VERSIONING"},
		"geometry":     {"(id INT PRIMARY KEY, v POINT)", config, "column `v` has type point, which this output does not write"},
		"text version": {"(id INT PRIMARY KEY, v VARCHAR(10))", config + "version: v", "version column `v` has type varchar(10): versions are integers, decimals, dates or timestamps"},
		"several":      {"(id INT, w INT NOT NULL)", config, "column `v` does not exist: ALTER TABLE `t` ADD COLUMN `v` (its type), or leave it out of columns; column `w` is NOT NULL without a default and is not among columns: add it there, or ALTER TABLE `t` ALTER COLUMN `w` SET DEFAULT (a value); key (id) is neither the primary key nor a unique index, so that every message would become a row of its own: ALTER TABLE `t` ADD PRIMARY KEY (`id`)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := shared(t)
			if c.table != "" {
				w.exec("CREATE TABLE t " + c.table)
			}
			o := w.unconnected(c.config)
			want := "the table does not fit the configuration: " + c.want
			requireWait(t, o.Connect(t.Context()), want+". Nothing is dropped: somebody must mend this")
			results := o.ConnectionTest(t.Context())
			require.Len(t, results, 1)
			require.EqualError(t, results[0].Err, want)
		})
	}
	t.Run("a view", func(t *testing.T) {
		t.Parallel()
		w := shared(t, "CREATE TABLE b (id INT PRIMARY KEY, v INT)", "CREATE VIEW t AS SELECT * FROM b")
		err := w.unconnected(config).Connect(t.Context())
		requireWait(t, err, "the table does not fit the configuration: `t` is a view: rows can be kept unique by key in a table only: set table to the base table, and key to its primary key or a unique index. Nothing is dropped: somebody must mend this")
		require.NotContains(t, err.Error(), "ALTER TABLE")
	})
}

func TestAnotherUniqueIndexIsNamedInAWarning(t *testing.T) {
	t.Parallel()
	for index, warned := range map[string]string{ // the index that is warned of
		"mail VARCHAR(20) UNIQUE":                                 "`mail` (mail)",
		"mail VARCHAR(20), UNIQUE (id, mail)":                     "",              // covers the key
		"mail VARCHAR(20), n INT AUTO_INCREMENT UNIQUE":           "",              // the server's own numbers
		"mail VARCHAR(20), slot INT DEFAULT 0 UNIQUE":             "`slot` (slot)", // the same default for every row
		"mail VARCHAR(20), g INT AS (LENGTH(mail)) STORED UNIQUE": "`g` (g)",
		"mail VARCHAR(20), UNIQUE part (id(3))":                   "`part` (id)", // covers the beginning of the key only
	} {
		w := shared(t, "CREATE TABLE t (id VARCHAR(9) COLLATE utf8mb4_nopad_bin PRIMARY KEY, "+index+")")
		var log logLines
		o := w.output("table: t\ncolumns: [id, mail]\nkey: [id]\n", log.resources())
		warning := "WARN table `t` has another unique index, " + warned + ": a row that agrees with a stored one in it overwrites that one although their key differs; drop the index unless that is meant"
		if warned != "" {
			require.Equal(t, []string{warning}, log.matching("unique index"))
		} else {
			require.Empty(t, log.matching("unique index"), index)
		}
		require.NoError(t, o.ConnectionTest(t.Context())[0].Err)
	}
}

func TestNamesAreQuotedAndOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	w := shared(t, "CREATE TABLE `or``ders; --` (`select` INT PRIMARY KEY, `주문 \"x` INT)")
	o := w.output(fmt.Sprintf("table: '%s.or`ders; --'\ncolumns: ['select', '주문 \"x']\nkey: ['select']\n", w.name))
	require.Empty(t, w.write(o, map[string]any{"select": int64(1), `주문 "x`: int64(2)}))
	require.Equal(t, []string{"1|2"}, w.rows("SELECT * FROM `or``ders; --`"))
}

func TestTheInitStatementRunsFirstAndStaysSecret(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig + "init_statement: SET time_zone = '+09:00', sql_mode = '', @mark = 7\n")
	conn, err := o.store.db.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	var zone, mode, isolation, mark string
	require.NoError(t, conn.QueryRowContext(t.Context(), "SELECT @@time_zone, @@sql_mode, @@tx_isolation, @mark").Scan(&zone, &mode, &isolation, &mark))
	require.Equal(t, []string{"+00:00", "READ-COMMITTED", "7"}, []string{zone, isolation, mark})
	require.Contains(t, mode, "STRICT_ALL_TABLES")

	broken := w.unconnected(ordersConfig + "init_statement: SET secret secret\n")
	requireWait(t, broken.Connect(t.Context()), "inspecting table orders: running init_statement: MariaDB error 1064 (42000). Nothing")
}

func TestThePasswordIsNowhere(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	var log logLines
	var told []string
	for _, dsn := range []string{
		"orders:s3cr3t@tcp(" + w.server.Addr() + ")/" + w.name, // not the password
		"orders:s3cr3t@tcp(127.0.0.1:1)/" + w.name,             // nobody answers
		"orders:s3cr3t@tcp(" + w.server.Addr() + ")/nowhere",
	} {
		parsed, err := Spec().ParseYAML("dsn: "+dsn+"\n"+ordersConfig, nil)
		require.NoError(t, err)
		o, err := newOutput(parsed, log.resources())
		require.NoError(t, err)
		err = o.Connect(t.Context())
		require.Error(t, err)
		require.NotContains(t, err.Error(), "s3cr3t")
		told = append(told, err.Error())
		require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(order("a", "x", 1, "1"))))
		require.NoError(t, o.Close(t.Context()))
	}
	require.Contains(t, told[0], ": MariaDB error 1045 (28000): Access denied for user")
	require.Empty(t, log.matching("s3cr3t"))
}

func TestTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	authority := certificate(t, dir)
	w := privateWorld(t, orders, "--ssl-cert="+filepath.Join(dir, "cert.pem"), "--ssl-key="+filepath.Join(dir, "key.pem"))
	o := w.output(ordersConfig + "tls: {enabled: true, root_cas_file: " + authority + "}\n")
	require.Empty(t, w.write(o, order("a", "x", 1, "1")))
	var name, cipher string
	require.NoError(t, o.store.db.QueryRow("SHOW SESSION STATUS LIKE 'Ssl_cipher'").Scan(&name, &cipher))
	require.NotEmpty(t, cipher)

	stranger := w.unconnected(ordersConfig + "tls: {enabled: true}\n")
	require.ErrorContains(t, stranger.Connect(t.Context()), "certificate signed by unknown authority")
}

// certificate writes a self-signed certificate of 127.0.0.1 and its key.
func certificate(t *testing.T, dir string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mariadb"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	path := filepath.Join(dir, "cert.pem")
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return path
}

func TestTheDSNCannotUndoWhatTheOutputReliesOn(t *testing.T) {
	config, err := parseDSN("u:p@tcp(h)/d?clientFoundRows=true&multiStatements=true&interpolateParams=false&loc=Asia%2FSeoul&collation=latin1_swedish_ci&maxAllowedPacket=7&allowAllFiles=true", nil, &mysql.NopLogger{})
	require.NoError(t, err)
	require.Equal(t, []any{false, false, true, time.UTC, "", 0, false}, []any{config.ClientFoundRows, config.MultiStatements, config.InterpolateParams, config.Loc, config.Collation, config.MaxAllowedPacket, config.AllowAllFiles})
	require.Equal(t, []time.Duration{10 * time.Second, time.Minute, time.Minute}, []time.Duration{config.Timeout, config.ReadTimeout, config.WriteTimeout})
	require.Contains(t, sessionStatements(config.ReadTimeout)[0], "innodb_lock_wait_timeout = 10, lock_wait_timeout = 10, idle_transaction_timeout = 10, max_statement_time = 50.000")
}
