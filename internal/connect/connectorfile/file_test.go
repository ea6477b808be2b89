package connectorfile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/connectorfile"
)

func TestEachFormOfAConnectorIsRead(t *testing.T) {
	for name, text := range map[string]string{
		"a request":        `{"name":"orders","config":{"tasks.max":2,"topics":"a","auto.create":true,"x":null},"initial_state":"PAUSED","more":1}`,
		"a flat object":    "\xEF\xBB\xBF{\"name\":\"orders\",\"tasks.max\":\"2\",\"topics\":\"a\",\"auto.create\":true}\n",
		"properties":       "# a comment\nname=orders\ntasks.max = 2\ntopics: a\nauto.create true\n",
		"a nested name":    `{"config":{"name":"orders","tasks.max":"2","topics":"a","auto.create":"true"}}`,
		"with white space": " \n{ \"name\": \"orders\", \"tasks.max\": 2, \"topics\": \"a\", \"auto.create\": \"true\" } ",
	} {
		t.Run(name, func(t *testing.T) {
			f, err := connectorfile.Parse("orders.txt", []byte(text))
			require.NoError(t, err)
			require.Equal(t, "orders", f.Name)
			require.Equal(t, map[string]string{"name": "orders", "tasks.max": "2", "topics": "a", "auto.create": "true"}, f.Config)
			require.Equal(t, map[string]string{"a request": "PAUSED"}[name], f.Initial)
		})
	}
}

func TestAFileThatIsNoConnectorIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "reading the connector orders.txt: it is missing the mandatory 'name' configuration",
		"topics=a":                        "reading the connector orders.txt: it is missing the mandatory 'name' configuration",
		`{"config":{"topics":"a"}}`:       "reading the connector orders.txt: it is missing the mandatory 'name' configuration",
		`{"name":"a","topics":["a","b"]}`: "reading the connector orders.txt: key topics: expected text, a number or a boolean",
		`{"name":"a"} {"name":"b"}`:       "reading the connector orders.txt: text follows the JSON object",
		`{"name":"a",`:                    "reading the connector orders.txt: unexpected EOF",
	} {
		_, err := connectorfile.Parse("orders.txt", []byte(text))
		require.EqualError(t, err, want, text)
	}
	_, err := connectorfile.Read("no-such-file")
	require.ErrorContains(t, err, "no-such-file")
}
