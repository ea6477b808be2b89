package mariadb

import (
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// What the server says while it is connected to quotes no row, and only an operator
// ends it.
func TestAMistakeInTheDSNIsExplained(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	for name, c := range map[string]struct{ dsn, config, want string }{
		"a parameter of JDBC":      {"?useSSL=false", "", `MariaDB error 1193 \(HY000\): Unknown system variable 'useSSL': a parameter of dsn is one of .* remove the parameter`},
		"a time zone":              {"?time_zone=%27Asia%2FSeoul%27", "", `MariaDB error 1298 \(HY000\): Unknown or incorrect time zone: 'Asia/Seoul': correct the parameter of dsn`},
		"a value":                  {"?sql_mode=%27NOPE%27", "", `MariaDB error 1231 \(42000\): Variable 'sql_mode' can't be set to the value of 'NOPE': correct the parameter of dsn`},
		"a type":                   {"?net_write_timeout=%27NOPE%27", "", `MariaDB error 1232 \(42000\): Incorrect argument type to variable 'net_write_timeout'`},
		"a global variable":        {"?innodb_flush_log_at_trx_commit=0", "", `MariaDB error 1229 \(HY000\): Variable 'innodb_flush_log_at_trx_commit' is a GLOBAL variable`},
		"a read-only variable":     {"?version=%271%27", "", `MariaDB error 1238 \(HY000\): Variable 'version' is a read only variable: remove the variable`},
		"a character set":          {"?character_set_results=nope", "", `MariaDB error 1115 \(42000\): Unknown character set: 'nope'`},
		"a collation":              {"?collation_connection=nope", "", `MariaDB error 1273 \(HY000\): Unknown collation: 'nope'`},
		"text without quotes":      {"?time_zone=s3cr3t%27", "", `MariaDB error 1064 \(42000\): MariaDB cannot read the SET statement .* quotes`},
		"a database that is not":   {"_not", "", `MariaDB error 1049 \(42000\): Unknown database 'test_\d+_not'`},
		"a line in a name":         {"%0A", "", `MariaDB error 1102 \(42000\): Incorrect database name 'test_\d+\\n': change the database`},
		"init_statement":           {"", "init_statement: SET s3cr3t = 1\n", `running init_statement: MariaDB error 1193 \(HY000\)`},
		"init_statement, no value": {"", "init_statement: SET sql_mode = 's3cr3t'\n", `running init_statement: MariaDB error 1231 \(42000\)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := d.outputOf(d.server.DSN(d.name)+c.dsn, ordersConfig+c.config)
			err := o.Connect(t.Context())
			require.Error(t, err)
			require.Regexp(t, c.want+`.*Nothing is dropped: an operator must correct this`, err.Error())
			require.NotContains(t, err.Error(), "until it succeeds")
			require.NotContains(t, err.Error(), "\n")
			// A batch that meets it, too.
			require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(order("a", "x", 1, "1"))))
			require.Regexp(t, c.want, o.says())
			for _, text := range append(o.log.all(), err.Error(), o.says(), o.ConnectionTest(t.Context())[0].Err.Error()) {
				require.NotContains(t, text, "s3cr3t")
			}
		})
	}
}

func TestADeniedAccountIsToldOfTheNewlineInItsPassword(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	dsn := strings.Replace(d.server.DSN(d.name), "@tcp", `\n@tcp`, 1)
	o := d.outputOf(`"`+dsn+`"`, ordersConfig)
	require.ErrorContains(t, o.Connect(t.Context()), "MariaDB error 1045 (28000): Access denied for user 'orders'@'127.0.0.1' (using password: YES): the password in dsn begins or ends with white space")
}

func TestADSNThatIsNoneIsRefusedAtTheStart(t *testing.T) {
	for dsn, want := range map[string]string{
		`u:s3cr3t@tcp(h)/db\n`:                     "parsing dsn: white space at the end would belong to the name of the database or to the last parameter: remove it (a mounted secret often ends with a newline)",
		`u:s3cr3t@tcp(h)/db?timeout=1s\r\n`:        "parsing dsn: white space at the end would belong to the name of the database or to the last parameter: remove it (a mounted secret often ends with a newline)",
		`jdbc:mysql://h/db?password=s3cr3t`:        "parsing dsn: expected user:password@tcp(host:port)/database, got a URL",
		`mysql://u:s3cr3t@h/db`:                    "parsing dsn: expected user:password@tcp(host:port)/database, got a URL",
		`tcp(h)/db?a=b&password=s3cr3t`:            "parsing dsn: the parameter password belongs to a JDBC URL: write user:password@ before the protocol",
		`u:s3cr3t@tcp(h)/db?strict=true`:           "parsing dsn: the driver has no parameter strict: order-sink is always strict",
		`u:s3cr3t@tcp(h)/db?parseTime=s3cr3t&a=b`:  "parsing dsn: expected user:password@tcp(host:port)/database?parameter=value, with known parameters and values",
		`u:s3cr3t@tcp(h)/db?time_zone=%zz&x=s3cr3`: "parsing dsn: expected user:password@tcp(host:port)/database?parameter=value, with known parameters and values",
	} {
		parsed, err := spec().ParseYAML("dsn: \""+dsn+"\"\n"+ordersConfig, nil)
		require.NoError(t, err)
		_, err = newOutput(parsed, service.MockResources())
		require.EqualError(t, err, want, dsn)
	}
}
