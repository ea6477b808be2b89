package translate_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	known "github.com/order-sink/order-sink/internal/connect/configdef/keys"
	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/connect/translate"
)

// part is a part of a connector with keys of its own: a converter, or a client of Kafka.
type part struct {
	base    map[string]string // a connector with the part
	prefix  string            // of the keys in a connector
	worker  string            // of the keys in the worker's file
	keys    []def.Key
	another map[string]map[string]string // as in another, with the names without the prefix
}

// parts has the converters and the clients. The account of the admin client is in no pipeline.
func parts() []part {
	letters := map[string]string{"errors.tolerance": "all", "errors.deadletterqueue.topic.name": "letters"}
	all := []part{
		{nil, "consumer.override.", "consumer.", known.Client("consumer"), anotherClient},
		{letters, "producer.override.", "producer.", append(known.Client("producer"), def.Key{Name: "client.id"}, def.Key{Name: "client.rack"}, def.Key{Name: "request.timeout.ms", Kind: def.Int}), anotherClient},
	}
	admin := slices.DeleteFunc(known.Client("admin"), func(k def.Key) bool {
		return strings.HasPrefix(k.Name, "s") && strings.Contains(k.Name, ".") // security., sasl. and ssl.
	})
	all = append(all, part{nil, "admin.override.", "admin.", admin, nil})
	for _, side := range []string{"key", "value"} {
		for _, class := range known.Converters(side) {
			prefix := side + ".converter."
			base := map[string]string{side + ".converter": class, "pk.mode": "record_key", "pk.fields": "id"}
			if class == known.AvroConverter {
				base[prefix+"schema.registry.url"] = "http://registry:8081"
			}
			all = append(all, part{base, prefix, prefix, known.ConverterKeys(class), anotherConverter})
		}
	}
	return all
}

