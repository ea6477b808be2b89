package report_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/mariadb/report"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
)

// A topic pattern may match thousands of topics: the series stay few, and no row is lost.
func TestTheTablesOfTheMetricsAreBounded(t *testing.T) {
	series := map[string]int64{}
	metric := func(name string, _ ...string) report.Metric {
		return func(n int64, labels ...string) {
			if name == "mariadb_upsert_rows_total" {
				series[fmt.Sprint(labels)] += n
			}
		}
	}
	m := report.NewMetrics(metric, metric, metric)
	for range 2 {
		for i := range 150 {
			m.Outcomes(&store.Result{Tables: map[string]*store.Result{fmt.Sprint("t", i): {Tally: rows.Tally{Inserted: 1}}}})
		}
	}
	require.Len(t, series, 101)
	require.EqualValues(t, 2, series["[inserted t0]"])
	require.EqualValues(t, 2, series["[inserted t99]"])
	require.EqualValues(t, 100, series["[inserted (other)]"])
}
