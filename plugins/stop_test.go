package plugins

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/mariadb"
)

// refusals are the ways in which the record with n = 500 is refused, the offset of that record,
// and what ends the refusal.
var refusals = map[string]struct {
	offset                             int
	setUp, processor, code, field, fix string
}{
	"by a processor": {12, "", `mapping: 'root = if this.n == 500 { throw("secret") } else { this }'`, "unknown", "value", ""},
	"at offset 0":    {0, "ALTER TABLE quick MODIFY n TINYINT UNSIGNED NOT NULL", "", "row_out_of_range", "n", "ALTER TABLE quick MODIFY n INT NOT NULL"},
	"by a column":    {15, "ALTER TABLE quick MODIFY n TINYINT UNSIGNED NOT NULL", "", "row_out_of_range", "n", "ALTER TABLE quick MODIFY n INT NOT NULL"},
	"by MariaDB":     {19, "ALTER TABLE quick ADD CONSTRAINT few CHECK (n <> 500)", "", "row_check", "few", "ALTER TABLE quick DROP CONSTRAINT few"},
}

// committed returns the offset that the group has committed for a partition of the topic, 0
// for none.
func (p *pipeline) committed(partition int32) int64 {
	p.Helper()
	all, err := kadm.NewClient(p.client).FetchOffsets(p.Context(), p.topics[0])
	require.NoError(p, err)
	at, _ := all.Lookup(p.topics[0], partition)
	return at.At
}

// The output stops at the first refused record of a partition. The offset of the group is then
// that of this record, so that a restart writes each row once.
func TestARefusedRecordStopsThePipeline(t *testing.T) {
	const total, batch = 23, 5
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for name, c := range refusals {
			t.Run(name, func(t *testing.T) {
				bad := c.offset
				t.Parallel()
				p := newPipeline(t, b, 1)
				if c.setUp != "" {
					p.exec(c.setUp)
				}
				for i := range total {
					n := i
					if i == bad {
						n = 500
					}
					p.produce(p.topics[0], 0, i, n)
					p.produce(p.topics[0], 1, 100+i, i)
				}
				require.NoError(p, p.client.Flush(p.Context()))
				output := strings.TrimSuffix(p.upsert("quick", 4), "} }") + ", on_refusal: stop } }"
				var processors []string
				if c.processor != "" {
					processors = append(processors, "{ "+c.processor+" }")
				}

				p.told = make(chan mariadb.Stop, 9)
				stop := p.start(batch, output, processors...)
				told := <-p.told
				require.Equal(p, mariadb.Stop{Topic: p.topics[0], Offset: int64(bad), Code: c.code, Field: c.field, Text: told.Text}, told)
				require.NotContains(p, told.Text, "secret")
				require.NotContains(p, told.Text, "500")
				p.stopped(bad)
				stop()
				p.stopped(bad)
				require.EqualValues(p, bad, p.committed(0), "the committed offset")
				require.Empty(p, p.told, "it tells once")

				// A restart stops again, and writes nothing of this partition again.
				stop = p.start(batch, output, processors...)
				require.EqualValues(p, bad, (<-p.told).Offset)
				stop()
				p.stopped(bad)
				require.EqualValues(p, bad, p.committed(0), "the committed offset")

				lost := 0
				if c.fix != "" {
					p.exec(c.fix)
				} else {
					processors, lost = []string{"{ mapping: 'root = if this.n == 500 { deleted() } else { this }' }"}, 1
				}
				p.start(batch, output, processors...)
				p.awaitSettled()
				require.Equal(p, []string{fmt.Sprint(2*total - lost)}, p.rows("SELECT COUNT(*) FROM quick"))
				require.Equal(p, []string{fmt.Sprint(total - lost)}, p.rows("SELECT COUNT(*) FROM quick_log WHERE id < 100"), "each row is written once")
			})
		}
	})
}

// stopped asserts that the table has the rows of partition 0 in front of an offset, and no
// other row of this partition.
func (p *pipeline) stopped(at int) {
	p.Helper()
	want := make([]string, at)
	for i := range want {
		want[i] = fmt.Sprint(i)
	}
	if at == 0 {
		want = nil
	}
	require.Equal(p, want, p.rows("SELECT id FROM quick WHERE id < 100 ORDER BY id"))
}
