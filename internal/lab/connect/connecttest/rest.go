package connecttest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// REST asks a worker, also one of Kafka Connect.
type REST struct {
	ID string // host:port
	t  testing.TB
}

// NewREST returns the client of the worker at an address.
func NewREST(t testing.TB, address string) REST { return REST{address, t} }

// Try sends a request. A body is encoded, but for a string, which is sent as it is.
func (r REST) Try(ctx context.Context, method, path string, body any) (status int, answer string, err error) {
	var text []byte
	switch body := body.(type) {
	case nil:
	case string:
		text = []byte(body)
	default:
		if text, err = json.Marshal(body); err != nil {
			return 0, "", err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+r.ID+path, bytes.NewReader(text))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return response.StatusCode, strings.TrimSpace(string(content)), err
}

// Call sends one request, and fails the test if there is no answer.
func (r REST) Call(method, path string, body any) (status int, answer string) {
	r.t.Helper()
	status, answer, err := r.Try(r.t.Context(), method, path, body)
	require.NoError(r.t, err)
	return status, answer
}

// Do sends a request until the answer is 2xx. A worker of Kafka Connect that rebalances
// answers 409.
func (r REST) Do(method, path string, body any) (answer string) {
	r.t.Helper()
	eventuallytest.Succeeds(r.t, Patience, method+" "+path+" succeeds", func(ctx context.Context) (err error) {
		var status int
		status, answer, err = r.Try(ctx, method, path, body)
		if err == nil && status/100 != 2 {
			err = fmt.Errorf("%d %s", status, answer)
		}
		return err
	})
	return answer
}

// Create creates a connector and expects the answer 201.
func (r REST) Create(name string, config map[string]string, initial connect.State) {
	r.t.Helper()
	body := map[string]any{"name": name, "config": config}
	if initial != "" {
		body["initial_state"] = initial
	}
	r.Do(http.MethodPost, "/connectors", body)
}

// Await waits until GET answers with a status and a text.
func (r REST) Await(path string, status int, text string) {
	r.t.Helper()
	eventuallytest.Succeeds(r.t, Patience, fmt.Sprintf("GET %s answers %d with %s", path, status, text), func(ctx context.Context) error {
		got, answer, err := r.Try(ctx, http.MethodGet, path, nil)
		if err == nil && (got != status || !strings.Contains(answer, text)) {
			err = fmt.Errorf("%d %s", got, answer)
		}
		return err
	})
}

// Status returns the state of a connector.
func (r REST) Status(ctx context.Context, name string) (s connect.Status, err error) {
	code, text, err := r.Try(ctx, http.MethodGet, "/connectors/"+name+"/status", nil)
	if err != nil {
		return s, err
	}
	if code != http.StatusOK {
		return s, fmt.Errorf("%d %s", code, text)
	}
	return s, json.Unmarshal([]byte(text), &s)
}

// AwaitState waits until a connector and all its tasks have these states, on one of the
// workers if any are named.
func (r REST) AwaitState(name string, state connect.State, tasks []connect.State, workers ...string) (s connect.Status) {
	r.t.Helper()
	here := func(worker string) bool { return len(workers) == 0 || slices.Contains(workers, worker) }
	eventuallytest.Succeeds(r.t, Patience, fmt.Sprintf("connector %s is %s, its tasks are %v", name, state, tasks), func(ctx context.Context) (err error) {
		if s, err = r.Status(ctx, name); err != nil {
			return err
		}
		right := s.Connector.State == state && len(s.Tasks) == len(tasks) && here(s.Connector.WorkerID)
		for i, task := range s.Tasks {
			right = right && task.State == tasks[i] && here(task.WorkerID)
		}
		if !right {
			return fmt.Errorf("it shows %+v", s)
		}
		return nil
	})
	return s
}

// Config returns the configuration of a connector.
func (r REST) Config(name string) (config map[string]string) {
	r.t.Helper()
	status, answer := r.Call(http.MethodGet, "/connectors/"+name+"/config", nil)
	require.Equal(r.t, http.StatusOK, status, answer)
	require.NoError(r.t, json.Unmarshal([]byte(answer), &config))
	return config
}

// Running are the states of a number of tasks that run.
func Running(tasks int) []connect.State {
	return slices.Repeat([]connect.State{connect.Running}, tasks)
}
