// Command testall runs targets of the Makefile one after the other. It runs all of them,
// even after one fails. At the end it prints a table of the targets, the failed tests,
// the skipped tests with the reason, and a line "N passed, N failed". The exit status is
// 1 if anything failed. In CI (environment CI=true) a skipped test is a failure too.
//
//	testall build lint test-unit
package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	if err := run(os.Stdout, ".", os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// part is one target and its results.
type part struct {
	name string
	err  error
	took time.Duration
	results
}

// run runs the targets of the Makefile in dir.
func run(out io.Writer, dir string, targets []string) error {
	environment, err := environment(dir)
	if err != nil {
		return err
	}
	var parts []*part
	for _, target := range targets {
		fmt.Fprintf(out, "\n== %s\n", target)
		p := &part{name: target, results: results{out: out}}
		parts = append(parts, p)
		began := time.Now()
		// The targets give TEST_FLAGS to go test; see results for the events.
		cmd := exec.Command("make", "--no-print-directory", "TEST_FLAGS=-json", target)
		cmd.Dir, cmd.Env, cmd.Stderr = dir, environment, out
		p.err = p.follow(cmd)
		p.took = time.Since(began)
		if p.err != nil {
			fmt.Fprintf(out, "== %s failed: %v\n", target, p.err)
		}
	}
	return report(out, parts)
}

// follow runs a command and reads its output.
func (p *part) follow(cmd *exec.Cmd) error {
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewReader(stdout)
	for {
		line, err := lines.ReadString('\n')
		p.line(line)
		if err != nil {
			break
		}
	}
	p.end()
	return cmd.Wait()
}

// variable matches a variable in a pipeline, such as ${KAFKA_BROKERS:127.0.0.1:9092}.
var variable = regexp.MustCompile(`\$\{([A-Z][A-Z0-9_]*)`)

// environment returns the environment of this process without the variables that the
// pipelines and the quick start read. Those variables name servers of the user, and
// tests must never use them.
func environment(dir string) ([]string, error) {
	names := []string{"QUICKSTART_CONFIRM"}
	for _, folder := range []string{"config", "pipelines"} {
		err := filepath.WalkDir(filepath.Join(dir, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".yaml" {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range variable.FindAllSubmatch(text, -1) {
				names = append(names, string(found[1]))
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("looking for the variables of the pipelines: %w", err)
		}
	}
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(names, name)
	}), nil
}

// report prints the table and the lists after it. It returns an error if anything failed.
func report(out io.Writer, parts []*part) error {
	var passed, failed int
	var total time.Duration
	fmt.Fprintln(out)
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "PART\tRESULT\tDURATION\tPASSED\tFAILED\tSKIPPED")
	for _, p := range parts {
		result := "ok"
		if p.err != nil {
			result = "FAILED"
			// A part can fail without a failed test, for example when it does not compile.
			failed += max(1, len(p.failures))
		} else if p.passed+len(p.skips) == 0 { // a part without tests
			passed++
		}
		passed += p.passed
		total += p.took
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%d\n", p.name, result, p.took.Round(time.Second), p.passed, len(p.failures), len(p.skips))
	}
	fmt.Fprintf(table, "all\t\t%s\n", total.Round(time.Second))
	if err := table.Flush(); err != nil {
		return err
	}
	skips := printTests(out, parts)
	if skips > 0 && os.Getenv("CI") == "true" {
		fmt.Fprintln(out, "\nCI=true: a skipped test counts as a failed test.")
		failed += skips
	}
	fmt.Fprintf(out, "\n%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return errors.New("not every test passed: see the table above")
	}
	return nil
}

// printTests prints the failed tests, and the skipped tests by reason.
func printTests(out io.Writer, parts []*part) (skips int) {
	var failures []string
	var all []skip
	for _, p := range parts {
		failures = append(failures, p.failures...)
		all = append(all, p.skips...)
	}
	if len(failures) > 0 {
		fmt.Fprintf(out, "\nFailed tests:\n  %s\n", strings.Join(failures, "\n  "))
	}
	slices.SortStableFunc(all, func(a, b skip) int { return cmp.Compare(a.reason, b.reason) })
	if len(all) > 0 {
		fmt.Fprintln(out, "\nSkipped tests, below the reason:")
	}
	for i, s := range all {
		if i == 0 || s.reason != all[i-1].reason {
			fmt.Fprintf(out, "  %s\n", s.reason)
		}
		if s.test != "" {
			fmt.Fprintf(out, "    %s\n", s.test)
		}
	}
	return len(all)
}
