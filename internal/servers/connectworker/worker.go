// Package connectworker runs a private Kafka Connect worker with Debezium's connectors. The
// benchmark compares order-sink with the JDBC sink. The replica of a database reads what the
// MariaDB source writes.
package connectworker

import (
	"context"
	"crypto/rand"
	_ "embed" // worker.xml, sink.xml, source.xml, log4j.xml
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/servers/java"
	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/process"
)

// workerJars has the version of worker.xml.
const workerJars = "kafka-connect-4.3.1"

var (
	//go:embed worker.xml
	workerPOM []byte
	//go:embed sink.xml
	sinkPOM []byte
	//go:embed source.xml
	sourcePOM []byte
	//go:embed log4j.xml
	log4jPOM []byte
)

// Plugin is a connector with its jars, for [Start].
type Plugin struct {
	jars string // the name of their directory, with the version of the pom
	pom  []byte
	// onClassPath makes it a part of the worker, for classes that no manifest lists.
	onClassPath bool
	properties  string // lines for the properties of the worker
}

// The plugins of [Sink] and [Source].
var (
	JDBCSink      = Plugin{jars: "debezium-jdbc-3.4.0.Final", pom: sinkPOM}
	MariaDBSource = Plugin{jars: "debezium-mariadb-3.4.0.Final", pom: sourcePOM}
)

// Loggers makes /admin/loggers work. Without it the worker has no logger, because it logs
// through slf4j-simple.
var Loggers = Plugin{jars: "log4j-2.25.3", pom: log4jPOM, onClassPath: true}

// QuickCommits makes the worker commit the offsets of its sinks twice a second, for tests that
// wait for them. By default it does so once a minute.
var QuickCommits = Plugin{properties: "offset.flush.interval.ms=500\n"}

// jvm has the options that connect-distributed.sh and kafka-run-class.sh set.
var jvm = strings.Fields("-Xms256M -Xmx2G -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20" +
	" -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true")

// Worker is a running Kafka Connect of one distributed worker.
type Worker struct {
	dir     string
	group   string
	seeds   []string
	address string // of REST
	process *process.Process
}

// Start runs a worker with plugins in dir, which should be empty, and waits 5 to 15 seconds
// until it accepts connectors. The worker never deletes its three topics from the Kafka at
// seeds. The error is [java.ErrNotInstalled] when Java or Maven is missing.
func Start(ctx context.Context, dir string, seeds []string, plugins ...Plugin) (*Worker, error) {
	return StartIn(ctx, dir, seeds, "kafka-connect-"+rand.Text(), plugins...)
}

// StartIn is [Start] in a group, whose topics have the names GROUP-configs, GROUP-status and
// GROUP-offsets, and may exist.
func StartIn(ctx context.Context, dir string, seeds []string, group string, plugins ...Plugin) (*Worker, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("starting Kafka Connect: %w", err)
	}
	path, err := java.Find(ctx)
	if err != nil {
		return nil, err
	}
	jars, err := java.Jars(ctx, workerJars, workerPOM)
	if err != nil {
		return nil, err
	}
	port, err := loopback.Port(0)
	if err != nil {
		return nil, err
	}
	w := &Worker{dir: dir, group: group, seeds: seeds, address: loopback.Address(port)}
	classes, err := w.configure(ctx, plugins)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(w.Log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("starting Kafka Connect: %w", err)
	}
	defer log.Close()
	classes = append([]string{filepath.Join(jars, "*")}, classes...)
	cmd := exec.Command(path, append(jvm, "-cp", strings.Join(classes, string(os.PathListSeparator)),
		"org.apache.kafka.connect.cli.ConnectDistributed", w.config())...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	if w.process, err = process.Start(cmd); err != nil {
		return nil, fmt.Errorf("starting Kafka Connect: %w", err)
	}
	if err := w.await(ctx); err != nil {
		return nil, errors.Join(err, w.process.Kill())
	}
	return w, nil
}

// configure writes worker.properties and fills the folder of plugins. It returns what the
// plugins add to the class path.
func (w *Worker) configure(ctx context.Context, all []Plugin) (classes []string, err error) {
	plugins := filepath.Join(w.dir, "plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		return nil, fmt.Errorf("preparing Kafka Connect: %w", err)
	}
	own := ""
	for _, plugin := range all {
		own += plugin.properties
		if plugin.jars == "" {
			continue
		}
		jars, err := java.Jars(ctx, plugin.jars, plugin.pom)
		if err != nil {
			return nil, err
		}
		if plugin.onClassPath {
			classes = append(classes, filepath.Join(jars, "*"))
			continue
		}
		if err := os.Symlink(jars, filepath.Join(plugins, plugin.jars)); err != nil {
			return nil, fmt.Errorf("preparing Kafka Connect: %w", err)
		}
	}
	// Manifests list the plugins (service_load), because a search of every jar takes long.
	text := Properties(w.seeds, w.group, w.address) + "plugin.path=" + plugins + "\nplugin.discovery=service_load\n" + own
	if err := os.WriteFile(w.config(), []byte(text), 0o644); err != nil {
		return nil, fmt.Errorf("preparing Kafka Connect: %w", err)
	}
	return classes, nil
}

// await waits until REST answers and the worker has joined its group.
func (w *Worker) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	err := w.process.Await(ctx, func(ctx context.Context) error {
		_, err := w.ask(ctx, http.MethodGet, "/health", nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("starting Kafka Connect: %w; the end of its log:\n%s", err, w.logEnd())
	}
	return nil
}

// Address returns the address of REST, "127.0.0.1:port".
func (w *Worker) Address() string { return w.address }

// PID returns the process id of the JVM, for measurements.
func (w *Worker) PID() int { return w.process.PID() }

// Log returns the path of the worker's log.
func (w *Worker) Log() string { return filepath.Join(w.dir, "connect.log") }

func (w *Worker) logEnd() []byte {
	log, _ := os.ReadFile(w.Log())
	return log[max(0, len(log)-3000):]
}

func (w *Worker) config() string { return filepath.Join(w.dir, "worker.properties") }

// Stop lets the worker end as connect-distributed.sh does: its tasks commit their offsets.
func (w *Worker) Stop() error { return w.process.Stop(time.Minute) }

// Close kills the worker. It keeps the directory.
func (w *Worker) Close() error { return w.process.Kill() }
