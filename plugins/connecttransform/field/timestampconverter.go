package field

import (
	"errors"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/connecttransform/javatime"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const (
	optionTargetType = "target.type"
	optionFormat     = "format"
	optionPrecision  = "unix.precision"

	typeString    = "string"
	typeUnix      = "unix"
	typeDate      = "Date"
	typeTime      = "Time"
	typeTimestamp = "Timestamp"
)

// precisions are the units of unix.precision.
var precisions = map[string]time.Duration{
	"seconds": time.Second, "milliseconds": time.Millisecond, "microseconds": time.Microsecond, "nanoseconds": time.Nanosecond,
}

// TimestampConverter converts a field, or the whole key or value, between text, a number and
// the logical types of Kafka Connect.
var TimestampConverter = transform.Type{
	Class: "org.apache.kafka.connect.transforms.TimestampConverter",
	Sides: true,
	Options: []transform.Option{
		{Name: optionField},
		{Name: optionTargetType, Required: true, OneOf: []string{typeString, typeUnix, typeDate, typeTime, typeTimestamp}},
		{Name: optionFormat},
		{Name: optionPrecision, Default: "milliseconds", OneOf: []string{"seconds", "milliseconds", "microseconds", "nanoseconds"}},
		transform.ReplaceNull,
	},
	New: newTimestampConverter,
}

type timestampConverter struct {
	side        transform.Side
	field       string // "" for the whole key or value
	target      string
	format      *javatime.Pattern // nil for none
	precision   time.Duration
	replaceNull bool
	plans       transform.Cache[*conversion]
}

// conversion is what TimestampConverter does to records of one schema.
type conversion struct {
	schema   *schema.Schema
	defaults transform.Defaults
	from     *schema.Schema // of the field, nil if there is none
}

func newTimestampConverter(s *transform.Settings, side transform.Side) (transform.Transform, error) {
	t := &timestampConverter{
		side: side, field: s.Text(optionField), target: s.Text(optionTargetType),
		precision: precisions[s.Text(optionPrecision)], replaceNull: s.Flag(transform.ReplaceNull.Name),
	}
	pattern := s.Text(optionFormat)
	if strings.TrimSpace(pattern) == "" {
		if t.target == typeString {
			return nil, errors.New("option format is required when target.type is string")
		}
		return transform.Func(t.apply), nil
	}
	var err error
	if t.format, err = javatime.Compile(pattern); err != nil {
		return nil, transform.Invalid(optionFormat, err)
	}
	return transform.Func(t.apply), nil
}

func (t *timestampConverter) apply(r *transform.Record) *record.Refusal {
	d, refused := t.side.Of(r)
	switch {
	case refused != nil:
		return refused
	case d.Schema == nil:
		return t.schemaless(d)
	case t.field == "":
		value, refused := t.convert(d.Schema, d.Value)
		if refused != nil {
			return refused.At(t.side.String())
		}
		plan, _ := t.plans.Get(d.Schema, t.planWhole)
		d.Set(value, plan.schema)
		return nil
	}
	plan, refused := t.plans.Get(d.Schema, t.plan)
	if refused != nil {
		return refused
	}
	if d.Value == nil {
		d.Set(nil, plan.schema)
		return nil
	}
	fields, refused := t.side.Fields(d)
	if refused != nil {
		return refused
	}
	plan.defaults.Fill(fields)
	if plan.from != nil {
		value, refused := t.convert(plan.from, fields[t.field])
		if refused != nil {
			return refused.At(transform.Name(t.field))
		}
		fields[t.field] = value
	}
	d.Set(fields, plan.schema)
	return nil
}

func (t *timestampConverter) schemaless(d *transform.Data) *record.Refusal {
	if d.Value == nil || t.field == "" {
		value, refused := t.convert(nil, d.Value)
		d.Set(value, nil)
		return refused.At(t.side.String())
	}
	fields, refused := t.side.Fields(d)
	if refused != nil {
		return refused
	}
	value, refused := t.convert(nil, fields[t.field])
	if refused != nil {
		return refused.At(transform.Name(t.field))
	}
	fields[t.field] = value
	d.Set(fields, nil)
	return nil
}

func (t *timestampConverter) planWhole(s *schema.Schema) (*conversion, *record.Refusal) {
	return &conversion{schema: t.schema(s.Optional)}, nil
}

