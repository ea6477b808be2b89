// Package tracing has the tracer open_telemetry_collector, which sends traces to an
// OpenTelemetry collector over HTTP.
//
// Redpanda Connect has a tracer of that name too. Its package also contains an input, an
// output and gRPC, and its tests need modules that are not published. The tracer here
// has fields of the same names, so both builds read the same configuration.
package tracing

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/redpanda-data/benthos/v4/public/service"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

const (
	fieldService  = "service"
	fieldHTTP     = "http"
	fieldAddress  = "address"
	fieldSecure   = "secure"
	fieldSampling = "sampling"
	fieldEnabled  = "enabled"
	fieldRatio    = "ratio"
)

func init() {
	service.MustRegisterOtelTracerProvider("open_telemetry_collector", spec(), newProvider)
}

func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Summary("Sends traces to an OpenTelemetry collector, over HTTP (OTLP).").
		Description("The environment variables of [OpenTelemetry](https://opentelemetry.io/docs/specs/otel/protocol/exporter/), such as `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_EXPORTER_OTLP_CERTIFICATE`, apply to settings without a field.").
		Fields(
			service.NewStringField(fieldService).Description("The name of the service in traces.").Default("order-sink"),
			service.NewObjectListField(fieldHTTP,
				service.NewStringField(fieldAddress).Description("The address of the collector, without a path.").
					Example("127.0.0.1:4318"),
				service.NewBoolField(fieldSecure).Description("Connect over HTTPS.").Default(false),
			).Description("The collectors. Each gets every span."),
			service.NewObjectField(fieldSampling,
				service.NewBoolField(fieldEnabled).Description("Send only a part of the traces.").Default(false),
				service.NewFloatField(fieldRatio).
					Description("The part to send of the traces that begin here, from 0 to 1. For a trace of a producer, the sampling decision of the producer applies.").
					Default(1.0),
			),
		)
}

func newProvider(parsed *service.ParsedConfig) (trace.TracerProvider, error) {
	name, err := parsed.FieldString(fieldService)
	collectors, err2 := parsed.FieldObjectList(fieldHTTP)
	enabled, err3 := parsed.FieldBool(fieldSampling, fieldEnabled)
	if err := cmp.Or(err, err2, err3); err != nil {
		return nil, err
	}
	if len(collectors) == 0 {
		return nil, errors.New(fieldHTTP + " names no collector")
	}
	options := []sdk.TracerProviderOption{
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", name),
			attribute.String("service.version", parsed.EngineVersion()),
		)),
	}
	for _, collector := range collectors {
		exporter, err := newExporter(collector)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", fieldHTTP, err)
		}
		options = append(options, sdk.WithBatcher(exporter))
	}
	if enabled {
		ratio, err := parsed.FieldFloat(fieldSampling, fieldRatio)
		if err != nil {
			return nil, err
		}
		options = append(options, sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(ratio))))
	}
	return sdk.NewTracerProvider(options...), nil
}

// newExporter returns an exporter to a collector. It does not connect.
func newExporter(collector *service.ParsedConfig) (sdk.SpanExporter, error) {
	address, err := collector.FieldString(fieldAddress)
	secure, err2 := collector.FieldBool(fieldSecure)
	if err := cmp.Or(err, err2); err != nil {
		return nil, err
	}
	options := []otlptracehttp.Option{otlptracehttp.WithEndpoint(address)}
	if !secure {
		options = append(options, otlptracehttp.WithInsecure())
	}
	return otlptracehttp.New(context.Background(), options...)
}
