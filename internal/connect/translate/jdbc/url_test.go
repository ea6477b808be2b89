package jdbc_test

import (
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/internal/connect/translate/jdbc"
)

func TestAURLBecomesADSN(t *testing.T) {
	for url, want := range map[string]string{
		"jdbc:mariadb://db.example:3307/shop":                                    "u:p@tcp(db.example:3307)/shop",
		"jdbc:mariadb://db/":                                                     "u:p@tcp(db:3306)/",
		"JDBC:MariaDB://[::1]:3306/shop":                                         "u:p@tcp([::1]:3306)/shop",
		"jdbc:mariadb:///shop":                                                   "u:p@tcp(localhost:3306)/shop",
		"jdbc:mariadb://a,b:3307/shop":                                           "u:p@tcp(a:3306)/shop",
		"jdbc:mariadb://db/my%20shop":                                            "u:p@tcp(db:3306)/my%20shop",
		"jdbc:mariadb://me:secret@db/shop":                                       "u:p@tcp(db:3306)/shop",
		"jdbc:mariadb://db/shop?sslMode=PREFERRED":                               "u:p@tcp(db:3306)/shop?tls=preferred",
		"jdbc:mysql://db.example/shop":                                           "u:p@tcp(db.example:3306)/shop?tls=preferred",
		"jdbc:mysql://db.example/shop?useSSL=false":                              "u:p@tcp(db.example:3306)/shop",
		"jdbc:mysql://db/shop?sslMode=DISABLED":                                  "u:p@tcp(db:3306)/shop",
		"jdbc:mysql://db/shop?sslMode=VERIFY_IDENTITY":                           "u:p@tcp(db:3306)/shop",
		"jdbc:mariadb://db/shop?connectTimeout=5000&socketTimeout=0":             "u:p@tcp(db:3306)/shop?timeout=5000ms",
		"jdbc:mariadb://db/shop?sessionVariables=a=1,b='x,y';sql_mode='ANSI'":    "u:p@tcp(db:3306)/shop?a=1&b=%27x%2Cy%27",
		`jdbc:mariadb://db/shop?sessionVariables=@@session.b="it's"&useSSL=true`: "u:p@tcp(db:3306)/shop?b=%27it%27%27s%27",
	} {
		s, problems := jdbc.Parse(url, nil)
		require.Empty(t, problems, url)
		dsn := s.DSN("u", "p")
		require.Equal(t, want, dsn, url)
		_, err := mysql.ParseDSN(dsn)
		require.NoError(t, err, dsn)
	}
}

func TestTheAccountOfAURL(t *testing.T) {
	for url, want := range map[string][2]string{
		"jdbc:mysql://db/shop?user=me&password=a%26b%2Bc": {"me", "a&b+c"},
		"jdbc:mysql://db/shop?password=a+b":               {"", "a+b"},
		"jdbc:mysql://me:se%40cret@db/shop":               {"me", "se@cret"},
	} {
		s, problems := jdbc.Parse(url, nil)
		require.Empty(t, problems, url)
		require.Equal(t, want, [2]string{s.User, s.Password}, url)
	}
}

func TestTLSOfBothDrivers(t *testing.T) {
	on, unverified := jdbc.TLS{Enabled: true}, jdbc.TLS{Enabled: true, SkipVerify: true}
	for options, want := range map[string]jdbc.TLS{
		"": {}, "useSSL=false": {}, "sslMode=DISABLED": {}, "sslMode=disable&useSSL=true": {}, "sslMode=PREFERRED": {},
		"useSSL=true": unverified, "requireSSL=true": unverified, "sslMode=REQUIRED": unverified, "sslMode=trust": unverified,
		"useSSL=true&verifyServerCertificate=true": on, "sslMode=VERIFY_IDENTITY": on, "sslMode=verify-ca": on, "sslMode=verify-full": on,
		"sslMode=verify-full&serverSslCert=/etc/ca.pem": {Enabled: true, RootFile: "/etc/ca.pem"},
		"useSSL=true&serverSslCert=file:///etc/ca.pem":  {Enabled: true, RootFile: "/etc/ca.pem"},
	} {
		s, problems := jdbc.Parse("jdbc:mariadb://db/shop?"+options, nil)
		require.Empty(t, problems, options)
		require.Equal(t, want, s.TLS, options)
	}
	s, problems := jdbc.Parse("jdbc:mysql://db/shop?useSSL=false", []jdbc.Option{{Name: "useSSL", Value: "true"}, {Name: "connectTimeout", Value: "7"}})
	require.Empty(t, problems)
	require.Equal(t, jdbc.TLS{}, s.TLS, "the URL wins")
	require.Equal(t, []string{"timeout=7ms"}, s.Parameters)
}

