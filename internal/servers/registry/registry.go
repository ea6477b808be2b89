// Package registry runs a private Apicurio Registry for the tests and the benchmark. It has
// the API of Confluent's Schema Registry. It can be killed and started again with its schemas.
package registry

import (
	"context"
	_ "embed" // pom.xml
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/order-sink/order-sink/internal/servers/java"
	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/process"
)

// archive has the version of pom.xml. Since 3.1 the registry needs Java 21, which Debian 12
// does not have. Its answers to a reader are the same.
const archive = "apicurio-registry-3.0.9"

//go:embed pom.xml
var pom []byte

// Registry is a registry with its own data directory and its own port on 127.0.0.1. Its
// methods are not for concurrent use.
type Registry struct {
	dir     string
	port    int
	java    string
	app     string // the directory of the program
	process *process.Process
}

// New prepares a registry in dir, which should be empty. It does not start the registry.
// The error is [java.ErrNotInstalled] when Java or Maven is missing.
func New(ctx context.Context, dir string) (*Registry, error) {
	var err error
	r := &Registry{}
	if r.dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("preparing the registry: %w", err)
	}
	if r.java, err = java.Find(ctx); err != nil {
		return nil, err
	}
	if r.app, err = java.Unpacked(ctx, archive, pom); err != nil {
		return nil, err
	}
	if r.port, err = loopback.Port(0); err != nil {
		return nil, fmt.Errorf("preparing the registry: %w", err)
	}
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return nil, fmt.Errorf("preparing the registry: %w", err)
	}
	return r, nil
}

// Start runs the registry and waits 4 to 10 seconds until it answers. After Kill or Stop it
// has the same port and the same schemas, with the same ids.
func (r *Registry) Start(ctx context.Context) error {
	log, err := os.OpenFile(r.Log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("starting the registry: %w", err)
	}
	defer log.Close()
	cmd := r.command()
	cmd.Stdout, cmd.Stderr = log, log
	if r.process, err = process.Start(cmd); err != nil {
		return fmt.Errorf("starting the registry: %w", err)
	}
	if err := r.await(ctx); err != nil {
		return errors.Join(err, r.process.Kill())
	}
	return nil
}

// command starts the main class with all jars, because the manifest of the program's jar
// has a class path that works in one folder only. By default the registry keeps its data in
// memory, and 20 connections to them. By default its database writes a commit to the disk half
// a second later, and a kill loses the commit.
func (r *Registry) command() *exec.Cmd {
	classes := filepath.Join(r.app, "*") + string(os.PathListSeparator) + filepath.Join(r.app, "lib", "*")
	cmd := exec.Command(r.java,
		"-Xmx256M", "-XX:+ExitOnOutOfMemoryError",
		"-Dquarkus.http.host=127.0.0.1", fmt.Sprintf("-Dquarkus.http.port=%d", r.port),
		"-Dquarkus.http.access-log.enabled=false",
		"-Dapicurio.datasource.url=jdbc:h2:file:"+filepath.Join(r.dir, "schemas")+";WRITE_DELAY=0",
		"-Dapicurio.datasource.jdbc.initial-size=2", "-Dapicurio.datasource.jdbc.min-size=2",
		"-cp", classes, "io.quarkus.runner.GeneratedMain")
	cmd.Dir = r.dir
	return cmd
}

func (r *Registry) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	if err := r.process.Await(ctx, r.ping); err != nil {
		return fmt.Errorf("starting the registry: %w; its log is %s", err, r.Log())
	}
	return nil
}

func (r *Registry) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL()+"/subjects", http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		return fmt.Errorf("the registry answered %d: %s", response.StatusCode, text)
	}
	return nil
}

// URL returns the address of Confluent's API, for clients of a schema registry.
func (r *Registry) URL() string { return "http://" + loopback.Address(r.port) + "/apis/ccompat/v7" }

// NativeURL returns the address of Apicurio's own API, for Apicurio's converter.
func (r *Registry) NativeURL() string {
	return "http://" + loopback.Address(r.port) + "/apis/registry/v2"
}

// Kill kills the registry at once (SIGKILL).
func (r *Registry) Kill() error { return r.process.Kill() }

// Stop shuts the registry down cleanly.
func (r *Registry) Stop() error { return r.process.Stop(60 * time.Second) }

// Process returns the running registry, for signals.
func (r *Registry) Process() *process.Process { return r.process }

// Close kills the registry, if it runs, and removes its directory.
func (r *Registry) Close() error {
	var err error
	if r.process != nil {
		err = r.process.Kill()
	}
	return errors.Join(err, os.RemoveAll(r.dir))
}

// Log returns the path of the registry's log.
func (r *Registry) Log() string { return filepath.Join(r.dir, "registry.log") }
