package topic

import (
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/connecttransform/javatime"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

const (
	optionTopicFormat     = "topic.format"
	optionTimestampFormat = "timestamp.format"
)

// TimestampRouter puts the timestamp of the record into the name of the topic.
var TimestampRouter = transform.Type{
	Class: "org.apache.kafka.connect.transforms.TimestampRouter",
	Options: []transform.Option{
		{Name: optionTopicFormat, Default: "${topic}-${timestamp}"},
		{Name: optionTimestampFormat, Default: "yyyyMMdd"},
	},
	New: func(s *transform.Settings, _ transform.Side) (transform.Transform, error) {
		pattern, err := javatime.Compile(s.Text(optionTimestampFormat))
		if err != nil {
			return nil, transform.Invalid(optionTimestampFormat, err)
		}
		format := s.Text(optionTopicFormat)
		return transform.Func(func(r *transform.Record) *record.Refusal {
			if !r.HasTimestamp {
				return transform.Refuse(transform.NoTimestamp, "expected a timestamp, got a record without one").At("timestamp")
			}
			topic := strings.ReplaceAll(format, "${topic}", r.Topic)
			r.Topic = strings.ReplaceAll(topic, "${timestamp}", pattern.Format(time.UnixMilli(r.Timestamp)))
			return nil
		}), nil
	},
}