var anotherClient = map[string]map[string]string{
	"auto.offset.reset":             {"auto.offset.reset": "latest"},
	"compression.type":              {"compression.type": "gzip"},
	"partition.assignment.strategy": {"partition.assignment.strategy": "org.apache.kafka.clients.consumer.RangeAssignor"},
	"sasl.jaas.config":              {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.jaas.config": `org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";`},
	"ssl.truststore.certificates":   {"security.protocol": "SSL", "ssl.truststore.type": "PEM", "ssl.truststore.certificates": "x"},
}

var anotherConverter = map[string]map[string]string{
	"schema.registry.url":                            {"schema.registry.url": "http://other:8081"},
	"schema.content":                                 {"schema.content": `{"type":"struct","fields":[]}`},
	"decimal.format":                                 {"decimal.format": "NUMERIC"},
	"basic.auth.user.info":                           {"basic.auth.credentials.source": "USER_INFO", "basic.auth.user.info": "u:p"},
	"schema.registry.basic.auth.user.info":           {"basic.auth.credentials.source": "USER_INFO", "schema.registry.basic.auth.user.info": "u:p"},
	"schema.registry.ssl.truststore.location":        {"schema.registry.ssl.truststore.location": "/ca.pem", "schema.registry.ssl.truststore.type": "PEM"},
	"schema.registry.ssl.truststore.type":            {"schema.registry.ssl.truststore.location": "/ca.pem", "schema.registry.ssl.truststore.type": "PKCS12"},
	"schema.registry.ssl.keystore.location":          {"schema.registry.ssl.keystore.location": "/own.pem", "schema.registry.ssl.keystore.type": "PEM"},
	"schema.registry.ssl.keystore.type":              {"schema.registry.ssl.keystore.location": "/own.pem", "schema.registry.ssl.keystore.type": "PKCS12"},
	"schema.registry.ssl.truststore.certificates":    {"schema.registry.ssl.truststore.certificates": "x", "schema.registry.ssl.truststore.type": "PEM"},
	"schema.registry.ssl.keystore.certificate.chain": {"schema.registry.ssl.keystore.certificate.chain": "x", "schema.registry.ssl.keystore.key": "y", "schema.registry.ssl.keystore.type": "PEM"},
	"schema.registry.ssl.key.password":               {"schema.registry.ssl.keystore.location": "/own.pem", "schema.registry.ssl.keystore.type": "PEM", "schema.registry.ssl.key.password": "p"},
}

// silentParts are keys that may have no effect without a word, and why.
var silentParts = map[string]string{
	"converter.type":  "the worker sets it",
	"isolation.level": "read_committed is what order-sink does: the list has the other value",
}

// change returns the changes of a key, with the prefix of its part.
func (p part) change(k def.Key, prefix string) map[string]string {
	changes := p.another[k.Name]
	if changes == nil {
		changes = map[string]string{k.Name: other(string(k.Kind), k.Default)}
	}
	all := map[string]string{}
	for name, value := range changes {
		all[prefix+name] = value
	}
	return all
}

func lists(p translate.Pipeline, key string) bool {
	return slices.ContainsFunc(p.Differences, func(d translate.Difference) bool { return d.Key == key })
}

// Each key of a converter and of a client changes the pipeline, is refused, or is listed.
func TestNoKeyOfAPartIsIgnoredSilently(t *testing.T) {
	for _, part := range parts() {
		base, err := translate.Translate(with(confluent, part.base))
		require.NoError(t, err)
		for _, k := range part.keys {
			changes := maps.Clone(part.base)
			if changes == nil {
				changes = map[string]string{}
			}
			maps.Copy(changes, part.change(k, part.prefix))
			p, err := translate.Translate(with(confluent, changes))
			switch {
			case err != nil:
				assert.Contains(t, err.Error(), k.Name, "%v", changes)
			case p.YAML != base.YAML || silentParts[k.Name] != "":
				assert.False(t, listedAsUnused(p, part.prefix+k.Name), "%v changes the pipeline, and a difference says that it has no effect", changes)
			default:
				assert.True(t, lists(p, part.prefix+k.Name), "%v has no effect, and no difference says so", changes)
			}
		}
	}
}

func listedAsUnused(p translate.Pipeline, key string) bool {
	return slices.ContainsFunc(p.Differences, func(d translate.Difference) bool { return d.Key == key && strings.HasPrefix(d.Text, "no effect") })
}

// The report of a worker says of the same keys in its file what becomes of them.
func TestTheReportOfAWorkerIsTrue(t *testing.T) {
	for _, part := range parts() {
		file := map[string]string{"bootstrap.servers": "b:9092", "key.converter": known.JSONConverter, "value.converter": known.JSONConverter, "offset.storage.file.filename": "x"}
		connector := maps.Clone(part.base)
		for key, value := range part.base {
			if strings.Contains(key, ".converter") {
				file[key] = value
				delete(connector, key)
			}
		}
		pipeline := func(changes map[string]string) (translate.Pipeline, properties.Report, error) {
			all := maps.Clone(file)
			maps.Copy(all, changes)
			w, report, err := properties.ReadWorker(properties.Standalone, all, nil)
			if err != nil {
				return translate.Pipeline{}, report, err
			}
			c := with(confluent, connector)
			c.Worker = w.Properties
			p, err := translate.Translate(c)
			return p, report, err
		}
		base, _, err := pipeline(nil)
		require.NoError(t, err)
		for _, k := range part.keys {
			changes := part.change(k, part.worker)
			p, report, err := pipeline(changes)
			if err != nil {
				assert.Contains(t, err.Error(), k.Name, "%v", changes)
				continue
			}
			i := slices.IndexFunc(report, func(n kafkaconf.Note) bool { return n.Key == part.worker+k.Name })
			require.GreaterOrEqual(t, i, 0)
			if silentParts[k.Name] == "" {
				honoured := p.YAML != base.YAML || lists(p, part.worker+k.Name)
				assert.Equal(t, honoured, report[i].Verdict == kafkaconf.Honoured, "%v: %s", changes, report[i].Verdict)
			}
		}
	}
}
