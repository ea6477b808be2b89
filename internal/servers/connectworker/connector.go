package connectworker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// pause is the time between two requests to the worker.
const pause = 100 * time.Millisecond

// Create creates a connector and waits until the connector and all of its tasks run. The
// error has the trace of a failed task.
func (w *Worker) Create(ctx context.Context, name string, config map[string]string) error {
	tasks := 1
	if text, set := config["tasks.max"]; set {
		var err error
		if tasks, err = strconv.Atoi(text); err != nil {
			return fmt.Errorf("creating connector %s: reading tasks.max: %w", name, err)
		}
	}
	body, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("creating connector %s: %w", name, err)
	}
	// A worker that rebalances its tasks answers 409.
	err = w.until(ctx, func() (bool, error) {
		_, err := w.ask(ctx, http.MethodPut, path(name, "/config"), body)
		return !isStatus(err, http.StatusConflict), err
	})
	if err != nil {
		return fmt.Errorf("creating connector %s: %w", name, err)
	}
	err = w.until(ctx, func() (bool, error) {
		running, err := w.running(ctx, name)
		if isStatus(err, http.StatusNotFound) { // not started yet
			return false, err
		}
		return err != nil || running == 1+tasks, err
	})
	if err != nil {
		return fmt.Errorf("creating connector %s: %w", name, err)
	}
	return nil
}

// Check returns an error with the trace if a connector or one of its tasks has failed.
// Kafka Connect never restarts a failed task by itself.
func (w *Worker) Check(ctx context.Context, name string) error {
	if _, err := w.running(ctx, name); err != nil {
		return fmt.Errorf("checking connector %s: %w", name, err)
	}
	return nil
}

// Delete deletes a connector and waits until its tasks have left the group. A new sink of
// the same name begins with the oldest record again; a new source of the same name continues.
func (w *Worker) Delete(ctx context.Context, name string) error {
	err := w.until(ctx, func() (bool, error) {
		_, err := w.ask(ctx, http.MethodDelete, path(name, ""), nil)
		return !isStatus(err, http.StatusConflict), err
	})
	if err != nil {
		return fmt.Errorf("deleting connector %s: %w", name, err)
	}
	err = w.until(ctx, func() (bool, error) {
		_, err := w.ask(ctx, http.MethodGet, path(name, "/status"), nil)
		if isStatus(err, http.StatusNotFound) {
			return true, nil
		}
		return err != nil, err
	})
	if err != nil {
		return fmt.Errorf("deleting connector %s: %w", name, err)
	}
	if err := w.forget(ctx, "connect-"+name); err != nil {
		return fmt.Errorf("deleting connector %s: %w", name, err)
	}
	return nil
}

// forget waits until a consumer group has no member, and deletes the group with its
// committed offsets.
func (w *Worker) forget(ctx context.Context, group string) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(w.seeds...))
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	return w.until(ctx, func() (bool, error) {
		answers, err := admin.DeleteGroups(ctx, group)
		if err == nil {
			err = answers.Error()
		}
		if errors.Is(err, kerr.GroupIDNotFound) { // the connector has never read
			return true, nil
		}
		return !errors.Is(err, kerr.NonEmptyGroup), err
	})
}

// running returns how many of a connector and its tasks are RUNNING.
func (w *Worker) running(ctx context.Context, name string) (int, error) {
	text, err := w.ask(ctx, http.MethodGet, path(name, "/status"), nil)
	if err != nil {
		return 0, err
	}
	type part struct {
		ID           int
		State, Trace string
	}
	var status struct {
		Connector part
		Tasks     []part
	}
	if err := json.Unmarshal(text, &status); err != nil {
		return 0, fmt.Errorf("reading the status: %w", err)
	}
	running := 0
	for i, part := range append([]part{status.Connector}, status.Tasks...) {
		switch {
		case part.State == "RUNNING":
			running++
		case part.State == "FAILED" && i == 0:
			return 0, fmt.Errorf("the connector failed: %s", causes(part.Trace))
		case part.State == "FAILED":
			return 0, fmt.Errorf("task %d failed: %s", part.ID, causes(part.Trace))
		}
	}
	return running, nil
}

// causes returns a Java stack trace without its frames.
func causes(trace string) string {
	var kept []string
	for line := range strings.Lines(trace) {
		if !strings.HasPrefix(line, "\t") {
			kept = append(kept, strings.TrimSpace(line))
		}
	}
	return strings.Join(kept, "; ")
}

// until calls try until try is done, and returns its last error. It ends early when ctx
// or the worker ends.
func (w *Worker) until(ctx context.Context, try func() (done bool, err error)) error {
	for {
		done, err := try()
		if done {
			return err
		}
		select {
		case <-w.process.Done():
			return fmt.Errorf("waiting for Kafka Connect: it ended unexpectedly (%w); its log is %s", w.process.Exit(), w.Log())
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(pause):
		}
	}
}

func path(name, below string) string { return "/connectors/" + url.PathEscape(name) + below }

// statusError is an answer other than 2xx.
type statusError struct {
	status int
	text   string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("Kafka Connect answered %d: %s", e.status, e.text)
}

func isStatus(err error, status int) bool {
	var answer *statusError
	return errors.As(err, &answer) && answer.status == status
}

// ask sends one request to REST and returns the body of the answer.
func (w *Worker) ask(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second) // a request has its own timeout
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://"+w.address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = &statusError{response.StatusCode, string(answer)}
	}
	return answer, err
}
