package quickstart

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/process"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

// confirmation is the variable that confirms the use of a user's servers.
const confirmation = "QUICKSTART_CONFIRM"

func TestMain(m *testing.M) { sharedtest.Main(m, mariadbtest.Close, ordersinktest.Close) }

// quickstart is a running `make run`.
type quickstart struct {
	*process.Process
	out *ordersinktest.Log
}

func start(t *testing.T, dir string, environment ...string) *quickstart {
	t.Helper()
	return startWith(t, dir, nil, environment...)
}

func startWith(t *testing.T, dir string, args []string, environment ...string) *quickstart {
	t.Helper()
	return launch(t, command(t, dir, args, environment...))
}

// command returns `make run` with this environment and without a terminal.
func command(t *testing.T, dir string, args []string, environment ...string) *exec.Cmd {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "quickstart")
	build := exec.Command("go", "build", "-o", binary, "./internal/quickstart")
	build.Dir = ordersinktest.Root(t)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	cmd := exec.Command(binary, append(args, "-dir", dir, "-binary", ordersinktest.Binary(t))...)
	cmd.Dir = ordersinktest.Root(t)
	// Tests must not use the servers of the developer.
	cmd.Env = append(os.Environ(), "MARIADB_DSN=", "KAFKA_BROKERS=", confirmation+"=")
	cmd.Env = append(cmd.Env, environment...)
	return cmd
}

func launch(t *testing.T, cmd *exec.Cmd) *quickstart {
	t.Helper()
	q := &quickstart{out: ordersinktest.NewLog(t)}
	cmd.Stdout, cmd.Stderr = q.out, q.out
	var err error
	if q.Process, err = process.Start(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Kill(); err != nil {
			t.Error(err)
		}
	})
	return q
}

// find waits until the output matches the pattern, and returns the first group.
func (q *quickstart) find(t *testing.T, pattern string) string {
	t.Helper()
	expression := regexp.MustCompile(pattern)
	var found []string
	eventuallytest.Succeeds(t, 2*time.Minute, fmt.Sprintf("it prints %q", pattern), func(context.Context) error {
		if found = expression.FindStringSubmatch(q.out.String()); found != nil {
			return nil
		}
		select {
		case <-q.Done():
			t.Fatalf("the quick start ended: %v", q.Err())
		default:
		}
		return errors.New("no match")
	})
	return found[len(found)-1]
}

func (q *quickstart) awaitEnd(t *testing.T) {
	t.Helper()
	select {
	case <-q.Done():
	case <-time.After(2 * time.Minute):
		t.Fatal("the quick start did not end")
	}
}

// interrupt sends SIGINT, as Ctrl-C does, and waits for the end.
func (q *quickstart) interrupt(t *testing.T) {
	t.Helper()
	if err := q.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	q.awaitEnd(t)
	if err := q.Err(); err != nil {
		t.Errorf("the quick start ended with %v, expected exit status 0", err)
	}
}

func TestAPersonSeesOrdersFlow(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a folder of yours")
	// Another program uses the default port.
	if taken, err := net.Listen("tcp", "127.0.0.1:4195"); err == nil {
		defer taken.Close()
	}
	q := start(t, dir)
	q.find(t, `Ready \d+\.\d s after the start`)
	q.find(t, `Health +port 4195 is taken: using \d+`)
	for _, row := range []string{
		`CATALOG-002 +1 +6000 +6000 `, `CATALOG-001 +7 +11000 +77000 `, `CATALOG-002 +4 +71000 +284000 `,
	} {
		q.find(t, row)
	}

	// The printed commands work.
	http := q.find(t, `curl -i http://(\S+)/orders -H 'X-User-Id: you'`)
	if answer := post(t, "http://"+http+"/orders", `{"productId":"CATALOG-003","quantity":2,"unitPrice":1500}`); !strings.Contains(answer, `"totalPrice":3000`) {
		t.Errorf("the order was answered with %s", answer)
	}
	mariadb := q.find(t, `mariadb -h 127\.0\.0\.1 -P (\d+) -u orders -porders orders`)
	db, err := sql.Open("mysql", "orders:orders@tcp(127.0.0.1:"+mariadb+")/orders")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	awaitRow(t, db, "user_id = 'you' AND product_id = 'CATALOG-003' AND total_price = 3000")

	q.interrupt(t)
	for _, address := range []string{http, "127.0.0.1:" + mariadb} {
		if connection, err := net.Dial("tcp", address); err == nil {
			connection.Close()
			t.Errorf("a server still listens on %s", address)
		}
	}

	// The next start finds the data of the first.
	q = start(t, dir)
	q.find(t, `Ready \d+\.\d s after the start`)
	q.interrupt(t)
}

func TestAnEarlyCtrlCStopsAll(t *testing.T) {
	dir := t.TempDir()
	for _, printed := range []string{``, `MariaDB +private`, `Kafka +in memory`} {
		q := start(t, dir)
		q.find(t, printed)
		for { // it handles signals when it has the lock
			if _, err := os.Stat(filepath.Join(dir, "lock")); err == nil {
				break
			}
			select {
			case <-q.Done():
				t.Fatal(q.Err())
			case <-time.After(time.Millisecond):
			}
		}
		q.interrupt(t)
		log, err := os.ReadFile(filepath.Join(dir, "mariadb", "mariadbd.log"))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if starts, ends := strings.Count(string(log), "ready for connections"), strings.Count(string(log), "Shutdown complete"); starts > ends {
			t.Errorf("stopped after %q: MariaDB started %d times and shut down cleanly %d times", printed, starts, ends)
		}
	}
}

func TestASecondOneSaysThatTheFirstRuns(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir)
	first.find(t, `MariaDB +private`)
	second := start(t, dir)
	second.awaitEnd(t)
	if second.Err() == nil || !strings.Contains(second.out.String(), "another quick start uses "+dir) {
		t.Errorf("the second quick start ended with %v and printed %s", second.Err(), second.out)
	}
	first.find(t, `Ready \d+\.\d s after the start`)
}

func post(t *testing.T, url, body string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-User-Id", "you")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusCreated {
		t.Fatalf("answered %s, %v: %s", response.Status, err, answer)
	}
	return string(answer)
}

func awaitRow(t *testing.T, db *sql.DB, where string) {
	t.Helper()
	eventuallytest.Succeeds(t, time.Minute, "one row has "+where, func(ctx context.Context) error {
		var count int
		err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM orders WHERE "+where).Scan(&count)
		if err == nil && count != 1 {
			err = fmt.Errorf("%d rows have it", count)
		}
		return err
	})
}
