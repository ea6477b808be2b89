package configdef

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
)

// checkVersion adds an error to the version of a class, and to further keys, when the worker
// does not have the version, and reports whether it has it.
func checkVersion(class string, version *def.Result, further ...*def.Result) bool {
	text, isText := version.Value.(string)
	if !isText || !version.Given || version.Key.Default == nil || len(version.Errors) > 0 {
		return true
	}
	has := *version.Key.Default
	if inRange(text, has) {
		return true
	}
	if !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "(") {
		text = bracketed(text)
	}
	problem := fmt.Sprintf("Plugin %s not found that matches the version range %s, available versions: [%s]", class, text, has)
	for _, r := range append(further, version) {
		r.Fail(problem)
	}
	return false
}

// unbounded returns the error of a range without its end.
func unbounded(version *def.Result) string {
	text, _ := version.Value.(string)
	if strings.ContainsAny(text, "[(") && !strings.ContainsAny(text, "])") {
		return "Unbounded range: " + text
	}
	return ""
}

func bracketed(version string) string {
	switch {
	case version == "":
		return "[,]"
	case strings.Contains(version, ","):
		return "[" + version + "]"
	}
	return "[" + version + "," + version + "]"
}

// inRange reports whether a version is in a range: "latest", a version, or two with a bracket
// or a parenthesis at each end, such as [3.4,4).
func inRange(text, version string) bool {
	switch {
	case text == "latest":
		return true
	case text == "":
		return false
	case !strings.ContainsRune("[(", rune(text[0])):
		text = bracketed(text)
	}
	if len(text) < 2 || !strings.ContainsRune("])", rune(text[len(text)-1])) {
		return false
	}
	from, to, hasTwo := strings.Cut(text[1:len(text)-1], ",")
	if !hasTwo {
		to = from
	}
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	low, high := compareVersions(from, version), compareVersions(version, to)
	return (from == "" || low < 0 || low == 0 && text[0] == '[') && (to == "" || high < 0 || high == 0 && text[len(text)-1] == ']')
}

// compareVersions compares two versions part by part: numbers as numbers, and a part that is
// missing or a word as 0.
func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		if c := cmp.Compare(number(as, i), number(bs, i)); c != 0 {
			return c
		}
	}
	return 0
}

func number(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}
