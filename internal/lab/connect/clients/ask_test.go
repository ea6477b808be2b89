package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/eventually"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// What clients decode. A member that a type does not have is an error: DataHub's ingestion,
// for one, fails on a member of ConnectorInfo that it does not know.
type (
	info struct {
		Name   string            `json:"name"`
		Config map[string]string `json:"config"`
		Tasks  []taskID          `json:"tasks"`
		Type   string            `json:"type"`
	}
	taskID struct {
		Connector string `json:"connector"`
		Task      int    `json:"task"`
	}
	status struct {
		Name string `json:"name"`
		// Connector has texts and nothing else: go-kafka-connect and AKHQ read it so.
		Connector map[string]string `json:"connector"`
		Tasks     []task            `json:"tasks"`
		Type      string            `json:"type"`
	}
	task struct {
		ID       int    `json:"id"`
		State    string `json:"state"`
		WorkerID string `json:"worker_id"`
		Trace    string `json:"trace"`
		Version  string `json:"version"`
	}
	failure struct {
		Code    int    `json:"error_code"`
		Message string `json:"message"`
	}
)

// client has the time limit of Terraform's provider, the shortest of all clients.
var client = &http.Client{Timeout: 10 * time.Second}

// answer is an answer of a worker.
type answer struct {
	c      *connector
	Status int
	Header http.Header
	Body   []byte
}

// ask sends a request as most clients do: with a body or without, and always with both
// headers. The answer must have one of the statuses.
func (c *connector) ask(method, path string, body any, statuses ...int) answer {
	c.Helper()
	return c.askWith(method, path, body, map[string]string{"Accept": "application/json", "Content-Type": "application/json"}, statuses...)
}

func (c *connector) askWith(method, path string, body any, headers map[string]string, statuses ...int) answer {
	c.Helper()
	a, err := c.try(method, path, body, headers)
	require.NoError(c, err)
	if !slices.Contains(statuses, a.Status) {
		c.Fatalf("%s %s answered %d, expected %v: %s", method, path, a.Status, statuses, a.Body)
	}
	return a
}

// try sends a request. A body that is text is sent as it is. A real worker that assigns its
// tasks anew is asked again: it answers 409 or 500 to any request, and order-sink never does.
func (c *connector) try(method, path string, body any, headers map[string]string) (a answer, err error) {
	c.Helper()
	// The context of the test has ended when it deletes its connector.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), patience)
	defer cancel()
	require.NoError(c, eventually.Until(ctx, "the worker does not rebalance", func(context.Context) error {
		a, err = c.once(method, path, body, headers)
		if !c.ours && a.Status >= 400 && bytes.Contains(a.Body, []byte("a rebalance is expected")) {
			return errors.New(string(a.Body))
		}
		return nil
	}))
	return a, err
}

func (c *connector) once(method, path string, body any, headers map[string]string) (a answer, err error) {
	var text []byte
	switch body := body.(type) {
	case nil:
	case string:
		text = []byte(body)
	default:
		if text, err = json.Marshal(body); err != nil {
			return a, err
		}
	}
	request, err := http.NewRequestWithContext(context.WithoutCancel(c.Context()), method, c.url+path, bytes.NewReader(text))
	if err != nil {
		return a, err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	a = answer{c: c, Status: response.StatusCode, Header: response.Header}
	a.Body, err = io.ReadAll(response.Body)
	return a, err
}

// into decodes the answer and accepts no member that is not in the type.
func (a answer) into(value any) {
	a.c.Helper()
	decoder := json.NewDecoder(bytes.NewReader(a.Body))
	decoder.DisallowUnknownFields()
	require.NoError(a.c, decoder.Decode(value), string(a.Body))
	require.Contains(a.c, a.Header.Get("Content-Type"), "application/json")
}

// message is the text of an error, whose code is the status of the answer.
func (a answer) message() string {
	a.c.Helper()
	var f failure
	a.into(&f)
	require.Equal(a.c, a.Status, f.Code)
	return f.Message
}

func (c *connector) path(below string) string { return "/connectors/" + c.name + below }

func (c *connector) info() (i info) {
	c.Helper()
	c.ask("GET", c.path(""), nil, 200).into(&i)
	return i
}

func (c *connector) status() (s status) {
	c.Helper()
	c.ask("GET", c.path("/status"), nil, 200).into(&s)
	return s
}

// awaitStates waits until the connector and its tasks have states.
func (c *connector) awaitStates(connector string, states ...string) (s status) {
	c.Helper()
	want := connector + " [" + strings.Join(states, " ") + "]"
	eventuallytest.Succeeds(c, patience, "the states are "+want, func(context.Context) error {
		a, err := c.try("GET", c.path("/status"), nil, nil)
		if err != nil {
			return err
		}
		s = status{}
		if err := json.Unmarshal(a.Body, &s); err != nil {
			return err
		}
		var is []string
		for _, task := range s.Tasks {
			is = append(is, task.State)
		}
		if got := s.Connector["state"] + " [" + strings.Join(is, " ") + "]"; got != want {
			return fmt.Errorf("%s: %s", got, a.Body)
		}
		return nil
	})
	for n, task := range s.Tasks {
		require.Equal(c, n, task.ID)
	}
	return s
}

// awaitRunning waits until the connector and all of its tasks run.
func (c *connector) awaitRunning() status {
	c.Helper()
	return c.awaitStates("RUNNING", slices.Repeat([]string{"RUNNING"}, tasks)...)
}