func TestURLsAreRefusedByName(t *testing.T) {
	for url, want := range map[string]string{
		"":                                   "expected jdbc:mariadb://HOST:PORT/DATABASE",
		"mysql://db/shop":                    "expected jdbc:mariadb://HOST:PORT/DATABASE",
		"jdbc:postgresql://db/shop":          "not to postgresql",
		"jdbc:oracle:thin:@db:1521":          "not to oracle",
		"jdbc:mysql:replication://a,b/shop":  `the mode "replication" is not supported`,
		"jdbc:mysql:loadbalance://a,b/shop":  `the mode "loadbalance" is not supported`,
		"jdbc:mariadb:aurora://a/shop":       `the mode "aurora" is not supported`,
		"jdbc:mariadb:sequential://a,b/shop": `the mode "sequential" is not supported`,
		"jdbc:mysql+srv://a/shop":            "comes from DNS",
		"jdbc:mysql://address=(host=a)/shop": "in parentheses",
		"jdbc:mysql://a:x/shop":              "the port",
		"jdbc:mysql://a:70000/shop":          "the port",
		"jdbc:mysql://a/%zz":                 "the name of the database",
		"jdbc:mysql://a/shop?x=%zz":          "write a percent sign as %25",
		"jdbc:mysql://a/shop?sslMode=maybe":  "the option sslMode",
		"jdbc:mysql://a/shop?socketFactory=com.google.cloud.sql.mysql.SocketFactory":  "the option socketFactory is not supported",
		"jdbc:mysql://a/shop?trustCertificateKeyStoreUrl=file:/x.jks":                 "PEM",
		"jdbc:mariadb://a/shop?keyStore=/x.jks":                                       "the option keyStore",
		"jdbc:mysql://a/shop?allowLoadLocalInfile=true":                               "the option allowLoadLocalInfile=true",
		"jdbc:mysql://a/shop?connectTimeout=soon":                                     "the option connectTimeout is not a number",
		"jdbc:mysql://a/shop?sessionVariables=a=(SELECT 1)":                           "the option sessionVariables",
		"jdbc:mariadb://a/shop?serverSslCert=classpath:ca.pem&user=x&password=s3cret": "class path",
	} {
		_, problems := jdbc.Parse(url, nil)
		require.NotEmpty(t, problems, url)
		require.Contains(t, strings.Join(problems, "\n"), want, url)
		require.NotContains(t, strings.Join(problems, "\n"), "s3cret")
	}
}

func TestOptionsWithoutEffectAreNoted(t *testing.T) {
	s, problems := jdbc.Parse("jdbc:mysql://db/shop?serverTimezone=UTC&allowLoadLocalInfile=false&trustStorePassword=x&mine=1", nil)
	require.Empty(t, problems)
	var names []string
	for _, n := range s.Notes {
		require.NotEmpty(t, n.Text)
		names = append(names, n.Option+"="+n.Value)
	}
	require.Equal(t, []string{"serverTimezone=UTC", "allowLoadLocalInfile=false", "trustStorePassword=[hidden]", "mine=1"}, names)
}

// Any text is refused, or becomes a DSN that Go's driver takes.
func TestAnyURL(t *testing.T) {
	part := rapid.SampledFrom([]string{"jdbc:", "mysql:", "mariadb:", "//", "/", "?", "&", "=", ",", ":", "@", "[", "]", "a", "db", "3306", "user", "password", "sessionVariables", "connectTimeout", "%", "%2f", "'", "\"", " ", "é", "\\", "(", ")"})
	rapid.Check(t, func(t *rapid.T) {
		url := strings.Join(rapid.SliceOf(part).Draw(t, "url"), "")
		if rapid.Bool().Draw(t, "prefix") {
			url = "jdbc:mariadb://" + url
		}
		s, problems := jdbc.Parse(url, nil)
		if len(problems) > 0 {
			return
		}
		config, err := mysql.ParseDSN(s.DSN("user", "p@ss/w:ord"))
		if err != nil {
			t.Fatalf("%s: %v", s.DSN("user", "password"), err)
		}
		if config.User != "user" || config.Passwd != "p@ss/w:ord" || config.DBName != s.Database || config.Addr != s.Address {
			t.Fatalf("%q became %+v", url, config)
		}
	})
}
