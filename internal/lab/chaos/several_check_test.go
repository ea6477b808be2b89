package chaos

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// place is the position of a record.
type place struct {
	topic     string
	partition int32
	offset    int64
}

// finish ends the records, waits until the sinks have taken all of them, compares each table
// with what was sent, and adds to the summary. A record may be refused only if its text is
// long, and must be refused if it is broken.
func (s *several) finish() {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	s.must(s.flow.end(ctx))
	if n := s.flow.failed.Load(); n > 0 {
		s.Errorf("%d records could not be sent", n)
	}
	for _, topic := range s.topics {
		s.eventually("every offset of "+topic+" is committed", func(ctx context.Context) error {
			return kafka.Behind(ctx, s.admin, s.topic, topic)
		})
	}
	s.stalls.end()
	s.outcomesAddUp()
	refused := s.refused()
	report := checker.Report{DeadLetters: len(refused)}
	for _, topic := range s.topics {
		s.compare(topic, refused, &report)
	}
	if err := report.Err(); err != nil {
		s.Error(err)
	}
	if report.Rows == 0 || report.Refusable == 0 {
		s.Errorf("%d rows and %d refusable records prove nothing", report.Rows, report.Refusable)
	}
	s.compared = true
	l := line{fault: s.fault, times: s.times, orders: report.Records, report: report, stall: s.stalls.longest, passed: !s.Failed()}
	summary.add(l)
	s.Log(strings.Join(l.cells(), " | "))
}

// refused returns the code of each record that has a dead letter.
func (s *several) refused() map[place]string {
	s.Helper()
	refused := map[place]string{}
	for _, r := range kafkatest.Records(s, s.broker, s.deadLetters) {
		header := func(name string) string {
			i := slices.IndexFunc(r.Headers, func(h kgo.RecordHeader) bool { return h.Key == name })
			if i < 0 {
				s.Fatalf("a dead letter has no header %s", name)
			}
			return string(r.Headers[i].Value)
		}
		partition, err := strconv.ParseInt(header("__connect.errors.partition"), 10, 32)
		s.must(err)
		offset, err := strconv.ParseInt(header("__connect.errors.offset"), 10, 64)
		s.must(err)
		refused[place{header("__connect.errors.topic"), int32(partition), offset}] = header("order_sink.code")
	}
	return refused
}

// compare compares the table of a topic with the rows that its records leave.
func (s *several) compare(topic string, refused map[place]string, report *checker.Report) {
	s.Helper()
	s.mutex.Lock()
	changes := slices.SortedFunc(slices.Values(s.all[topic]), func(a, b change) int {
		return cmp.Or(cmp.Compare(a.partition, b.partition), cmp.Compare(a.offset, b.offset))
	})
	s.mutex.Unlock()
	broken := "bad_json"
	if s.avro != nil {
		broken = "bad_envelope"
	}
	differ := func(count *int, format string, args ...any) {
		*count++
		if report.Diff == "" {
			report.Diff = topic + ": " + fmt.Sprintf(format, args...)
		}
	}
	want := map[string]map[string]string{}
	for _, c := range changes {
		report.Records++
		code := refused[place{topic, c.partition, c.offset}]
		id := fmt.Sprint(c.id)
		switch {
		case c.isBroken:
			report.Refusable++
			if code != broken {
				differ(&report.MissingDeadLetters, "the record at %d/%d is broken, and its dead letter has the code %q", c.partition, c.offset, code)
			}
		case c.isLong && topic == s.narrowed: // its row stays as it is
			report.Refusable++
			if code != "row_too_long" {
				differ(&report.MissingDeadLetters, "the record at %d/%d is too long, and its dead letter has the code %q", c.partition, c.offset, code)
			}
		case code != "":
			differ(&report.UndeservedDeadLetters, "the record at %d/%d was refused: %s", c.partition, c.offset, code)
		case c.row == nil:
			delete(want, id)
		case want[id] == nil:
			want[id] = maps.Clone(c.row)
		default:
			maps.Copy(want[id], c.row) // a field that an older schema lacks stays
		}
	}
	got := s.rowsOf(topic)
	report.Keys, report.Rows = report.Keys+len(want), report.Rows+len(got)
	for id, row := range want {
		switch {
		case got[id] == nil:
			differ(&report.MissingRows, "row %s is missing", id)
		case !maps.Equal(row, got[id]):
			differ(&report.WrongRows, "row %s is %v, expected %v", id, got[id], row)
		}
	}
	for id := range got {
		if want[id] == nil {
			differ(&report.ExtraRows, "row %s should not be there", id)
		}
	}
}

// rowsOf returns the rows of a table by id, without the columns that are NULL.
func (s *several) rowsOf(table string) map[string]map[string]string {
	s.Helper()
	found, err := s.db.QueryContext(s.Context(), "SELECT * FROM `"+table+"`")
	s.must(err)
	defer found.Close()
	columns, err := found.Columns()
	s.must(err)
	all := map[string]map[string]string{}
	for found.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		s.must(found.Scan(into...))
		row := map[string]string{}
		for i, v := range values {
			if v.Valid {
				row[columns[i]] = v.String
			}
		}
		all[row["id"]] = row
	}
	s.must(found.Err())
	return all
}
