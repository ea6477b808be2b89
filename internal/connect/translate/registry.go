package translate

import (
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
	"github.com/order-sink/order-sink/internal/connect/translate/yamltext"
)

// registryKeys are the settings of AvroConverter that say how to reach the registry.
var registryKeys = []string{
	"schema.registry.url", "basic.auth.credentials.source", "basic.auth.user.info", "schema.registry.basic.auth.user.info",
	"bearer.auth.token", "bearer.auth.credentials.source",
}

// sameRegistry reports whether keys and values have one registry.
func (t *translator) sameRegistry() bool {
	only := func(side string) map[string]string {
		all := maps.Clone(t.v.Converter(side).Config)
		maps.DeleteFunc(all, func(key, _ string) bool {
			return !slices.Contains(registryKeys, key) && !strings.HasPrefix(key, keys.RegistryTLS)
		})
		return all
	}
	return maps.Equal(only("key"), only("value"))
}

// registry returns the fields of a decoder that say how to reach the registry.
func (t *translator) registry(side string) []any {
	prefix := side + ".converter."
	config := t.v.Converter(side).Config
	var urls []string
	for url := range strings.SplitSeq(config["schema.registry.url"], ",") {
		if url = strings.TrimSpace(url); url != "" {
			urls = append(urls, url)
		}
	}
	if len(urls) == 0 {
		t.refuse(prefix+"schema.registry.url", "the URL of the schema registry is missing")
	}
	pairs := []any{"urls", urls}
	if key := prefix + "schema.registry.url"; t.isHidden(key) || strings.Contains(config["schema.registry.url"], "@") {
		pairs = []any{"urls", yamltext.List(t.secret(key, strings.Join(urls, ",")))}
	}
	return append(append(pairs, t.registryTLS(prefix, config)...), t.registryAccount(prefix, config)...)
}

func (t *translator) registryAccount(prefix string, config map[string]string) []any {
	if token := config["bearer.auth.token"]; token != "" {
		return []any{"bearer_token", t.secret(prefix+"bearer.auth.token", token)}
	}
	if source := config["bearer.auth.credentials.source"]; source != "" && source != "STATIC_TOKEN" {
		t.refuse(prefix+"bearer.auth.credentials.source", "only STATIC_TOKEN is supported: set bearer.auth.token")
	}
	source := strings.ToUpper(strings.TrimSpace(config["basic.auth.credentials.source"]))
	switch source {
	case "", "URL":
		return nil
	case "USER_INFO":
	default:
		t.refuse(prefix+"basic.auth.credentials.source", "only URL and USER_INFO are supported: set basic.auth.user.info to USER:PASSWORD")
		return nil
	}
	key := "basic.auth.user.info"
	if config[key] == "" {
		key = "schema.registry.basic.auth.user.info"
	}
	user, password, found := strings.Cut(config[key], ":")
	if !found {
		t.refuse(prefix+key, "expected USER:PASSWORD")
		return nil
	}
	return []any{"basic_auth", yamltext.Fields("enabled", true, "username", t.part(prefix+key, "USER", user), "password", t.part(prefix+key, "PASSWORD", password))}
}

// stores has the keys of each store of certificates that need the type PEM.
var stores = map[string][]string{
	"truststore": {"location", "certificates"},
	"keystore":   {"location", "certificate.chain", "key"},
}

func (t *translator) registryTLS(prefix string, config map[string]string) []any {
	const ssl = keys.RegistryTLS
	for _, store := range slices.Sorted(maps.Keys(stores)) {
		kind := ssl + store + ".type"
		for _, name := range stores[store] {
			if key := ssl + store + "." + name; config[key] != "" && !strings.EqualFold(config[kind], "PEM") {
				t.refuse(prefix+key, "order-sink reads PEM for the registry: convert the store to PEM, and set %s to PEM", kind)
			}
		}
	}
	text := func(name string, isPEM bool) *yaml.Node {
		key := prefix + ssl + name
		switch value := config[ssl+name]; {
		case value == "":
			return nil
		case isPEM:
			return t.variable(variableName(key), key, value, true)
		default:
			return t.secret(key, value)
		}
	}
	roots, own := config[ssl+"truststore.location"], config[ssl+"keystore.location"]
	certificate := yamltext.Fields("cert_file", own, "key_file", own,
		"cert", text("keystore.certificate.chain", true), "key", text("keystore.key", true), "password", text("key.password", false))
	pairs := []any{"root_cas_file", roots, "root_cas", text("truststore.certificates", true)}
	if len(certificate.Content) > 0 {
		pairs = append(pairs, "client_certs", yamltext.List(certificate))
	}
	if all := yamltext.Fields(pairs...); len(all.Content) == 0 {
		return nil
	}
	return []any{"tls", yamltext.Fields(append([]any{"enabled", true}, pairs...)...)}
}
