// Package differential asks a real Kafka Connect worker and order-sink's own worker the same
// questions, and compares the answers: the status, the headers that clients read, and the
// bodies member by member.
//
// The folder story has the questions, in an order in which they tell a story: connectors are
// created, changed, paused, stopped and deleted. differences.go lists what may differ, with
// the reasons.
//
//	go test -v ./connect/differential                                   # both workers
//	STORY_TRANSCRIPT=transcript.json go test ./connect/differential     # and keep the real one's answers
package differential
