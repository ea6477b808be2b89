package configdef

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
)

// The worker's policy of overrides.
const (
	policyKey    = "connector.client.config.override.policy"
	allowlistKey = "connector.client.config.override.allowlist"
)

// principal has the keys that the policy Principal allows.
var principal = []string{"sasl.jaas.config", "sasl.mechanism", "security.protocol"}

// overrides reads the keys of Kafka's clients. A connector without dead letters has a
// consumer only.
func (v *Values) overrides() {
	clients := []string{"consumer"}
	if v.String(keys.DeadLetters) != "" {
		clients = append(clients, "producer", "admin")
	}
	for _, client := range []string{"consumer", "producer", "admin"} {
		shown := slices.Contains(clients, client)
		for _, name := range slices.Sorted(maps.Keys(v.Override(client))) {
			v.override(keys.OverridePrefix(client), name, keys.Client(client), shown)
		}
	}
}

// override reads a key of a client.
func (v *Values) override(prefix, name string, known []def.Key, shown bool) {
	text := v.config[prefix+name]
	v.read[prefix+name] = text != Null // whose error is in front
	if !shown {
		return
	}
	k := &def.Key{Name: name} // no kind: without a definition in the answer
	if i := slices.IndexFunc(known, func(k def.Key) bool { return k.Name == name }); i >= 0 {
		k = &known[i]
	}
	r := k.Read(&text)
	if text == Null {
		r = k.Null()
	}
	k.Display, k.Name = name, prefix+name
	if policy, allows := v.policy(name); !allows {
		r.Fail(fmt.Sprintf("The '%s' policy does not allow '%s' to be overridden in the connector configuration.", policy, name))
	}
	v.append(r)
}

// policy returns the name of the worker's policy, and whether it allows a key.
func (v *Values) policy(key string) (name string, allows bool) {
	name = v.worker[policyKey]
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = strings.TrimSuffix(name[i+1:], "ConnectorClientConfigOverridePolicy")
	}
	switch name {
	case "", "All":
		return name, true
	case "Principal":
		return name, slices.Contains(principal, key)
	case "Allowlist":
		return name, slices.Contains(def.Split(v.worker[allowlistKey]), key)
	}
	return name, false
}

// Override returns the keys of `CLIENT.override.`, without this prefix. The client is
// "consumer", "producer" or "admin".
func (v *Values) Override(client string) map[string]string {
	return v.below(keys.OverridePrefix(client))
}

// below returns the keys with a prefix, without it.
func (v *Values) below(prefix string) map[string]string {
	all := map[string]string{}
	for key, text := range v.config {
		if name, found := strings.CutPrefix(key, prefix); found {
			all[name] = text
		}
	}
	return all
}
