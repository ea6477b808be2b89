// Package mariadb runs a private MariaDB server: its own data directory, its
// own port on 127.0.0.1, and no option file of the machine. It is a real
// server with default durability, so that what holds against it holds.
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

// ErrNotInstalled says that the machine has no MariaDB server, and what to do.
var ErrNotInstalled = errors.New("MariaDB's server is not installed: run internal/servers/mariadb/install.sh")

// The accounts of a private server. The first has the rights a sink needs and
// those that a test needs to make tables; it cannot write to a read-only server.
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

// New prepares a server in dir, which is made and filled with the system
// tables when it is new. port 0 picks a free one. The options are added to the
// server's command line ("--max-connections=5").
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
	// The marker is written last: a directory without it was abandoned half
	// way and cannot be trusted.
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
	// Relative names: the installer, a shell script, stumbles over a blank. (Its
	// server goes to the data first, so that tmp lies beside it.)
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
		// Relative to the data directory: a socket's path may have 107 bytes only.
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

// await asks until the server answers a query under the sink's account, which
// is there once the accounts' file has run.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	db, err := sql.Open("mysql", s.DSN("orders"))
	if err != nil {
		return fmt.Errorf("starting MariaDB: %w", err)
	}
	defer db.Close()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-s.process.Done():
			return fmt.Errorf("starting MariaDB: it ended by itself (%w); the end of its log %s:\n%s", s.process.Exit(), s.Log(), s.logEnd())
		case <-ctx.Done():
			return fmt.Errorf("starting MariaDB: %w: no answer (%w); its log is %s", ctx.Err(), err, s.Log())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Kill ends the server at once, as a power cut would (SIGKILL). Start it again
// on the same port and data.
func (s *Server) Kill() error { return s.process.Kill() }

// Stop shuts the server down in order.
func (s *Server) Stop() error { return s.process.Stop(60 * time.Second) }

// Process is the running server, for signals and for measuring.
func (s *Server) Process() *process.Process { return s.process }

// Addr is where the server listens, "127.0.0.1:port".
func (s *Server) Addr() string { return loopback.Address(s.port) }

// DSN is the way in of an account that may make tables too, in go-sql-driver's
// form.
func (s *Server) DSN(database string) string {
	return fmt.Sprintf("%s:%s@tcp(%s)/%s", user, password, s.Addr(), database)
}

// AdminDSN has every privilege, for what a test does to the server.
func (s *Server) AdminDSN(database string) string {
	return fmt.Sprintf("%s:%s@tcp(%s)/%s", adminUser, adminPassword, s.Addr(), database)
}

// Log is the path of the server's error log.
func (s *Server) Log() string { return filepath.Join(s.dir, "mariadbd.log") }

func (s *Server) logEnd() []byte {
	log, _ := os.ReadFile(s.Log())
	return log[max(0, len(log)-1500):]
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// tmp is the server's own: one that starts removes what looks like temporary
// tables that it has left behind, and in a shared folder those are another's.
func (s *Server) tmp() string { return filepath.Join(s.dir, "tmp") }

// asRoot lets the server run as root where the caller is root (a container, a
// build machine), which it refuses unless told.
func asRoot() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}

// find looks where distributions put a server: PATH of an ordinary user often
// lacks sbin.
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
