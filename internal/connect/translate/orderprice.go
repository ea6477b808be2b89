package translate

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// orderFields are the fields of the order contract: the option field.NAME names another field.
var orderFields = []string{"order_id", "user_id", "product_id", "quantity", "unit_price", "total_price"}

// orderOptions are the other options of order_price. In a connector they have dots.
var orderOptions = []string{"max_quantity", "max_unit_price", "max_total_price", "total_mismatch"}

// orderPrice is the processor order_price. As a transform, it lets a tombstone pass.
func (t *translator) orderPrice(label string, s step) *yaml.Node {
	key := "transforms." + s.Alias + "."
	if s.Predicate != "" {
		t.refuse(key+"predicate", "%s works on all records: remove the predicate", OrderPrice)
	}
	var renamed []any
	pairs := []any{"schema_metadata", schemaMetadata}
	for _, name := range orderFields {
		renamed = append(renamed, name, s.Options["field."+strings.ReplaceAll(name, "_", ".")])
	}
	if node := fields(renamed...); len(node.Content) > 0 {
		pairs = append(pairs, "fields", node)
	}
	for _, name := range orderOptions {
		value := s.Options[strings.ReplaceAll(name, "_", ".")]
		if name == "total_mismatch" && !slices.Contains([]string{"", "correct", "refuse"}, value) {
			t.refuse(key+"total.mismatch", "expected correct or refuse")
		}
		pairs = append(pairs, name, value)
	}
	tombstone := s.Options["tombstone"]
	if tombstone == "" {
		tombstone = "pass"
	}
	if tombstone != "pass" && tombstone != "refuse" {
		t.refuse(key+"tombstone", "expected pass or refuse")
	}
	return component(label, "order_price", fields(append(pairs, "tombstone", tombstone)...))
}
