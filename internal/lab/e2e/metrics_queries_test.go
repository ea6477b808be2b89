package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// query is one expression of PromQL, and where it stands.
type query struct{ from, text string }

// checkQueries parses the queries of the alerts and of the dashboard. It finds each
// metric, label and fixed value of a query in what a sink exposes.
func checkQueries(t *testing.T, metrics exposed) {
	for _, q := range append(alerts(t, "alerts.yaml", 11), dashboard(t)...) {
		expression, err := parser.ParseExpr(q.text)
		if err != nil {
			t.Errorf("%s: %v", q.from, err)
			continue
		}
		for _, problem := range metrics.mismatches(expression) {
			t.Errorf("%s: %s", q.from, problem)
		}
	}
}

// checkMismatches asserts that a query for what no sink exposes is found, whatever part
// of the query is wrong.
func checkMismatches(t *testing.T, metrics exposed) {
	for text, says := range map[string]string{
		`rate(mariadb_upsert_row_total[5m])`:                     "mariadb_upsert_row_total",
		`mariadb_upsert_state{stat="waiting"}`:                   "stat",
		`mariadb_upsert_state{state="wating"}`:                   "wating",
		`sum by (reason) (rate(mariadb_upsert_waits_total[5m]))`: "reason",
		`mariadb_upsert_rows_total_count`:                        "mariadb_upsert_rows_total_count",
		`mariadb_upsert_statement_seconds`:                       "_bucket",
	} {
		expression, err := parser.ParseExpr(text)
		if err != nil {
			t.Fatal(err)
		}
		if found := metrics.mismatches(expression); len(found) != 1 || !strings.Contains(found[0], says) {
			t.Errorf("%s: found %q, expected what is wrong with %s", text, found, says)
		}
	}
}

// alerts returns the queries of a file of config/prometheus, which has n alerts.
func alerts(t *testing.T, name string, n int) (queries []query) {
	t.Helper()
	var file struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	text, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "config/prometheus", name))
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			queries = append(queries, query{rule.Alert, rule.Expr})
		}
	}
	if len(queries) != n {
		t.Fatalf("%s has %d alerts, expected %d", name, len(queries), n)
	}
	return queries
}

// forGrafana is what Grafana puts in before it asks.
var forGrafana = strings.NewReplacer("$__rate_interval", "5m")

var labelValues = regexp.MustCompile(`^label_values\((.*), (\w+)\)$`)

func dashboard(t *testing.T) (queries []query) {
	t.Helper()
	var board struct {
		Templating struct {
			List []struct{ Name, Type, Definition string }
		}
		Panels []struct {
			Title, Type string
			Targets     []struct{ Expr string }
		}
	}
	text, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "config/grafana/orders.json"))
	if err == nil {
		err = json.Unmarshal(text, &board)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, panel := range board.Panels {
		if panel.Type != "row" && len(panel.Targets) == 0 {
			t.Errorf("panel %s asks for nothing", panel.Title)
		}
		for _, target := range panel.Targets {
			queries = append(queries, query{"panel " + panel.Title, forGrafana.Replace(target.Expr)})
		}
	}
	for _, variable := range board.Templating.List {
		if variable.Type == "query" {
			parts := labelValues.FindStringSubmatch(variable.Definition)
			if parts == nil {
				t.Errorf("variable %s asks for %s", variable.Name, variable.Definition)
				continue
			}
			queries = append(queries, query{"variable " + variable.Name, fmt.Sprintf("count by (%s) (%s)", parts[2], parts[1])})
		}
	}
	return queries
}

// mismatches returns the parts of an expression that no metric of a sink has.
func (e exposed) mismatches(expression parser.Expr) (problems []string) {
	known := []string{"job", "instance"} // Prometheus' own
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok || selector.Name == "up" {
			return nil
		}
		family := e.family(selector.Name)
		if e.Metrics[family] == nil {
			problems = append(problems, "no sink exposes "+selector.Name)
			return nil
		}
		isHistogram := e.Metrics[family].GetType().String() == "HISTOGRAM"
		if isHistogram && family == selector.Name {
			problems = append(problems, family+" has _bucket, _sum and _count only")
		}
		values := e.values(family)
		for name := range values {
			known = append(known, name)
		}
		if isHistogram {
			known = append(known, "le")
		}
		for _, matcher := range selector.LabelMatchers {
			if matcher.Name == labels.MetricName || matcher.Name == "job" || matcher.Name == "instance" {
				continue
			}
			switch has, ok := values[matcher.Name]; {
			case !ok:
				problems = append(problems, family+" has no label "+matcher.Name)
			case matcher.Type == labels.MatchEqual && !slices.Contains(has, matcher.Value):
				problems = append(problems, fmt.Sprintf("%s of %s is never %s", matcher.Name, family, matcher.Value))
			}
		}
		return nil
	})
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		if aggregate, ok := node.(*parser.AggregateExpr); ok {
			for _, name := range aggregate.Grouping {
				if !slices.Contains(known, name) {
					problems = append(problems, "nothing in it has the label "+name)
				}
			}
		}
		return nil
	})
	return problems
}

// family returns the metric that a series belongs to.
func (e exposed) family(series string) string {
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		if name, cut := strings.CutSuffix(series, suffix); cut && e.Metrics[name].GetType().String() == "HISTOGRAM" {
			return name
		}
	}
	return series
}

// values returns the values of each label of a metric.
func (e exposed) values(family string) map[string][]string {
	values := make(map[string][]string)
	for _, m := range e.Metrics[family].GetMetric() {
		for _, pair := range m.GetLabel() {
			values[pair.GetName()] = append(values[pair.GetName()], pair.GetValue())
		}
	}
	return values
}
