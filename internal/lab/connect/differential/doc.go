// Package differential asks a real Kafka Connect worker and order-sink's own worker the same
// questions, and compares the answers: the status, the headers that clients read, and the
// bodies member by member.
//
// The folder story has the questions, in an order in which they tell a story: connectors are
// created, changed, paused, stopped and deleted. resttest.Differences lists what may differ,
// with the reasons.
//
// The tests of the package rest compare their answers with those of the real worker, too. This
// records the answers again:
//
//	STORY_TRANSCRIPT=$PWD/../../internal/connect/rest/testdata/transcript.json go test ./connect/differential
package differential
