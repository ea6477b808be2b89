// Package deadletter makes, sends and reads dead letters. The output dead_letter_send wraps
// another output. The commands use [Parse].
//
// When a framework output fails, it returns its messages to the input, which sends them
// through the whole pipeline again. No record is lost, but /ready remains green although
// the pipeline makes no progress. dead_letter_send keeps and retries the dead letters, and
// reports not-ready meanwhile.
package deadletter
