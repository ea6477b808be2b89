package resttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Difference is a part of two answers that is not equal. Member is "status", the name of a
// header, "body", or a path in a JSON body: "$.tasks[0].state".
type Difference struct {
	Step, Request string
	Member        string
	Real, Ours    string // "<none>" for a member that is missing
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s\n\treal: %.300s\n\tours: %.300s", d.Step, d.Member, d.Real, d.Ours)
}

const none = "<none>"

// headers are the headers that clients read.
var headers = []string{"Content-Type", "Location", "Allow"}

// Compare returns what differs between the answers of a real worker and ours to the same
// request.
func Compare(real, ours Exchange) []Difference {
	var all []Difference
	request := real.Method + " " + real.Path + " "
	if real.Body != nil {
		request += *real.Body
	}
	add := func(member, a, b string) {
		if a != b {
			all = append(all, Difference{real.Step, request, member, a, b})
		}
	}
	add("status", fmt.Sprint(real.Status), fmt.Sprint(ours.Status))
	for _, name := range headers {
		add(name, header(real, name), header(ours, name))
	}
	a, b := members(real), members(ours)
	for _, member := range sortedKeys(a, b) {
		left, right := none, none
		if value, exists := a[member]; exists {
			left = value
		}
		if value, exists := b[member]; exists {
			right = value
		}
		add(member, left, right)
	}
	if a, b := order(real), order(ours); set(a) == set(b) {
		add("order", a, b)
	}
	return all
}

// order returns the names of the members of a body in their order, each once. Maps, such as a
// configuration, have no order.
func order(e Exchange) string {
	var names []string
	decoder := json.NewDecoder(strings.NewReader(e.Answer))
	walk(decoder, "", &names)
	return strings.Join(names, " ")
}

// maps are the members whose members are not fixed.
var maps = []string{"config", "partition"}

// walk reads one value.
func walk(decoder *json.Decoder, member string, names *[]string) {
	token, err := decoder.Token()
	if delimiter, isDelimiter := token.(json.Delim); err != nil || !isDelimiter || delimiter == '}' || delimiter == ']' {
		return
	}
	for decoder.More() {
		inner := member
		if token == json.Delim('{') {
			name, err := decoder.Token()
			if err != nil {
				return
			}
			inner = fmt.Sprint(name)
			// A name with a dot or a dash is that of a connector, a logger or a key.
			if !slices.Contains(maps, member) && !slices.Contains(*names, inner) && fixed.MatchString(inner) {
				*names = append(*names, inner)
			}
		}
		walk(decoder, inner, names)
	}
	_, _ = decoder.Token() // the end of the object or list
}

var fixed = regexp.MustCompile(`^(name|config|tasks|type|connector|task|id|state|worker_id|trace|version|commit|kafka_cluster_id|status|message|error_code|` +
	`partition|offset|offsets|level|last_modified|class|error_count|groups|configs|definition|value|required|default_value|importance|documentation|` +
	`group|order_in_group|width|display_name|dependents|recommended_values|errors|visible)$`)

// header returns the value of a header without what is different in each run.
func header(e Exchange, name string) string {
	value := e.Answered.Get(name)
	switch name {
	case "Location":
		value = regexp.MustCompile(`^https?://[^/]+`).ReplaceAllString(value, "http://WORKER")
	case "Allow":
		value = set(value)
	}
	if value == "" {
		return none
	}
	return value
}

// set sorts a list, whose order means nothing.
func set(list string) string {
	items := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	slices.Sort(items)
	return strings.Join(items, ",")
}

func sortedKeys(maps ...map[string]string) (keys []string) {
	for _, m := range maps {
		for key := range m {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// members returns the members of a JSON body by their paths, or the whole body as "body".
func members(e Exchange) map[string]string {
	found := map[string]string{}
	if e.Answer == "" {
		return found
	}
	var body any
	decoder := json.NewDecoder(strings.NewReader(e.Answer))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil {
		found["body"] = e.Answer
		if e.Method == http.MethodOptions {
			found["body"] = set(e.Answer)
		}
		return found
	}
	flatten(found, "$", body)
	return found
}

// flatten adds the leaves of a value. The elements of a list have their name as index, if they
// have one. Texts in a list of the names of connectors have no order.
func flatten(found map[string]string, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		if len(value) == 0 {
			found[path] = "{}"
		}
		for name, member := range value {
			flatten(found, path+"."+name, member)
		}
	case []any:
		if len(value) == 0 {
			found[path] = "[]"
		}
		sortTexts(value)
		for i, element := range value {
			flatten(found, fmt.Sprintf("%s[%s]", path, index(i, element)), element)
		}
	default:
		found[path] = normal(path, fmt.Sprintf("%#v", value))
	}
}

func sortTexts(values []any) {
	for _, value := range values {
		if _, isText := value.(string); !isText {
			return
		}
	}
	slices.SortFunc(values, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
}

func index(i int, element any) string {
	object, _ := element.(map[string]any)
	if definition, exists := object["definition"].(map[string]any); exists {
		object = definition
	}
	for _, key := range []string{"name", "class"} {
		if name, isText := object[key].(string); isText {
			return name
		}
	}
	return fmt.Sprint(i)
}

var varying = []struct {
	path        *regexp.Regexp
	replacement string
}{
	{regexp.MustCompile(`\.worker_id$`), "WORKER"},
	{regexp.MustCompile(`\.(version|commit)$`), "VERSION"},
	{regexp.MustCompile(`^\$\.kafka_cluster_id$`), "CLUSTER"},
	{regexp.MustCompile(`\.last_modified$`), "TIME"},
}

// normal replaces what is different in each run or version.
func normal(path, value string) string {
	if value == "<nil>" {
		return "null"
	}
	for _, v := range varying {
		if v.path.MatchString(path) {
			return v.replacement
		}
	}
	return value
}
