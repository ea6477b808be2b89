package fault

import (
	"strings"
)

// Sentences that more than one number needs.
const (
	wordsType      = "a value is none of the column's type: correct it at its producer, or in the trigger or generated column that computes it"
	wordsRange     = "a number is beyond the range of the column: widen the column, or correct the value"
	wordsDuplicate = "another row has the same value in a unique index: correct the value, or drop the index if such rows are meant"
	wordsParent    = "the parent row of a foreign key is missing: store the parent row first, then replay this record"
	wordsChild     = "rows of a child table reference this row by a foreign key: delete them first, then replay this record"
	wordsPartition = "no partition takes the row: add a partition for its value with ALTER TABLE ... ADD PARTITION"
	wordsJSON      = "a CHECK or a generated column reads the text as JSON, and it is none: correct the value at its producer"
	wordsTrigger   = "a trigger refused the row (SIGNAL); its message is not shown, since it may quote the row: see SHOW TRIGGERS"
	wordsCheck     = "a CHECK constraint does not hold for the row: correct the value, or change the constraint"
	wordsDate      = "a date or time is none, or is beyond the column's range: correct the value, or the trigger or generated column that computes it"
)

// sentences says for each error that refuses a row what is the matter and what to do,
// without a value of the row. The rules of the same numbers are in rules.go.
var sentences = map[uint16]string{
	badNull:             "a NOT NULL column got NULL, from a trigger or a default: let it get a value",
	dataOutOfRange:      wordsRange,
	numericOutOfRange:   "a computed number is beyond the range of its type: correct the value, or the trigger or generated column that computes it",
	DatetimeOverflow:    wordsDate,
	dataTruncated:       "a value does not fit the column's type, as a text that is not a member of an ENUM: correct the value, or add the member",
	TruncatedWrongValue: wordsDate,
	WrongValueForField:  wordsType,
	illegalValueForType: wordsType,
	wrongValueForType:   wordsType,
	wrongValue:          wordsType,
	cantCreateGeometry:  "a value is no geometry: correct it at its producer",
	InvalidTimestamp:    wordsDate,
	divisionByZero:      "a generated column, a default or a trigger divides by zero: correct the value, or the expression",
	jsonBadChr:          wordsJSON,
	jsonNotJSONChr:      wordsJSON,
	jsonEOS:             wordsJSON,
	jsonSyntax:          wordsJSON,
	jsonEscaping:        wordsJSON,
	jsonDepth:           wordsJSON,
	invalidCharString:   "a text is not valid in its character set: correct it at its producer",
	dataTooLong:         "a value is longer than the column: widen the column, or shorten the value",
	tooBigRowsize:       "the row is larger than a page of the table holds: use TEXT or BLOB columns, or ROW_FORMAT=DYNAMIC",
	undoRecordTooBig:    "the row is larger than an undo page holds: shorten its values",

	dupKey:               wordsDuplicate,
	dupEntry:             wordsDuplicate,
	dupUnique:            wordsDuplicate,
	dupEntryWithKeyName:  wordsDuplicate,
	foreignDupWithChild:  "the change would give a child table two rows with one key: correct the value, or the child rows",
	foreignDupNoChild:    "the change would give a child table two rows with one key: correct the value, or the child rows",
	noReferencedRow:      wordsParent,
	NoReferencedRow2:     wordsParent,
	rowIsReferenced:      wordsChild,
	rowIsReferenced2:     wordsChild,
	constraintFailed:     wordsCheck,
	viewCheckFailed:      "the row is outside the view's WITH CHECK OPTION: correct the value, or change the view",
	signalException:      wordsTrigger,
	signalNotFound:       wordsTrigger,
	noPartitionForValue:  wordsPartition,
	noPartitionSilent:    wordsPartition,
	rowNotInPartitionSet: wordsPartition,
	rowInWrongPartition:  wordsPartition,
}

// sentence is the sentence for a refusal, "" if none is known.
func (f *Fault) sentence() string {
	if f.Kind != Refused {
		return ""
	}
	if strings.HasPrefix(f.State, "45") { // whatever number the trigger has given it
		return wordsTrigger
	}
	if sentence := sentences[f.Number]; sentence != "" {
		return sentence
	}
	switch f.State[:min(2, len(f.State))] {
	case "22":
		return "a value does not fit its column, or an expression over it failed: correct the value"
	case "23":
		return "the row violates a constraint of the table: correct the value, or change the constraint"
	case "44":
		return sentences[viewCheckFailed]
	}
	return ""
}
