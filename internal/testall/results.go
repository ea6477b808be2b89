package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// results reads the output of a part. It prints what `go test` without -json prints: one
// line for a package that passes, and the whole output of a failed test.
type results struct {
	out      io.Writer
	passed   int // tests
	failures []string
	skips    []skip

	packages []*pkg // that still run
}

// skip is a skipped test. Without a name it is something else that the part omitted.
type skip struct{ test, reason string }

// pkg is a package with running tests.
type pkg struct {
	name   string
	lines  []event
	result map[string]string // by test: pass, fail or skip
}

// event is one line of `go test -json`: see `go doc test2json`.
type event struct {
	Action, Package, Test, Output string
}

// omitted matches the line that a part prints about something that it omits.
const omitted = "SKIPPED: "

// line reads one line of the part's standard output.
func (r *results) line(text string) {
	var e event
	if !strings.HasPrefix(text, "{") || json.Unmarshal([]byte(text), &e) != nil || e.Action == "" {
		if reason, found := strings.CutPrefix(text, omitted); found {
			r.skips = append(r.skips, skip{reason: strings.TrimSpace(reason)})
		}
		fmt.Fprintf(r.out, "%s", text)
		return
	}
	switch e.Action {
	case "build-output":
		fmt.Fprintf(r.out, "%s", e.Output)
	case "output":
		p := r.pkg(e.Package)
		p.lines = append(p.lines, e)
	case "pass", "fail", "skip":
		p := r.pkg(e.Package)
		if e.Test == "" {
			r.finish(p, e.Action == "fail")
			return
		}
		p.result[e.Test] = e.Action
		switch e.Action {
		case "pass":
			r.passed++
		case "skip":
			r.skips = append(r.skips, skip{p.name + " " + e.Test, p.reason(e.Test)})
		}
	}
}

func (r *results) pkg(name string) *pkg {
	for _, p := range r.packages {
		if p.name == name {
			return p
		}
	}
	p := &pkg{name: name, result: map[string]string{}}
	r.packages = append(r.packages, p)
	return p
}

// end reads the end of the output. A package that has not ended is a failure.
func (r *results) end() {
	for len(r.packages) > 0 {
		r.finish(r.packages[0], true)
	}
}

// finish prints the output of a package and removes the package.
func (r *results) finish(p *pkg, failed bool) {
	r.packages = slices.DeleteFunc(r.packages, func(other *pkg) bool { return other == p })
	if !failed {
		if len(p.lines) > 0 { // "ok  	the package	1.2s"
			fmt.Fprintf(r.out, "%s", p.lines[len(p.lines)-1].Output)
		}
		return
	}
	for _, line := range p.lines {
		result := p.result[line.Test]
		if result != "pass" && result != "skip" && !strings.HasPrefix(line.Output, "=== ") {
			fmt.Fprintf(r.out, "%s", line.Output)
		}
	}
	before := len(r.failures)
	for test, result := range p.result {
		// When a subtest fails, its parents fail too.
		if result == "fail" && !p.failedBelow(test) {
			r.failures = append(r.failures, p.name+" "+test)
		}
	}
	if len(r.failures) == before { // the package does not compile, or a test ended the process
		r.failures = append(r.failures, p.name)
	}
	slices.Sort(r.failures)
}

func (p *pkg) failedBelow(test string) bool {
	for other, result := range p.result {
		if result == "fail" && strings.HasPrefix(other, test+"/") {
			return true
		}
	}
	return false
}

// location matches the file and the line in the output of a test.
var location = regexp.MustCompile(`^\s*[\w.-]+\.go:\d+: `)

// reason returns the reason that a skipped test printed.
func (p *pkg) reason(test string) string {
	var said []string
	for _, line := range p.lines {
		text := strings.TrimSpace(location.ReplaceAllString(line.Output, ""))
		if line.Test == test && text != "" && !strings.HasPrefix(text, "=== ") && !strings.HasPrefix(text, "--- ") {
			said = append(said, text)
		}
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}
