package clients

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// caller is a program around a client library. It reads a call from each line, a list of the
// name of a method and its arguments, and writes a line with the result or the error.
type caller struct {
	t      *testing.T
	input  io.Writer
	output *bufio.Scanner
	stderr *bytes.Buffer
}

// startCaller starts a program, which ends with the test.
func startCaller(t *testing.T, program string, args ...string) *caller {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	input, err := cmd.StdinPipe()
	require.NoError(t, err)
	output, err := cmd.StdoutPipe()
	require.NoError(t, err)
	c := &caller{t: t, input: input, output: bufio.NewScanner(output), stderr: &bytes.Buffer{}}
	c.output.Buffer(nil, 1<<24)
	cmd.Stderr = c.stderr
	require.NoError(t, cmd.Start())
	watchdog := time.AfterFunc(3*patience, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		watchdog.Stop()
		input.Close()
		_ = cmd.Wait() // its end says nothing about the worker
	})
	return c
}

// try calls a method.
func (c *caller) try(result any, method string, arguments ...any) error {
	c.t.Helper()
	line, err := json.Marshal(append([]any{method}, arguments...))
	require.NoError(c.t, err)
	_, err = fmt.Fprintf(c.input, "%s\n", line)
	require.NoError(c.t, err)
	require.True(c.t, c.output.Scan(), "%s: the program has ended: %s", method, c.stderr)
	var answer struct {
		Result json.RawMessage
		Error  string
	}
	require.NoError(c.t, json.Unmarshal(c.output.Bytes(), &answer), c.output.Text())
	if answer.Error != "" {
		return errors.New(answer.Error)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer.Result, result)
}

// call is try for a call that must succeed.
func (c *caller) call(result any, method string, arguments ...any) {
	c.t.Helper()
	require.NoError(c.t, c.try(result, method, arguments...), "%s\n%s", method, c.stderr)
}

func writeJSON(t *testing.T, path string, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o600))
}
