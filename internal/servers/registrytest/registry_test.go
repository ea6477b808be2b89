package registrytest_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"testing"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/registry"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
)

const (
	address = `{"type":"record","name":"Address","namespace":"shop","fields":[{"name":"city","type":"string"}]}`
	user    = `{"type":"record","name":"User","namespace":"shop","fields":[{"name":"home","type":"shop.Address"}]}`
)

func TestTheRegistryComesBackWithItsSchemas(t *testing.T) {
	r := registrytest.Private(t)
	registrytest.Register(t, r, "address", address)
	id := registrytest.Register(t, r, "user", user, sr.SchemaReference{Name: "shop.Address", Subject: "address", Version: 1})
	where := r.URL()
	client, err := sr.NewClient(sr.URLs(where))
	if err != nil {
		t.Fatal(err)
	}
	host, err := url.Parse(where)
	if err != nil {
		t.Fatal(err)
	}
	for how, end := range map[string]func() error{"killed": r.Kill, "stopped": r.Stop} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if conn, err := net.Dial("tcp", host.Host); err == nil {
			_ = conn.Close()
			t.Fatalf("%s, but a server still listens on %s", how, host.Host)
		}
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		schema, err := client.SchemaByID(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if schema.Schema != user || len(schema.References) != 1 || schema.References[0].Subject != "address" {
			t.Errorf("%s, and schema %d came back as %+v", how, id, schema)
		}
	}
	if r.URL() != where {
		t.Errorf("the registry moved from %s to %s", where, r.URL())
	}
	var unknown *sr.ResponseError
	if _, err := client.SchemaByID(t.Context(), id+1000); !errors.As(err, &unknown) || unknown.ErrorCode != 40403 {
		t.Errorf("an unknown id: %v, expected error 40403", err)
	}
}

func TestStartThatIsGivenUpLeavesNoProcess(t *testing.T) {
	r, err := registry.New(t.Context(), t.TempDir())
	javatest.Require(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Start(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("starting under a cancelled context: %v", err)
	}
	select {
	case <-r.Process().Done():
	default:
		t.Fatal("the registry still runs")
	}
}
