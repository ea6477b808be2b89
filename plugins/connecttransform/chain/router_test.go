package chain

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRegexRouter(t *testing.T) {
	for name, c := range map[string]struct{ regex, replacement, topic, want string }{
		"a group":                 {`([^.]+)\.([^.]+)\.([^.]+)`, "$3", "lab.shop.orders", "orders"},
		"no whole match":          {`shop`, "x", "lab.shop.orders", "lab.shop.orders"},
		"the first match only":    {`a|ab`, "x", "ab", "xb"},
		"a name":                  {`(?<db>.*)\.(?<table>.*)`, "${table}_$1", "shop.orders", "orders_shop"},
		"a group and a digit":     {`(.*)s`, "$12", "orders", "order2"},
		"escapes":                 {`.*`, `\$1\\`, "orders", `$1\`},
		"a group that is absent":  {`(a)?orders`, "<$1>", "orders", "<>"},
		"look-ahead":              {`(?!tmp).*`, "x", "orders", "x"},
		"a back-reference":        {`(.)\1`, "x", "aa", "x"},
		"a possessive quantifier": {`o++rders`, "x", "orders", "x"},
		"quoted":                  {`\Qa.b\E`, "x", "a.b", "x"},
		"two replacements":        {`.*`, "x", "orders", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			chain := one(t, "RegexRouter", options{"regex": c.regex, "replacement": c.replacement})
			for range 2 {
				r := incoming(nil, nil)
				r.Topic = c.topic
				require.Equal(t, c.want, apply(t, chain, r).Topic)
			}
		})
	}
}

func TestRegexRouterThatTakesTooLong(t *testing.T) {
	r := incoming(nil, nil)
	r.Topic = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	require.Equal(t, "transform_bad_topic: t.topic: the regular expression takes too long",
		refuses(t, one(t, "RegexRouter", options{"regex": "(x+x+)+y", "replacement": ""}), r))
}
