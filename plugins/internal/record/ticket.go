package record

// Ticket keeps the order of the batches of a partition, although the input delivers the
// next batch early. It is the metadata [Batch] of the messages of a batch, and
// plugins/README.md describes it. Several outputs may get the same ticket. Each output
// passes a comparable value as by that identifies the output.
type Ticket interface {
	// Arrived reports that the output has a number of messages of the batch, and will
	// call Passed. 0 is an unknown number.
	Arrived(by any, messages int)
	// Before returns a channel that is closed when the output may write the messages.
	Before(by any) <-chan struct{}
	// Passed reports that the output has an outcome for a number of messages.
	Passed(by any, messages int)
	// Behind returns a channel that is closed when the output may forward refused
	// messages.
	Behind() <-chan struct{}
	// Stuck reports that the output needs the next batch of the partition.
	Stuck()
	// Stored reports that the output has stored a number of messages at the front of the
	// batch, that it is the only output that gets them, and that it will write no other
	// message before the pipeline starts again.
	Stored(by any, messages int)
	// Partition returns a value that is the same for all batches of a partition.
	Partition() any
}
