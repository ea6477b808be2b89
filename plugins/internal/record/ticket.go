package record

// Ticket keeps the order of the batches of a partition while the input gives out the
// next batch early. It is the metadata [Batch] of a batch's messages; plugins/README.md
// describes it. Several outputs may get the same ticket: each of them passes itself as
// by, any value that can be compared.
type Ticket interface {
	// Arrived says that the output has so many messages of the batch, and will call
	// Passed. 0 is an unknown number.
	Arrived(by any, messages int)
	// Before returns a channel that is closed when the output may write them.
	Before(by any) <-chan struct{}
	// Passed says that the output has an outcome for so many messages.
	Passed(by any, messages int)
	// Behind returns a channel that is closed when the output may pass refused messages
	// on.
	Behind() <-chan struct{}
	// Stuck says that the output needs the next batch of the partition.
	Stuck()
	// Partition returns a value that is the same for all batches of a partition.
	Partition() any
}
