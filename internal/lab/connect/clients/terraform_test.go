package clients

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// terraform makes the requests of Terraform's provider Mongey/kafka-connect and of the client
// below it, ricardo-ch/go-kafka-connect, and applies their checks.
type terraform struct {
	*connector
	conflicts int // answers 409 so far
}

// attempts is how often the client sends a request that is answered with 409.
const attempts = 6

// send sends a request until the answer is not 409. The provider keeps the error of any
// other status, except for 404 to a GET.
func (p *terraform) send(method, path string, body any) (answer, error) {
	headers := map[string]string{"Accept": "application/json"}
	if body != nil {
		headers["Content-Type"] = "application/json"
	}
	for range attempts - 1 {
		a, err := p.try(method, path, body, headers)
		if err != nil || a.Status != 409 {
			return a, p.check(method, a, err)
		}
		p.conflicts++
		time.Sleep(50 * time.Millisecond) // the client waits 0.5 to 5 seconds
	}
	a, err := p.try(method, path, body, headers)
	return a, p.check(method, a, err)
}

func (p *terraform) check(method string, a answer, err error) error {
	if err == nil && a.Status >= 400 && (a.Status != 404 || method != "GET") {
		err = errors.New(string(a.Body))
	}
	return err
}

// create creates the connector and waits until it can be read. The configuration has to have
// the name.
func (p *terraform) create(config map[string]any) (map[string]any, error) {
	a, err := p.send("POST", "/connectors", map[string]any{"name": p.name, "config": config})
	if err != nil {
		return nil, err
	}
	var created struct{ Config map[string]any }
	if err := json.Unmarshal(a.Body, &created); err != nil {
		return nil, err
	}
	p.await("GET connector is 200", func() bool { a, err := p.send("GET", p.path(""), nil); return err == nil && a.Status == 200 })
	return created.Config, nil
}

// update replaces the configuration and waits until the worker returns it, with as many keys.
func (p *terraform) update(config map[string]any) {
	p.Helper()
	_, err := p.send("PUT", p.path("/config"), config)
	require.NoError(p, err)
	p.await("the configuration is the one that was sent", func() bool { return p.upToDate(config) })
}

func (p *terraform) upToDate(config map[string]any) bool {
	a, err := p.send("GET", p.path("/config"), nil)
	var got map[string]any
	if err != nil || a.Status != 200 || json.Unmarshal(a.Body, &got) != nil || len(got) != len(config) {
		return false
	}
	for key, value := range got {
		if fmt.Sprint(config[key]) != fmt.Sprint(value) {
			return false
		}
	}
	return true
}

// target pauses or resumes the connector and waits for its state.
func (p *terraform) target(verb, state string) {
	p.Helper()
	_, err := p.send("PUT", p.path("/"+verb), nil)
	require.NoError(p, err)
	p.await("the state is "+state, func() bool {
		a, err := p.send("GET", p.path("/status"), nil)
		var s struct{ Connector map[string]string }
		return err == nil && a.Status == 200 && json.Unmarshal(a.Body, &s) == nil && s.Connector["state"] == state
	})
}

// await repeats a check, as the client does every second for two minutes.
func (p *terraform) await(what string, check func() bool) {
	p.Helper()
	eventuallytest.Succeeds(p, 2*time.Minute, what, func(context.Context) error {
		if !check() {
			return errors.New("not yet")
		}
		return nil
	})
}

// refresh returns the configuration that the provider compares with the one in its state.
func (p *terraform) refresh() map[string]any {
	p.Helper()
	a, err := p.send("GET", p.path(""), nil)
	require.NoError(p, err)
	var read struct {
		Config map[string]any
		Tasks  []struct {
			Connector string
			Task      int
		}
	}
	require.NoError(p, json.Unmarshal(a.Body, &read))
	return read.Config
}

func anyValues(config map[string]string) map[string]any {
	all := map[string]any{}
	for key, value := range config {
		all[key] = value
	}
	return all
}

// apply, plan, apply, pause, resume and destroy of Terraform.
func TestTerraform(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		p := &terraform{connector: newConnector(t, w)}
		config := anyValues(p.named(p.config("unknown.key", "kept")))
		created, err := p.create(config)
		require.NoError(t, err)
		require.Equal(t, config, created)
		require.Equal(t, config, p.refresh(), "the plan after an apply is empty")
		p.sendNew(10)
		p.awaitRows()

		// The provider sends a create again whose answer it did not get in time. Only the
		// duplicate is a conflict.
		require.Zero(t, p.conflicts)
		other := maps.Clone(config)
		other["tasks.max"] = "1"
		_, err = p.create(other)
		require.ErrorContains(t, err, "409", "what the provider looks for")
		require.ErrorContains(t, err, "already exists")
		require.Equal(t, attempts-1, p.conflicts)
		require.Equal(t, config, p.refresh())

		changed := maps.Clone(config)
		delete(changed, "unknown.key")
		changed["batch.size"], changed["value.converter.schemas.enable"] = 500, true
		p.update(changed)
		require.False(t, p.upToDate(config))
		changed["batch.size"], changed["value.converter.schemas.enable"] = "500", "true"
		require.Equal(t, changed, p.refresh(), "numbers have become texts")
		p.sendNew(10)
		p.awaitRows()

		p.target("resume", "RUNNING") // the resource kafka-connect_connector_status of a new connector
		p.target("pause", "PAUSED")
		p.target("resume", "RUNNING")
		_, err = p.send("POST", p.path("/restart"), nil)
		require.NoError(t, err)
		p.sendNew(10)
		p.awaitRows()

		_, err = p.send("DELETE", p.path(""), nil)
		require.NoError(t, err)
		p.await("GET connector is 404", func() bool { a, err := p.send("GET", p.path(""), nil); return err == nil && a.Status == 404 })
		p.await("GET status is 404", func() bool { a, err := p.send("GET", p.path("/status"), nil); return err == nil && a.Status == 404 })
		require.Nil(t, p.refresh(), "the provider creates it again")
	})
}

// A mistake in a configuration ends an apply at once, with a message for the user.
func TestTerraformShowsAMistake(t *testing.T) {
	each(t, func(t *testing.T, w *worker) {
		p := &terraform{connector: newConnector(t, w)}
		_, err := p.create(anyValues(p.named(p.config("tasks.max", "many"))))
		require.ErrorContains(t, err, `"error_code":400`)
		require.ErrorContains(t, err, "Connector configuration is invalid and contains the following 2 error(s):")
		require.ErrorContains(t, err, "Invalid value many for configuration tasks.max: Not a number of type INT")
		for _, word := range []string{"409", "rebalance", "conflicting operation"} { // it would try for a minute
			require.NotContains(t, err.Error(), word)
		}
		require.Zero(t, p.conflicts)
		a, err := p.send("GET", p.path(""), nil)
		require.NoError(t, err)
		require.Equal(t, 404, a.Status)
	})
}
