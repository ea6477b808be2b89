package differential

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/connect/rest/resttest"
)

// patience is how long a worker may take until an answer matches a pattern. After an answer
// that never did, the others have less, because they often follow from it.
const (
	patience = 3 * time.Minute
	hurry    = 5 * time.Second
)

// runner tells a story to one worker.
type runner struct {
	base    string // "http://127.0.0.1:8083"
	produce func(ctx context.Context, topic string, records int, text string) error
	hurried bool
}

// run returns the questions with the worker's answers.
func (r *runner) run(ctx context.Context, story []step) ([]resttest.Exchange, error) {
	var all []resttest.Exchange
	for i := range story {
		s := &story[i]
		if s.Produce != nil {
			if err := r.produce(ctx, s.Produce.Topic, s.Produce.Records, s.Produce.Text); err != nil {
				return all, fmt.Errorf("%s: %w", s, err)
			}
			continue
		}
		if s.Ask == "" {
			continue
		}
		e, err := r.until(ctx, s)
		if err != nil {
			return all, fmt.Errorf("%s: %w", s, err)
		}
		all = append(all, e)
	}
	return all, nil
}

// until asks until the answer matches the pattern. After its patience it returns the last
// answer, which then differs from the other worker's.
func (r *runner) until(ctx context.Context, s *step) (resttest.Exchange, error) {
	pattern := regexp.MustCompile(s.Until)
	wait := patience
	if r.hurried {
		wait = hurry
	}
	for end := time.Now().Add(wait); ; {
		e, err := r.ask(ctx, s)
		if err != nil || !rebalances(e) && pattern.MatchString(fmt.Sprintf("%d %s", e.Status, e.Answer)) {
			return e, err
		}
		if time.Now().After(end) {
			r.hurried = true
			return e, nil
		}
		select {
		case <-ctx.Done():
			return e, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// rebalances reports whether a real worker wants to be asked again, as its clients do.
func rebalances(e resttest.Exchange) bool {
	return e.Status >= http.StatusBadRequest &&
		(strings.Contains(e.Answer, "a rebalance is expected") || strings.Contains(e.Answer, "stale configuration"))
}

// client follows no redirects and sends no header of its own.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (r *runner) ask(ctx context.Context, s *step) (e resttest.Exchange, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	method, path, _ := strings.Cut(s.Ask, " ")
	e = resttest.Exchange{Step: s.String(), Method: method, Path: path}
	body, err := s.body()
	if err != nil {
		return e, err
	}
	request, err := http.NewRequestWithContext(ctx, method, r.base+path, bytes.NewReader(body))
	if err != nil {
		return e, err
	}
	if body != nil {
		text := string(body)
		e.Body = &text
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range s.Headers {
		request.Header.Set(name, value)
		if value == "" {
			request.Header.Del(name)
		}
	}
	e.Headers = request.Header.Clone()
	response, err := client.Do(request)
	if err != nil {
		return e, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	e.Status, e.Answered, e.Answer = response.StatusCode, response.Header, string(answer)
	return e, err
}
