// Package jdbc turns the JDBC URL of a sink connector into what the output mariadb_upsert
// takes: a DSN of Go's driver and the settings of TLS.
package jdbc

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Server is what a JDBC URL says about the server and the connection.
type Server struct {
	Address  string // HOST:PORT
	Database string
	User     string // "" if the URL has none
	Password string // "" if the URL has none
	// Parameters are those of the DSN in their order: NAME=VALUE, encoded.
	Parameters []string
	TLS        TLS
	Notes      []Note
}

// TLS is how the connection is encrypted.
type TLS struct {
	Enabled    bool
	SkipVerify bool
	RootCAs    string // PEM
	RootFile   string // a file of PEM
}

// Note is an option that has no effect, or another one than in Java's drivers.
type Note struct {
	Option, Value, Text string
}

// Option is an option of the driver that stands outside of the URL.
type Option struct{ Name, Value string }

// defaultPort is the port of MySQL and MariaDB.
const defaultPort = 3306

// Parse reads a URL of jdbc:mariadb: or jdbc:mysql:. driver has the options that the
// connector passes to the driver beside the URL; an option of the URL wins. Each problem
// names what cannot be honoured and what to do. No problem has a value of the URL, which may
// be a password.
func Parse(text string, driver []Option) (Server, []string) {
	var s Server
	rest, problem := cutScheme(strings.TrimSpace(text))
	if problem != "" {
		return s, []string{problem}
	}
	rest, query, _ := strings.Cut(rest, "?")
	hosts, database, _ := strings.Cut(rest, "/")
	if problem := s.readHosts(hosts); problem != "" {
		return s, []string{problem}
	}
	var err error
	if s.Database, err = url.PathUnescape(database); err != nil || strings.ContainsAny(s.Database, "/\\") {
		return s, []string{"the name of the database in the URL is not valid: write a percent sign as %25"}
	}
	all := newOptions(driver)
	all.isMySQL = strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "jdbc:mysql:")
	if problem := all.read(query); problem != "" {
		return s, []string{problem}
	}
	return s, all.apply(&s)
}

// cutScheme returns what follows jdbc:mariadb:// or jdbc:mysql://.
func cutScheme(text string) (rest, problem string) {
	const expected = "expected jdbc:mariadb://HOST:PORT/DATABASE"
	lower := strings.ToLower(text)
	for _, scheme := range []string{"jdbc:mariadb:", "jdbc:mysql:"} {
		if !strings.HasPrefix(lower, scheme) {
			continue
		}
		mode, rest, found := strings.Cut(text[len(scheme):], "//")
		if !found {
			return "", expected
		}
		if mode = strings.TrimSuffix(mode, ":"); mode != "" {
			return "", fmt.Sprintf("the mode %q is not supported, because order-sink writes to one server: write the address of the primary server, or of a proxy (%s)", mode, expected)
		}
		return rest, ""
	}
	if strings.HasPrefix(lower, "jdbc:mysql+srv:") || strings.HasPrefix(lower, "mysqlx:") {
		return "", "the address of the server comes from DNS, which is not supported: " + expected
	}
	if name, _, found := strings.Cut(strings.TrimPrefix(lower, "jdbc:"), ":"); found && strings.HasPrefix(lower, "jdbc:") {
		return "", fmt.Sprintf("order-sink writes to MariaDB and MySQL only, not to %s: %s", name, expected)
	}
	return "", expected
}

func (s *Server) readHosts(hosts string) (problem string) {
	if at := strings.LastIndexByte(hosts, '@'); at >= 0 {
		user, password, _ := strings.Cut(hosts[:at], ":")
		s.User, s.Password, hosts = decode(user), decode(password), hosts[at+1:]
	}
	if strings.ContainsAny(hosts, "()") {
		return "an address of key=value pairs in parentheses is not supported: write HOST:PORT"
	}
	first, others, several := strings.Cut(hosts, ",")
	if several {
		s.Notes = append(s.Notes, Note{"host list", others, "order-sink connects to the first server of the list only. For a failover, write the address of a proxy or a DNS name that moves"})
	}
	host, port := strings.TrimSpace(first), ""
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && !strings.HasSuffix(host, "]") {
		host, port = host[:colon], host[colon+1:]
	}
	if inner, isIPv6 := strings.CutPrefix(host, "["); isIPv6 {
		host = strings.TrimSuffix(inner, "]")
	}
	if host == "" {
		host = "localhost"
	}
	number := defaultPort
	if port != "" {
		var err error
		if number, err = strconv.Atoi(port); err != nil || number < 1 || number > 65535 {
			return "the port in the URL is not a number from 1 to 65535"
		}
	}
	isName := !strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`"'()/\@[]:%`, r) })
	if !isName && net.ParseIP(host) == nil {
		return "the host in the URL is not valid"
	}
	s.Address = net.JoinHostPort(host, strconv.Itoa(number))
	return ""
}

// decode returns text without percent signs, or as it is if it is not encoded.
func decode(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// DSN returns the address for Go's driver. user and password may be the names of variables.
func (s *Server) DSN(user, password string) string {
	var b strings.Builder
	if user != "" || password != "" {
		b.WriteString(user)
		if password != "" {
			b.WriteString(":" + password)
		}
		b.WriteByte('@')
	}
	b.WriteString("tcp(" + s.Address + ")/" + url.PathEscape(s.Database))
	if len(s.Parameters) > 0 {
		b.WriteString("?" + strings.Join(s.Parameters, "&"))
	}
	return b.String()
}
