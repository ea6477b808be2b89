// Package logical gives the value of a base type the form that its logical type has in a
// record. Every decoder uses it, so that a record is the same whatever format it had.
package logical
