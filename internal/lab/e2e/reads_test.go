package e2e

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// rows reads a query's answer as text, a line a row.
func (w *world) rows(query string) []string {
	w.t.Helper()
	return w.rowsOf(w.db, query)
}

// adminRows reads what others may not see.
func (w *world) adminRows(query string) []string {
	w.t.Helper()
	db, err := sql.Open("mysql", w.server.AdminDSN(""))
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	return w.rowsOf(db, query)
}

func (w *world) rowsOf(db *sql.DB, query string) []string {
	w.t.Helper()
	rows, err := db.QueryContext(w.t.Context(), query)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		cells := make([]sql.NullString, len(names))
		targets := make([]any, len(names))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			w.t.Fatal(err)
		}
		texts := make([]string, len(names))
		for i, cell := range cells {
			texts[i] = cell.String
			if !cell.Valid {
				texts[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(texts, " "))
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return lines
}

// letters reads the dead letter topic as it is now.
func (w *world) letters() []*kgo.Record { return w.read(w.deadLetters) }

// read reads a topic as it is now.
func (w *world) read(topic string) []*kgo.Record {
	w.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(w.broker.Seeds()...), kgo.ConsumeTopics(topic))
	if err != nil {
		w.t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	ends, err := kadm.NewClient(client).ListEndOffsets(ctx, topic)
	if err = errors.Join(err, ends.Error()); err != nil {
		w.t.Fatal(err)
	}
	var count int64
	ends.Each(func(end kadm.ListedOffset) { count += end.Offset })
	var records []*kgo.Record
	for int64(len(records)) < count {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			w.t.Fatal(err)
		}
		records = append(records, fetches.Records()...)
	}
	return records
}

func header(record *kgo.Record, name string) string {
	for _, h := range record.Headers {
		if h.Key == name {
			return string(h.Value)
		}
	}
	return ""
}
