package connectworker

import (
	_ "embed" // converter.xml
	"maps"
)

//go:embed converter.xml
var converterPOM []byte

// AvroConverter is Apicurio's converter for Avro, which writes Confluent's wire format and
// has the rules of Confluent's converter (AvroData) for types. Its jar has no manifest, so it
// is on the class path of the worker.
var AvroConverter = Plugin{jars: "apicurio-converter-2.6.13.Final", pom: converterPOM, onClassPath: true}

// Avro returns the settings of a connector whose records are Avro. The sides are "key",
// "value" or both. registry is the native URL of an Apicurio Registry. The ids are those of
// Confluent's API of the same registry.
func Avro(registry string, sides ...string) map[string]string {
	config := map[string]string{}
	for _, side := range sides {
		maps.Copy(config, map[string]string{
			side + ".converter":                                 "io.apicurio.registry.utils.converter.AvroConverter",
			side + ".converter.apicurio.registry.url":           registry,
			side + ".converter.apicurio.registry.auto-register": "true",
			side + ".converter.apicurio.registry.as-confluent":  "true",
			side + ".converter.apicurio.registry.use-id":        "contentId",
			// By default the ids are in headers of Apicurio's own.
			side + ".converter.apicurio.registry.headers.enabled": "false",
		})
	}
	return config
}