func (t *timestampConverter) plan(s *schema.Schema) (*conversion, *record.Refusal) {
	if !transform.IsStruct(s) {
		return &conversion{schema: s}, nil // a value is refused
	}
	plan := &conversion{schema: transform.Basics(s), defaults: transform.DefaultsOf(s, t.replaceNull)}
	plan.schema.Optional = s.Optional
	for _, f := range s.Fields {
		its := f.Schema
		if f.Name == t.field {
			plan.from, its = f.Schema, t.schema(f.Schema.Optional)
		}
		if r := transform.AddField(plan.schema, f.Name, its); r != nil {
			return nil, r
		}
	}
	return plan, nil
}

// schema returns the schema of the result.
func (t *timestampConverter) schema(optional bool) *schema.Schema {
	switch t.target {
	case typeString:
		return transform.Simple(schema.String, optional)
	case typeUnix:
		return transform.Simple(schema.Int64, optional)
	case typeDate:
		return transform.Logical(transform.NameDate, optional)
	case typeTime:
		return transform.Logical(transform.NameTime, optional)
	}
	return transform.Logical(transform.NameTimestamp, optional)
}

// convert converts a value of a schema, which is nil for none.
func (t *timestampConverter) convert(s *schema.Schema, v any) (any, *record.Refusal) {
	if s != nil && !isTimestamp(s) {
		return nil, transform.Refuse(transform.BadSchema, "expected Timestamp, Date, Time, int64 or string, got "+transform.TypeName(s))
	}
	if v == nil {
		return nil, nil
	}
	encoded, ok := logical.Encode(s, v)
	if !ok {
		return nil, transform.Refuse(transform.BadValue, "expected a value of "+transform.TypeName(s)+", got another")
	}
	var millis int64
	var refused *record.Refusal
	switch e := encoded.(type) {
	case int64:
		switch {
		case s == nil || !s.IsConnect:
			millis = t.toMillis(e)
		case s.Logical == schema.Date:
			millis = e * millisPerDay
		default:
			millis = e
		}
	case string:
		millis, refused = t.parse(e)
	case time.Time: // without a schema, of a transform before
		millis = e.UnixMilli()
	default:
		refused = transform.Refuse(transform.BadValue, "expected int64 or string, got "+transform.KindOf(v))
	}
	if refused != nil {
		return nil, refused
	}
	return t.make(millis), nil
}

// isTimestamp reports whether Kafka knows how the values of a schema name a time. A date or
// a time of Debezium is a number of 32 bits to Kafka, which it does not take.
func isTimestamp(s *schema.Schema) bool {
	switch s.Type {
	case schema.String, schema.Int64:
		return true
	}
	return s.IsConnect && s.Logical != schema.Decimal
}

func (t *timestampConverter) parse(text string) (int64, *record.Refusal) {
	if t.format == nil {
		return 0, transform.Refuse(transform.BadValue, "got text, and the option format, which says how to read it, is not set")
	}
	parsed, err := t.format.Parse(text, time.Now())
	if err != nil {
		return 0, transform.Refuse(transform.BadValue, err.Error()+" ("+t.format.String()+")")
	}
	return parsed.UnixMilli(), nil
}

// make makes a value of the target of milliseconds.
func (t *timestampConverter) make(millis int64) any {
	at := time.UnixMilli(millis).UTC()
	sinceMidnight := millis % millisPerDay
	if sinceMidnight < 0 {
		sinceMidnight += millisPerDay
	}
	switch t.target {
	case typeString:
		return t.format.Format(at)
	case typeUnix:
		return t.fromMillis(millis)
	case typeDate:
		return time.UnixMilli(millis - sinceMidnight).UTC()
	case typeTime:
		return logical.Duration(sinceMidnight, time.Millisecond)
	}
	return at
}

const millisPerDay = 24 * 60 * 60 * 1000

// toMillis converts a number of unix.precision, as Java's TimeUnit does: it cuts a fraction
// towards zero, and takes the nearest end of the range for a number beyond it.
func (t *timestampConverter) toMillis(v int64) int64 {
	if t.precision == time.Second {
		return times(v, 1000)
	}
	return v / int64(time.Millisecond/t.precision)
}

func (t *timestampConverter) fromMillis(v int64) int64 {
	if t.precision == time.Second {
		return v / 1000
	}
	return times(v, int64(time.Millisecond/t.precision))
}
