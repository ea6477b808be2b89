package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// results reads the output of a part. It prints it as `go test` without -json
// would: one line for a package that passes, and everything that a failed test
// says.
type results struct {
	out      io.Writer
	passed   int // tests
	failures []string
	skips    []skip

	packages []*pkg // that have not ended
}

// skip is a test that was skipped, or, without a name, something else that the
// part left out.
type skip struct{ test, reason string }

// pkg is a package whose tests run.
type pkg struct {
	name    string
	lines   []event
	verdict map[string]string // by test: pass, fail or skip
}

// event is one line of `go test -json`: see `go doc test2json`.
type event struct {
	Action, Package, Test, Output string
}

// omitted is what a part prints about something that it leaves out.
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
		p.verdict[e.Test] = e.Action
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
	p := &pkg{name: name, verdict: map[string]string{}}
	r.packages = append(r.packages, p)
	return p
}

// end is after the last line. A package that has not ended by then is a failure.
func (r *results) end() {
	for len(r.packages) > 0 {
		r.finish(r.packages[0], true)
	}
}

// finish prints what a package said and forgets it.
func (r *results) finish(p *pkg, failed bool) {
	r.packages = slices.DeleteFunc(r.packages, func(other *pkg) bool { return other == p })
	if !failed {
		if len(p.lines) > 0 { // "ok  	the package	1.2s"
			fmt.Fprintf(r.out, "%s", p.lines[len(p.lines)-1].Output)
		}
		return
	}
	for _, line := range p.lines {
		verdict := p.verdict[line.Test]
		if verdict != "pass" && verdict != "skip" && !strings.HasPrefix(line.Output, "=== ") {
			fmt.Fprintf(r.out, "%s", line.Output)
		}
	}
	before := len(r.failures)
	for test, verdict := range p.verdict {
		// Where a subtest has failed, its parents have failed too.
		if verdict == "fail" && !p.failedBelow(test) {
			r.failures = append(r.failures, p.name+" "+test)
		}
	}
	if len(r.failures) == before { // it does not compile, or a test ended the process
		r.failures = append(r.failures, p.name)
	}
	slices.Sort(r.failures)
}

func (p *pkg) failedBelow(test string) bool {
	for other, verdict := range p.verdict {
		if verdict == "fail" && strings.HasPrefix(other, test+"/") {
			return true
		}
	}
	return false
}

// place is how a test's output names the line of the source.
var place = regexp.MustCompile(`^\s*[\w.-]+\.go:\d+: `)

// reason is what a skipped test said.
func (p *pkg) reason(test string) string {
	var said []string
	for _, line := range p.lines {
		text := strings.TrimSpace(place.ReplaceAllString(line.Output, ""))
		if line.Test == test && text != "" && !strings.HasPrefix(text, "=== ") && !strings.HasPrefix(text, "--- ") {
			said = append(said, text)
		}
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}
