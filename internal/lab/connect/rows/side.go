package rows

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/servers/kafka"
)

const (
	theirs = "theirs"
	mine   = "mine"
)

// side is one of the two workers.
type side struct {
	name    string // theirs or mine
	address string
	admin   *kadm.Client
}

func (s *side) connector(c *testCase) string { return s.name + "-" + c.Name }

// create posts a connector. It returns the message if the worker refuses the configuration.
func (s *side) create(ctx context.Context, c *testCase, config map[string]string) (refusal string, err error) {
	body, err := json.Marshal(map[string]any{"name": s.connector(c), "config": config})
	if err != nil {
		return "", err
	}
	for {
		status, answer, err := s.ask(ctx, http.MethodPost, "/connectors", body)
		switch {
		case err != nil:
			return "", err
		case status == http.StatusCreated:
			return "", nil
		case status == http.StatusBadRequest:
			return string(answer), nil
		case status != http.StatusConflict: // which the real worker answers while it rebalances
			return "", fmt.Errorf("creating %s: the worker answered %d: %s", s.connector(c), status, answer)
		}
		if err := pause(ctx); err != nil {
			return "", err
		}
	}
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(100 * time.Millisecond):
		return nil
	}
}

// status is the state of the connector and of its tasks, "RUNNING", or "FAILED" if one of
// them has failed, with the trace.
func (s *side) status(ctx context.Context, c *testCase) (state, trace string, err error) {
	code, answer, err := s.ask(ctx, http.MethodGet, "/connectors/"+s.connector(c)+"/status", nil)
	if err != nil || code == http.StatusNotFound { // not started yet
		return "UNASSIGNED", "", err
	}
	type part struct{ State, Trace string }
	var status struct {
		Connector part
		Tasks     []part
	}
	if err := json.Unmarshal(answer, &status); err != nil {
		return "", "", fmt.Errorf("reading the status %s: %w", answer, err)
	}
	state = status.Connector.State
	for _, part := range append(status.Tasks, status.Connector) {
		if part.State == "FAILED" {
			return part.State, part.Trace, nil
		}
	}
	return state, "", nil
}

// finished returns an error until the connector has committed all records, or has failed.
func (s *side) finished(ctx context.Context, c *testCase) error {
	state, _, err := s.status(ctx, c)
	if err != nil || state == "FAILED" {
		return err
	}
	if s.name == mine && c.Differs != nil && c.Differs.Waits != "" {
		if _, answer, err := s.ask(ctx, http.MethodGet, "/order-sink/connectors/"+s.connector(c), nil); err != nil || strings.Contains(string(answer), c.Differs.Waits) {
			return err
		}
	}
	for topic := range c.topics() {
		if err := kafka.Behind(ctx, s.admin, "connect-"+s.connector(c), topic); err != nil {
			return fmt.Errorf("the connector is %s: %w", state, err)
		}
	}
	return nil
}

func (s *side) ask(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://"+s.address+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// causes returns a trace without its frames.
func causes(trace string) string {
	var kept []string
	for line := range strings.Lines(trace) {
		if !strings.HasPrefix(line, "\t") {
			kept = append(kept, strings.TrimSpace(line))
		}
	}
	return strings.Join(kept, "; ")
}
