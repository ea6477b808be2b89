package keys

import (
	"strconv"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
)

const onlyProducer = "it concerns the producer"

// RegistryTLS begins the names of the keys about TLS to the registry.
const RegistryTLS = "schema.registry.ssl."

// avroKeys returns the keys of Confluent's Avro converter.
func avroKeys() []def.Key {
	all := []def.Key{
		{Name: "schema.registry.url", Kind: def.List, Required: true, Importance: def.High, Checks: []def.Check{def.Some}, Doc: "The URLs of the schema registry."},
		{Name: "basic.auth.credentials.source", Kind: def.String, Default: def.Text("URL"), Importance: def.Medium, Doc: "Where user and password of the registry are: URL or USER_INFO."},
		{Name: "basic.auth.user.info", Kind: def.Password, Default: def.Text(""), Importance: def.Medium, Doc: "USER:PASSWORD, with basic.auth.credentials.source=USER_INFO."},
		{Name: "schema.registry.basic.auth.user.info", Kind: def.Password, Default: def.Text(""), Importance: def.Medium, Doc: "The older name of basic.auth.user.info.", Alias: "basic.auth.user.info"},
		{Name: "bearer.auth.credentials.source", Kind: def.String, Default: def.Text("STATIC_TOKEN"), Importance: def.Medium, Doc: "Where the token of the registry is: STATIC_TOKEN."},
		{Name: "bearer.auth.token", Kind: def.Password, Default: def.Text(""), Importance: def.Medium, Doc: "The token of the registry."},
		{Name: "schemas.cache.config", Kind: def.Int, Default: def.Text("1000"), Importance: def.Low, Doc: "No effect: order-sink remembers 1000 schemas.", Ignored: "order-sink remembers 1000 schemas"},
		{Name: "max.schemas.per.subject", Kind: def.Int, Default: def.Text("1000"), Importance: def.Low, Doc: "No effect: order-sink remembers 1000 schemas.", Ignored: "order-sink remembers 1000 schemas"},
		{Name: "proxy.host", Kind: def.String, Default: def.Text(""), Importance: def.Low, Doc: "Not supported: set HTTPS_PROXY.", Refused: "set the environment variable HTTP_PROXY or HTTPS_PROXY of the worker"},
		{Name: "proxy.port", Kind: def.Int, Default: def.Text("-1"), Importance: def.Low, Doc: "Not supported: set HTTPS_PROXY.", Refused: "set the environment variable HTTP_PROXY or HTTPS_PROXY of the worker"},

		{Name: "connect.meta.data", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Low, Doc: "No effect: the names and defaults of Connect's schemas are always read.", Same: "true", Ignored: "the names and defaults of Connect's schemas are always read"},
		{Name: "enhanced.avro.schema.support", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Doc: "No effect on rows.", Ignored: "it has no effect on rows"},
		{Name: "scrub.invalid.names", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Doc: "No effect: " + onlyProducer + ".", Ignored: onlyProducer},
		{Name: "allow.optional.map.keys", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Low, Doc: "No effect: " + onlyProducer + ".", Ignored: onlyProducer},
		{Name: "flatten.singleton.unions", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Low, Doc: "No effect: a union of one type is that type.", Same: "true", Ignored: "a union of one type is always that type"},
		{Name: "discard.type.doc.default", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Low, Doc: "No effect: the defaults of fields count.", Ignored: "the defaults of fields count, and those of types do not"},
		{Name: "generalized.sum.type.support", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Doc: "No effect: a union of several types is refused.", Ignored: "a union of several types is refused"},
		{Name: "ignore.default.for.nullables", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Doc: "No effect: " + onlyProducer + ".", Ignored: onlyProducer},
	}
	for _, name := range []string{"auto.register.schemas", "normalize.schemas", "use.latest.version"} {
		isOn := strconv.FormatBool(name == "auto.register.schemas")
		all = append(all, def.Key{Name: name, Kind: def.Boolean, Default: &isOn, Importance: def.Medium, Doc: "No effect: " + onlyProducer + ".", Ignored: onlyProducer})
	}
	for _, name := range []string{"key.subject.name.strategy", "value.subject.name.strategy", "subject.name.strategy", "key.schema.id.deserializer", "value.schema.id.deserializer", "latest.compatibility.strict", "latest.cache.size", "latest.cache.ttl.sec", "use.schema.id", "id.compatibility.strict", "avro.use.logical.type.converters", "avro.reflection.allow.null", "avro.remove.java.properties", "specific.avro.reader"} {
		all = append(all, hidden(def.Key{Name: name, Kind: def.String, Ignored: "the id of a record is enough to find its schema"})...)
	}
	for _, name := range []string{"truststore.location", "truststore.type", "keystore.location", "keystore.type"} {
		all = append(all, hidden(def.Key{Name: RegistryTLS + name, Kind: def.String})...)
	}
	for _, name := range []string{"truststore.certificates", "keystore.certificate.chain", "keystore.key", "key.password"} {
		all = append(all, hidden(def.Key{Name: RegistryTLS + name, Kind: def.Password})...)
	}
	for _, name := range []string{"truststore.password", "keystore.password"} {
		all = append(all, hidden(def.Key{Name: RegistryTLS + name, Kind: def.Password, Ignored: "a PEM file has no password: " + RegistryTLS + "key.password is that of an encrypted key"})...)
	}
	all = append(all, hidden(
		def.Key{Name: RegistryTLS + "endpoint.identification.algorithm", Kind: def.String, Default: def.Text("https"), Refused: "it always checks the name of the host. Remove the key, and give the registry a certificate with its name"},
		def.Key{Name: RegistryTLS + "protocol", Kind: def.String, Ignored: "Go's own versions of TLS are used"},
		def.Key{Name: RegistryTLS + "enabled.protocols", Kind: def.String, Ignored: "Go's own versions of TLS are used"},
	)...)
	for i := range all {
		all[i].Order = -1
	}
	return all
}
