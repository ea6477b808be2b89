package configdef

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
)

func TestFind(t *testing.T) {
	for _, c := range []struct {
		alias  string
		config map[string]string
		want   Class
	}{
		{string(Confluent), nil, Confluent},
		{" " + string(Debezium), nil, Debezium},
		{string(Aiven), map[string]string{"connection.username": "u"}, Aiven},
		{"JdbcSinkConnector", nil, Confluent},
		{"JdbcSink", map[string]string{"connection.url": "jdbc:mariadb://h/d", "insert.mode": "upsert"}, Confluent},
		{"JdbcSink", map[string]string{"connection.username": "u"}, Debezium},
		{"JdbcSinkConnector", map[string]string{"primary.key.mode": "record_key"}, Debezium},
		{"JdbcSinkConnector", map[string]string{"table.name.normalize": "true", "pk.mode": "none"}, Aiven},
		{"JdbcSinkConnector", map[string]string{"pk.mode": "none", "table.name.format": "t"}, Confluent},
	} {
		got, err := Find(c.alias, c.config)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, "%v", c)
	}
	for _, alias := range []string{"", "Jdbc", "io.debezium.connector.mariadb.MariaDbConnector", "jdbcsink"} {
		_, err := Find(alias, nil)
		var answer *connect.Error
		require.ErrorAs(t, err, &answer)
		assert.Equal(t, http.StatusBadRequest, answer.Status)
		assert.True(t, strings.HasPrefix(answer.Message, "Failed to find any class that implements Connector and which name matches "+alias+","), answer.Message)
	}
}

// Each plugin of the list has keys, and its own version is accepted.
func TestPlugins(t *testing.T) {
	types := map[string]int{}
	for _, p := range Plugins(false) {
		types[p.Type]++
		_, err := Keys(p.Class)
		require.NoError(t, err, p.Class)
		assert.NotEmpty(t, p.Version, p.Class)
		assert.True(t, inRange(p.Version, p.Version))
	}
	assert.Equal(t, 3, types["sink"])
	assert.Equal(t, 3, types["predicate"])
	assert.Equal(t, 10, types["converter"])
	assert.Equal(t, 10, types["header_converter"])
	assert.Greater(t, types["transformation"], 25)
	assert.Equal(t, Plugins(false)[:3], Plugins(true))
}

func TestKeysOfAnUnknownPlugin(t *testing.T) {
	_, err := Keys("ReplaceField")
	assert.Equal(t, &connect.Error{Status: http.StatusNotFound, Message: "Unknown plugin ReplaceField."}, err)
}

func TestInRange(t *testing.T) {
	for text, want := range map[string]bool{
		"latest": true, "3.4.0.Final": true, "3.4": true, "3.4.1": false, "": false, "[3,4)": true, "[3.4,)": true, "(3.4,)": false,
		"(,3.4]": true, "(,3.4)": false, "[3.4.0.Final]": true, "[,]": true, "[": false, "a,b": false, ",": true, "(3.4,": false, "[3.10,4)": false,
	} {
		assert.Equal(t, want, inRange(text, "3.4.0.Final"), text)
	}
}
