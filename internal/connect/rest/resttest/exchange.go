// Package resttest compares the answers of two Kafka Connect workers.
package resttest

import (
	"encoding/json"
	"net/http"
	"os"
)

// Exchange is a request with its answer.
type Exchange struct {
	Step     string      `json:"step"` // where the request is written down
	Method   string      `json:"method"`
	Path     string      `json:"path"` // with the query
	Headers  http.Header `json:"headers,omitempty"`
	Body     *string     `json:"body,omitempty"`
	Status   int         `json:"status"`
	Answered http.Header `json:"answered"` // the headers of the answer
	Answer   string      `json:"answer"`
}

// Read reads a transcript.
func Read(path string) ([]Exchange, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []Exchange
	return all, json.Unmarshal(text, &all)
}

// Write writes a transcript.
func Write(path string, all []Exchange) error {
	text, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
