package chaos

import (
	"context"
	"fmt"
	"time"
)

// severalFaults break a sink that writes several topics into tables that it creates.
var severalFaults = []fault{
	{name: "several tables, sink killed", several: severalSinkKilled},
	{name: "several tables, MariaDB killed", several: severalDatabaseKilled, options: options{privateDB: true}},
	{name: "several tables, column narrowed", several: severalColumnNarrowed},
	{name: "several tables, column added", several: severalColumnAdded},
	{name: "several tables, three sinks create and alter", several: severalSinksRace},
}

func severalSinkKilled(s *several) {
	s.begin()
	s.strike(times(2, 15), func() {
		s.must(s.current().Kill())
		s.startSink()
	})
}

func severalDatabaseKilled(s *several) {
	s.begin()
	s.strike(times(1, 8), func() {
		s.must(s.server.Kill())
		s.pass(time.Duration(s.random.IntN(1000)) * time.Millisecond)
		s.must(s.server.Start(context.Background()))
	})
	s.waited("mariadb_upsert_waits_total")
}

// severalColumnNarrowed: long texts are refused in one table, and in no other.
func severalColumnNarrowed(s *several) {
	s.begin()
	s.strike(1, func() {
		s.exec(fmt.Sprintf("ALTER TABLE `%s` MODIFY text VARCHAR(%d) CHARACTER SET utf8mb4", s.topics[0], longText/2))
		s.narrowed = s.topics[0]
		s.long.Store(true)
	})
	s.awaitProgress(int64(times(2000, 20_000)))
}

// severalColumnAdded: the records get more fields while the sink runs, and the sink adds
// their columns.
func severalColumnAdded(s *several) {
	s.begin()
	s.strike(times(2, 8), func() { s.fields.Add(1) })
}

// severalSinksRace: three sinks start at once on topics whose tables do not exist, and the
// records get more fields. No error of a statement is seen.
func severalSinksRace(s *several) {
	for range 3 {
		s.startSink()
	}
	s.start(s.Context())
	s.stalls.start(s.Context())
	s.awaitProgress(500)
	s.strike(times(3, 10), func() { s.fields.Add(1) })
	s.silent("error 1050")
	s.silent("error 1060")
}
