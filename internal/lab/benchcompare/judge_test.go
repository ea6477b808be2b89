package main

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
)

// text returns the output of go test for runs with these nanoseconds and allocations.
func text(name string, ns, allocs []int) string {
	var b strings.Builder
	b.WriteString("goos: linux\npkg: example.com/plugins/order\n")
	for i := range ns {
		fmt.Fprintf(&b, "Benchmark%s-2 \t 1000\t %d ns/op\t 64 B/op\t %d allocs/op\n", name, ns[i], allocs[i%len(allocs)])
	}
	return b.String() + "PASS\n"
}

func parse(t *testing.T, texts ...string) measurements {
	t.Helper()
	all, err := read(strings.NewReader(strings.Join(texts, "")))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOnlyAGrossLossIsOne(t *testing.T) {
	steady, none, two := []int{1000, 1010, 990, 1005, 995, 1002}, []int{0}, []int{2}
	for name, c := range map[string]struct {
		base, head             []int
		baseAllocs, headAllocs []int
		gross                  string // the units
	}{
		"the same":                {steady, steady, two, two, ""},
		"half as fast":            {steady, []int{2000, 2100, 1990, 2050, 1950, 2020}, two, two, "sec/op"},
		"a quarter slower":        {steady, []int{1250, 1260, 1240, 1255, 1245, 1252}, two, two, ""},
		"twice as fast":           {steady, []int{500, 510, 490, 505, 495, 502}, two, two, ""},
		"slow in most runs":       {[]int{1000, 3000, 1010, 2900, 990, 3100}, []int{3000, 1000, 2900, 3100, 1010, 3050}, two, two, ""},
		"measured too seldom":     {steady[:3], []int{2000, 2100, 1990}, two, two, ""},
		"the first allocation":    {steady, steady, none, []int{1}, "allocs/op"},
		"one allocation in ten":   {steady, steady, []int{10}, []int{11}, ""},
		"half as many more":       {steady, steady, []int{10}, []int{15}, "allocs/op"},
		"fewer allocations":       {steady, steady, []int{15}, []int{10}, ""},
		"an allocation, at times": {steady, steady, []int{1, 2}, []int{2, 1, 2}, ""},
		"slower and more":         {steady, []int{2000, 2100, 1990, 2050, 1950, 2020}, two, []int{4}, "sec/op allocs/op"},
	} {
		t.Run(name, func(t *testing.T) {
			results, onlyBase, onlyHead := compare(
				parse(t, text("Price", c.base, c.baseAllocs)), parse(t, text("Price", c.head, c.headAllocs)))
			var gross []string
			for _, v := range results {
				if v.gross {
					gross = append(gross, v.unit)
				}
			}
			if got := strings.Join(gross, " "); got != c.gross {
				t.Errorf("gross losses in %q, expected %q", got, c.gross)
			}
			if len(results) != 2 || len(onlyBase)+len(onlyHead) != 0 {
				t.Errorf("%d results, only before %v, only now %v; expected time and allocations of one benchmark", len(results), onlyBase, onlyHead)
			}
		})
	}
}

func TestABenchmarkOfOneSideIsNamed(t *testing.T) {
	runs := []int{1000, 1010, 990, 1005}
	results, onlyBase, onlyHead := compare(
		parse(t, text("Price", runs, runs), text("Old/a=1", runs, runs)),
		parse(t, text("New", runs, runs), text("Price", runs, runs)))
	if len(results) != 2 || results[0].name != "Price" || math.Round(results[0].base*1e10) != 10025 {
		t.Errorf("results on %v, expected two on Price, the first with 1,002.5 ns", results)
	}
	if got := fmt.Sprint(onlyBase, onlyHead); got != "[order Old/a=1] [order New]" {
		t.Errorf("only before, only now: %s", got)
	}
}

func TestBrokenTextIsAnError(t *testing.T) {
	if all, err := read(strings.NewReader("BenchmarkPrice-2 1000 many ns/op\n")); err == nil {
		t.Errorf("read as %v", all)
	}
}

func TestABenchmarkIsMeasuredAgainAlone(t *testing.T) {
	p, err := of(benchmark{"plugins/connectjson", "Processor/{a:_b}/c+d"})
	if err != nil || p.plugin != "plugins/connectjson" {
		t.Fatalf("%+v, %v", p, err)
	}
	elements := strings.Split(p.pattern, "/")
	for i, name := range []string{"BenchmarkProcessor", "{a:_b}", "c+d"} {
		matches := regexp.MustCompile(elements[i]).MatchString
		if !matches(name) || matches(name+"x") || matches("x"+name) {
			t.Errorf("%s is not the pattern of %s alone", elements[i], name)
		}
	}
	if _, err := of(benchmark{"plugins/elsewhere", "X"}); err == nil {
		t.Error("a plugin that is not in the suite was found")
	}
}

func TestABenchmarkMayBeOfSeveralPlugins(t *testing.T) {
	runs := []int{1000, 1010, 990, 1005}
	all := parse(t, strings.Replace(text("Price", runs, runs), "plugins/order\n", "plugins\n", 1))
	b := benchmark{"plugins", "Price"}
	if _, err := of(b); err != nil || len(all) != 1 || all[b] == nil {
		t.Errorf("%v, %v; expected %s", all, err, b)
	}
}

// A benchmark that moves to a package below its plugin is still the same benchmark.
func TestABenchmarkMayMoveWithinItsRoom(t *testing.T) {
	runs := []int{1000, 1010, 990, 1005}
	moved := strings.Replace(text("Price", runs, runs), "plugins/order\n", "plugins/order/price\n", 1)
	results, onlyBase, onlyHead := compare(parse(t, text("Price", runs, runs)), parse(t, moved))
	if len(results) != 2 || len(onlyBase)+len(onlyHead) != 0 {
		t.Errorf("%d results, only before %v, only now %v; expected two", len(results), onlyBase, onlyHead)
	}
	if all, err := read(strings.NewReader(strings.Replace(moved, "plugins/order/price", "order", 1))); err == nil {
		t.Errorf("a package of no plugin was read as %v", all)
	}
}
