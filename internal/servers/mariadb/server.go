// Package mariadb runs a private MariaDB server with its own data directory, its own port
// on 127.0.0.1, and no option file of the machine. It is a real server with the default
// durability.
package mariadb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	_ "github.com/go-sql-driver/mysql" // the driver that readiness is asked through

	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/process"
)

// ErrNotInstalled means that the machine has no MariaDB server.
var ErrNotInstalled = errors.New("MariaDB's server is not installed: run internal/servers/mariadb/install.sh")

// The accounts of a private server. The first has the rights of a sink and the right to
// create tables. It cannot write to a read-only server.
const (
	user, password           = "orders", "orders"
	adminUser, adminPassword = "orders_admin", "orders_admin"
)

const accounts = `
CREATE USER IF NOT EXISTS '` + user + `'@'127.0.0.1' IDENTIFIED BY '` + password + `';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, TRIGGER, CREATE VIEW, LOCK TABLES ON *.* TO '` + user + `'@'127.0.0.1';
CREATE USER IF NOT EXISTS '` + adminUser + `'@'127.0.0.1' IDENTIFIED BY '` + adminPassword + `';
GRANT ALL PRIVILEGES ON *.* TO '` + adminUser + `'@'127.0.0.1' WITH GRANT OPTION;
CREATE DATABASE IF NOT EXISTS orders CHARACTER SET utf8mb4;
`

// Server is one private MariaDB. Its methods are not for concurrent use.
type Server struct {
	dir     string
	port    int
	options []string
	process *process.Process
}

// New prepares a server in dir. It creates dir and the system tables if they are missing.
// Port 0 chooses a free port. New adds the options to the command line of the server
// ("--max-connections=5").
func New(ctx context.Context, dir string, port int, options ...string) (*Server, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("preparing MariaDB: %w", err)
	}
	if port == 0 {
		if port, err = loopback.Port(0); err != nil {
			return nil, err
		}
	}
	s := &Server{dir: dir, port: port, options: options}
	if _, err := find("mariadbd", "mysqld"); err != nil {
		return nil, err
	}
	return s, s.install(ctx)
}

func (s *Server) install(ctx context.Context) error {
	// The marker is written last: a directory without it is incomplete.
	marker := filepath.Join(s.dir, "installed")
	if err := os.MkdirAll(s.tmp(), 0o755); err != nil {
		return fmt.Errorf("preparing MariaDB: %w", err)
	}
	if _, err := os.Stat(marker); err == nil {
		return nil
	}
	installer, err := find("mariadb-install-db", "mysql_install_db")
	if err != nil {
		return err
	}
	// The names are relative, because the installer, a shell script, fails on a blank. Its
	// server changes to the data directory first, so the path of tmp begins with "..".
	install := exec.CommandContext(ctx, installer, append([]string{
		"--no-defaults", "--datadir=./data", "--tmpdir=../tmp", "--skip-test-db",
		"--auth-root-authentication-method=socket",
	}, asRoot()...)...)
	install.Dir = s.dir
	if out, err := install.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("installing MariaDB's system tables: %w", ctx.Err())
		}
		return fmt.Errorf("installing MariaDB's system tables: %w\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "accounts.sql"), []byte(accounts), 0o600); err != nil {
		return fmt.Errorf("preparing MariaDB: %w", err)
	}
	return os.WriteFile(marker, nil, 0o600)
}

// Start runs the server and waits until it answers.
func (s *Server) Start(ctx context.Context) error {
	binary, err := find("mariadbd", "mysqld")
	if err != nil {
		return err
	}
	log, err := os.OpenFile(s.Log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("starting MariaDB: %w", err)
	}
	defer log.Close()
	args := []string{
		"--no-defaults", "--datadir=" + s.data(), "--tmpdir=" + s.tmp(),
		// Relative to the data directory: the path of a socket has at most 107 bytes.
		"--socket=mariadbd.sock", "--pid-file=mariadbd.pid",
		"--bind-address=127.0.0.1", "--port=" + strconv.Itoa(s.port),
		"--skip-name-resolve", "--init-file=" + filepath.Join(s.dir, "accounts.sql"),
	}
	cmd := exec.Command(binary, append(append(args, asRoot()...), s.options...)...)
	cmd.Stdout, cmd.Stderr = log, log
	if s.process, err = process.Start(cmd); err != nil {
		return err
	}
	if err := s.await(ctx); err != nil {
		return errors.Join(err, s.Stop())
	}
	return nil
}

// await waits until the server answers a query of the sink's account, which the file of
// accounts creates.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	db, err := sql.Open("mysql", s.DSN("orders"))
	if err != nil {
		return fmt.Errorf("starting MariaDB: %w", err)
	}
	defer db.Close()
	if err := s.process.Await(ctx, db.PingContext); err != nil {
		return fmt.Errorf("starting MariaDB: %w; the end of its log %s:\n%s", err, s.Log(), s.logEnd())
	}
	return nil
}

// Kill kills the server at once (SIGKILL), like a power cut. Start runs it again with the
// same port and data.
func (s *Server) Kill() error { return s.process.Kill() }

// Stop shuts the server down cleanly.
func (s *Server) Stop() error { return s.process.Stop(60 * time.Second) }

// Process returns the running server, for signals and measurements.
func (s *Server) Process() *process.Process { return s.process }

// Addr returns the address of the server, "127.0.0.1:port".
func (s *Server) Addr() string { return loopback.Address(s.port) }

// DSN returns the DSN of an account that may also create tables, in the form of
// go-sql-driver.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("%s:%s@tcp(%s)/%s", user, password, s.Addr(), database)
}

// AdminDSN returns the DSN of an account with every privilege.
func (s *Server) AdminDSN(database string) string {
	return fmt.Sprintf("%s:%s@tcp(%s)/%s", adminUser, adminPassword, s.Addr(), database)
}

// Log returns the path of the server's error log.
func (s *Server) Log() string { return filepath.Join(s.dir, "mariadbd.log") }

func (s *Server) logEnd() []byte {
	log, _ := os.ReadFile(s.Log())
	return log[max(0, len(log)-1500):]
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// tmp returns the temporary directory of this server. A starting server removes the
// temporary tables that it finds, so two servers must not share a directory.
func (s *Server) tmp() string { return filepath.Join(s.dir, "tmp") }

// asRoot returns the option that allows the server to run as root, for a caller that is
// root (a container, a build machine).
func asRoot() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}

// find returns the path of the server. It also looks into sbin, which the PATH of an
// ordinary user often lacks.
func find(names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
		for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/bin", "/opt/homebrew/bin"} {
			path := filepath.Join(dir, name)
			if info, err := os.Stat(path); err == nil && !info.IsDir() {
				return path, nil
			}
		}
	}
	return "", ErrNotInstalled
}
