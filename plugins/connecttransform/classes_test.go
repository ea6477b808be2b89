package connecttransform

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClasses(t *testing.T) {
	all := map[string]Class{}
	for _, class := range Classes() {
		all[class.Name] = class
	}
	router := all["org.apache.kafka.connect.transforms.RegexRouter"]
	require.Len(t, router.Options, 2)
	assert.Empty(t, router.Check(map[string]string{"regex": "a", "replacement": "b"}))
	assert.Len(t, router.Check(map[string]string{"regex": "(a"}), 1)
	assert.Len(t, router.Check(map[string]string{"regex": "(a", "replacement": "b"}), 1)
	assert.False(t, router.Predicate)

	header := all["org.apache.kafka.connect.transforms.predicates.HasHeaderKey"]
	assert.True(t, header.Predicate)
	assert.Empty(t, header.Check(map[string]string{"name": "h"}))
	assert.Len(t, header.Check(nil), 1)

	assert.Equal(t, "use a mapping processor", Instead("io.debezium.transforms.HeaderToValue"))
	assert.Empty(t, Instead("com.example.Mine"))
	assert.Error(t, CheckRegex("[a[b]]"))
	assert.NoError(t, CheckRegex("a++"))
}
