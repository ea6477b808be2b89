// Package registrytest gives tests a real schema registry: one that the tests of a process
// share, or a private one.
package registrytest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/registry"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

var shared = sharedtest.Resource[*registry.Registry]{
	Name:  "registry",
	Start: start,
	Stop:  func(r *registry.Registry) { _ = r.Close() }, // Close also deletes its schemas
}

// Main runs the tests of a package and then stops the registry that they shared:
//
//	func TestMain(m *testing.M) { registrytest.Main(m) }
func Main(m *testing.M) { sharedtest.Main(m, Close) }

// Close stops the shared registry if a test has started it, for a [sharedtest.Main] with
// more to close.
func Close() { shared.Close() }

// Shared returns the registry that the tests of this process share. Each test has its own
// subjects. A test that stops a registry starts its own registry with [Private].
func Shared(t testing.TB) *registry.Registry {
	t.Helper()
	r, err := shared.Get()
	javatest.Require(t, err)
	return r
}

// Private returns a registry for one test. The end of the test stops it.
func Private(t testing.TB) *registry.Registry {
	t.Helper()
	r, err := start(t.TempDir())
	javatest.Require(t, err)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// Register registers an Avro schema and returns its id. references are the schemas of other
// subjects that the schema names.
func Register(t testing.TB, r *registry.Registry, subject, schema string, references ...sr.SchemaReference) int {
	t.Helper()
	client, err := sr.NewClient(sr.URLs(r.URL()))
	if err != nil {
		t.Fatal(err)
	}
	id, err := client.RegisterSchema(t.Context(), subject, sr.Schema{Schema: schema, References: references}, -1, -1)
	if err != nil {
		t.Fatalf("registering a schema for %s: %v", subject, err)
	}
	return id
}

func start(dir string) (*registry.Registry, error) {
	r, err := registry.New(context.Background(), dir)
	if err != nil {
		return nil, err
	}
	if err := r.Start(context.Background()); err != nil {
		log, _ := os.ReadFile(r.Log()) // the directory is deleted
		return nil, fmt.Errorf("%w\n%s", err, log)
	}
	return r, nil
}
