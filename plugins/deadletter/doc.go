// Package deadletter has what makes, sends and reads dead letters: dead_letter_send, an
// output around another output, and [Parse] for the commands.
//
// A framework output that fails gives its messages back to the input, which sends them
// through the whole pipeline again. No record is lost, but /ready stays green, and nobody
// sees that the pipeline stands still. dead_letter_send keeps the dead letters, retries
// them, and is not ready meanwhile.
package deadletter
