package avro

import (
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The logical types of Kafka Connect.
const (
	connectDecimal   = "org.apache.kafka.connect.data.Decimal"
	connectDate      = "org.apache.kafka.connect.data.Date"
	connectTime      = "org.apache.kafka.connect.data.Time"
	connectTimestamp = "org.apache.kafka.connect.data.Timestamp"
)

// ownVersion is the version of the schemas of Kafka Connect's logical types.
const ownVersion = 1

// unusualPrecision is the precision that the converter does not keep: it writes 64 when it
// knows no precision.
const unusualPrecision = 64

// further has the logical types of Avro that Kafka Connect does not know, with the names
// of Debezium's types of the same unit.
var further = map[kind]map[string]string{
	kindLong: {
		"time-micros":            "io.debezium.time.MicroTime",
		"timestamp-micros":       "io.debezium.time.MicroTimestamp",
		"timestamp-nanos":        "io.debezium.time.NanoTimestamp",
		"local-timestamp-millis": "io.debezium.time.Timestamp",
		"local-timestamp-micros": "io.debezium.time.MicroTimestamp",
		"local-timestamp-nanos":  "io.debezium.time.NanoTimestamp",
	},
}

// annotate sets what the schema says about its type: the name, the version, the
// parameters and the meaning.
func (c *compiler) annotate(s *schema.Schema, n *node) *record.Refusal {
	if r := setLogical(s, n); r != nil {
		return r
	}
	s.Doc = n.text(propertyDoc)
	if r := setVersion(s, n); r != nil {
		return r
	}
	if r := setParameters(s, n); r != nil {
		return r
	}
	if r := c.setName(s, n); r != nil {
		return r
	}
	return c.setMeaning(s)
}

// setLogical sets the name and the parameters of a logical type of Avro that Kafka Connect
// has, too.
func setLogical(s *schema.Schema, n *node) *record.Refusal {
	switch {
	case (n.kind == kindBytes || n.kind == kindFixed) && isLogical(n, "decimal"):
		scale, _ := number(n.object["scale"]) // 0 if there is none
		s.Name = connectDecimal
		set(s, schema.ParameterScale, strconv.Itoa(scale))
		if value, isSet := n.object["precision"]; isSet {
			precision, isNumber := number(value)
			if !isNumber {
				return refusal.New(refusal.BadSchema, "expected a number").At("precision")
			}
			if precision != unusualPrecision {
				set(s, schema.ParameterPrecision, strconv.Itoa(precision))
			}
		}
	case n.kind == kindInt && isLogical(n, "date"):
		s.Name = connectDate
	case n.kind == kindInt && isLogical(n, "time-millis"):
		s.Name = connectTime
	case n.kind == kindLong && isLogical(n, "timestamp-millis"):
		s.Name = connectTimestamp
	default:
		return nil
	}
	s.Version = ownVersion
	return nil
}

func set(s *schema.Schema, parameter, value string) {
	if s.Parameters == nil {
		s.Parameters = map[string]string{}
	}
	s.Parameters[parameter] = value
}

func setVersion(s *schema.Schema, n *node) *record.Refusal {
	value, isSet := n.object[propertyVersion]
	if !isSet {
		return nil
	}
	version, isNumber := number(value)
	switch {
	case !isNumber:
		return refusal.New(refusal.BadSchema, "expected a number").At(propertyVersion)
	case version < 0:
	case s.Version != 0 && s.Version != version:
		return refusal.New(refusal.BadSchema, "expected the version of the logical type, got another version").At(propertyVersion)
	default:
		s.Version = version
	}
	return nil
}

func setParameters(s *schema.Schema, n *node) *record.Refusal {
	if value, isSet := n.object[propertyParameters]; isSet {
		parameters, isObject := value.(map[string]any)
		if !isObject {
			return refusal.New(refusal.BadSchema, "expected an object").At(propertyParameters)
		}
		for name, value := range parameters {
			text, isText := value.(string)
			if !isText {
				return refusal.New(refusal.BadSchema, "expected text").At(refusal.Name(name)).At(propertyParameters)
			}
			set(s, name, text)
		}
	}
	for name, value := range n.object {
		if strings.HasPrefix(name, avroPrefix) {
			text, isText := value.(string)
			if !isText {
				text = jsonOf(value)
			}
			set(s, name, text)
		}
	}
	return nil
}

// setName sets the name: connect.name, or the name of the type in Avro.
func (c *compiler) setName(s *schema.Schema, n *node) *record.Refusal {
	name := n.name
	if value, isSet := n.object[propertyName]; isSet {
		text, isText := value.(string)
		switch {
		case !isText:
			return refusal.New(refusal.BadSchema, "expected text").At(propertyName)
		case s.Name != "" && s.Name != text:
			return refusal.New(refusal.BadSchema, "expected the name of the logical type, got another name").At(propertyName)
		}
		name = text
	}
	switch {
	case s.Name != "": // a fixed can be a Decimal
	case name == "" && c.AllLogicalTypes:
		s.Name = further[n.kind][strings.ToLower(n.text("logicalType"))]
	case !strings.HasPrefix(name, nameDefault):
		s.Name = name
	}
	return nil
}

// setMeaning sets the meaning that the name gives the type.
func (c *compiler) setMeaning(s *schema.Schema) *record.Refusal {
	if c.ConnectOnly {
		s.Name = schema.WithoutDebezium(s.Name)
	}
	m, known := schema.Meanings[s.Name]
	switch {
	case !known:
	case m.Base == s.Type:
		s.Meaning = m
	case m.IsConnect:
		return refusal.New(refusal.BadSchema, "expected "+m.Base.String()+" for this logical type, got "+s.Type.String())
	}
	s.ReadParameters()
	if s.Logical == schema.Decimal && !s.HasScale {
		return refusal.New(refusal.BadSchema, "expected the Decimal's scale as text").At(schema.ParameterScale).At(propertyParameters)
	}
	return nil
}
