package rows

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// tables describes all tables of a database: the definition and the rows of each.
func tables(ctx context.Context, db *sql.DB) (lines []string, err error) {
	names, err := query(ctx, db, "SHOW TABLES")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		name = "`" + name + "`"
		definition, err := query(ctx, db, "SHOW CREATE TABLE "+name)
		if err != nil {
			return nil, err
		}
		_, text, _ := strings.Cut(definition[0], " | ")
		lines = append(lines, strings.Split(collation.ReplaceAllString(text, ""), "\n")...)
		rows, err := query(ctx, db, "SELECT * FROM "+name)
		if err != nil {
			return nil, err
		}
		slices.Sort(rows)
		lines = append(lines, rows...)
	}
	return lines, nil
}

// collation is what a text column of the key has only in the tables of order-sink: with it, two
// ids that differ in case are two rows.
var collation = regexp.MustCompile(` CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`)

// query returns rows as text, with bars between the columns. Bytes that are no text are in
// hexadecimal.
func query(ctx context.Context, db *sql.DB, text string) (all []string, err error) {
	found, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	columns, err := found.ColumnTypes()
	if err != nil {
		return nil, err
	}
	for found.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		texts := make([]string, len(columns))
		for i, v := range values {
			texts[i] = v.String
			switch kind := columns[i].DatabaseTypeName(); {
			case !v.Valid:
				texts[i] = "NULL"
			case strings.Contains(kind, "BLOB"), strings.Contains(kind, "BINARY"), kind == "BIT":
				texts[i] = fmt.Sprintf("%x", v.String)
			}
		}
		all = append(all, strings.TrimRight(strings.Join(texts, " | "), " "))
	}
	return all, found.Err()
}

// letters describes dead letters. Kafka Connect's headers, if there are some, say where the
// record has been.
func letters(records []*kgo.Record) (lines []string) {
	for _, r := range records {
		origin := map[string]string{}
		for _, h := range r.Headers {
			origin[h.Key] = string(h.Value)
		}
		const prefix = "__connect.errors."
		line := fmt.Sprintf("letter %s/%s/%s", origin[prefix+"topic"], origin[prefix+"partition"], origin[prefix+"offset"])
		lines = append(lines, fmt.Sprintf("%s in %s: %q %q", line, origin[prefix+"stage"], r.Key, r.Value))
	}
	slices.Sort(lines)
	return lines
}

// compare returns the lines that only one side has, in the order of the longest common part.
func compare(theirs, mine []string) string {
	common := make([][]int, len(theirs)+1)
	for i := range common {
		common[i] = make([]int, len(mine)+1)
	}
	for i := len(theirs) - 1; i >= 0; i-- {
		for j := len(mine) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); theirs[i] == mine[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var b strings.Builder
	i, j := 0, 0
	for i < len(theirs) || j < len(mine) {
		switch {
		case i < len(theirs) && j < len(mine) && theirs[i] == mine[j]:
			i, j = i+1, j+1
		case j == len(mine) || i < len(theirs) && common[i+1][j] >= common[i][j+1]:
			b.WriteString("- " + theirs[i] + "\n")
			i++
		default:
			b.WriteString("+ " + mine[j] + "\n")
			j++
		}
	}
	return b.String()
}
