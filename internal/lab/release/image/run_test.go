package image

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/checkertest"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/process"
)

// patience is how long a condition may take on a busy machine.
const patience = 2 * time.Minute

func TestTheBinaryRunsInTheImage(t *testing.T) {
	b := build(t, runtime.GOARCH)
	if out := b.run(t, "--version"); !strings.Contains(out, version+" (commit "+commit+")") {
		t.Errorf("--version answered\n%s", out)
	}
	// Every shipped file, under the names that the documentation uses.
	args := []string{"lint"}
	for _, pattern := range []string{"config/*.yaml", "pipelines/*.yaml", "pipelines/*/*.yaml"} {
		files, err := fs.Glob(os.DirFS(filepath.Join(b.root, "order-sink")), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasPrefix(file, "config/") && file != "config/service.yaml" {
				args = append(args, "-r", file) // shared by the pipelines
			}
		}
		args = append(args, files...)
	}
	if !slices.Contains(args, "pipelines/orders.yaml") {
		t.Fatalf("the pipelines are not in the image: %q", args)
	}
	b.run(t, args...)
}

func TestAMountReplacesWhatIsShipped(t *testing.T) {
	b := build(t, runtime.GOARCH)
	mine := filepath.Join(t.TempDir(), "orders.yaml")
	if err := os.WriteFile(mine, []byte("input: { mine: {} }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := b.readOnly(b.docker.Config.Env, []string{mine, "/order-sink/pipelines/orders.yaml"}, "lint", "pipelines/orders.yaml").CombinedOutput()
	if text := string(out); err == nil || !strings.Contains(text, "unable to infer") && !strings.Contains(text, "mine") {
		t.Errorf("lint read another file than the one mounted: %v\n%s", err, out)
	}
}

// The image runs as in an orchestrator: with its user, its command and no writable file.
func TestAnOrderBecomesARowFromAReadOnlyImage(t *testing.T) {
	b := build(t, runtime.GOARCH)
	kafka, server := kafkatest.InMemory(t), mariadbtest.Shared(t)
	topic, deadLetters := kafkatest.Topic(t, kafka, 2), kafkatest.Topic(t, kafka, 1)
	_, dsn := server.Orders(t, filepath.Join(ordersinktest.Root(t), "config"))
	env := append(slices.Clone(b.docker.Config.Env),
		"HTTP_ADDRESS="+ordersinktest.FreeAddress(t), "KAFKA_BROKERS="+kafka.Seeds()[0], "KAFKA_TOPIC="+topic,
		"DEAD_LETTER_TOPIC="+deadLetters, "MARIADB_DSN="+dsn)

	s, log := b.start(t, env, b.readOnly(env, nil, b.docker.Config.Cmd...))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	g := orders.NewGenerator(1)
	messages := []orders.Message{orders.Good(orders.Seed()[0]), orders.Good(orders.Seed()[1]), g.NotJSON()}
	if _, err := orders.Produce(ctx, kafka.Seeds(), topic, slices.Values(messages), nil); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	report := checkertest.Eventually(t, patience, checker.Config{Seeds: kafka.Seeds(), Topic: topic, DeadLetters: deadLetters, DB: db})
	if report.Rows != 2 || report.DeadLetters != 1 {
		t.Errorf("two orders and one record that is no order gave %d rows and %d dead letters", report.Rows, report.DeadLetters)
	}

	stop(t, s)
	if text := log.String(); !strings.HasPrefix(text, "{") {
		t.Errorf("the log of a container is not JSON:\n%s", text)
	}
}

// start starts a command of the image, and waits until the health check of the image succeeds
// in the image.
func (b *built) start(t *testing.T, env []string, cmd *exec.Cmd) (*process.Process, *ordersinktest.Log) {
	t.Helper()
	log := ordersinktest.NewLog(t)
	cmd.Stdout, cmd.Stderr = log, log
	s, err := process.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Kill() })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		out, err := b.program(env, nil, b.docker.Config.Healthcheck.Test[1:]...).CombinedOutput()
		if err == nil {
			return s, log
		}
		select {
		case <-s.Done():
			t.Fatalf("order-sink ended unexpectedly: %v", s.Exit())
		case <-ctx.Done():
			t.Fatalf("waiting for the health check: %v\n%s", err, out)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop stops a program as an engine does.
func stop(t *testing.T, s *process.Process) {
	t.Helper()
	if err := s.Stop(patience); err != nil {
		t.Fatal(err)
	}
	if err := s.Err(); err != nil {
		t.Errorf("after SIGTERM, order-sink ended with %v", err)
	}
}

// run runs the entrypoint of the image and returns its output.
func (b *built) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := b.readOnly(b.docker.Config.Env, nil, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("running the image with %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// readOnly runs the entrypoint of the image with arguments, as [built.program] does.
func (b *built) readOnly(env, volume []string, args ...string) *exec.Cmd {
	return b.program(env, volume, slices.Concat(b.docker.Config.Entrypoint, args)...)
}

// program runs a program of the image on a read-only mount of its files, with the user and
// the environment of the image. A volume is a file and its name in the image. The command
// replaces itself with the program, so the mount ends with the program.
//
// `buildah run` is no substitute: it copies the output of the program, and now and then
// ends before it has copied the output of a program that ends at once.
func (b *built) program(env, volume []string, command ...string) *exec.Cmd {
	const script = `
set -e
mount --bind "$0" "$0"
if [ -n "$3" ]; then mount --bind -o ro "$3" "$0$4"; fi
mount -o remount,bind,ro "$0"
if touch "$0/writable" 2>/dev/null; then echo "the mount is writable" >&2; exit 9; fi
user=$1 dir=$2; shift 4
exec /usr/bin/unshare --setuid "${user%:*}" --setgid "${user#*:}" --root="$0" --wd="$dir" -- "$@"`
	if volume == nil {
		volume = []string{"", ""}
	}
	c := b.docker.Config
	cmd := exec.Command("unshare", slices.Concat(
		[]string{"--mount", "--propagation", "private", "--", "/bin/sh", "-c", script, b.root, c.User, c.WorkingDir}, volume, command)...)
	cmd.Env = env
	return cmd
}
