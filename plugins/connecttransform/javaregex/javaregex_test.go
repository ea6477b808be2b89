package javaregex

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		expression, text string
		want             bool
	}{
		{"orders.*", "orders-1", true}, {"orders", "my.orders", false}, {"a|ab", "ab", true}, {`\p{Lower}+\.\p{Alnum}+`, "shop.orders1", true},
		{`[\p{Upper}_]+`, "A_B", true}, {`\P{Digit}+`, "a1", false}, {`\w+`, "café", false}, {`[]a]+`, "a]", true}, {`[^]a]+`, "b", true},
		{`\Q[[\E.*`, "[[x", true}, {`(?i)ORDERS`, "orders", true}, {`(?<!tmp)orders`, "orders", true}, {`[a\]&]+`, "]&a", true},
	} {
		p, err := Compile(c.expression)
		require.NoError(t, err, c.expression)
		got, err := p.Matches(c.text)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%s and %s", c.expression, c.text)
	}
	for _, expression := range []string{"[a-z&&[^b]]", "[a[b]]", `[^a[b]]`, `[\]&&a]`} {
		_, err := Compile(expression)
		require.ErrorContains(t, err, "a character class inside another one", expression)
	}
	for _, expression := range []string{"(", "a{2,1}", `\p{Nothing}`} {
		_, err := Compile(expression)
		require.Error(t, err, expression)
	}
}

func TestReplacementRefuses(t *testing.T) {
	p, err := Compile("(a)(?<b>b)")
	require.NoError(t, err)
	for text, want := range map[string]string{
		"$3":   "the replacement names the group 3, and the regular expression has 2",
		"${c}": `the replacement names the group "c", which the regular expression does not have`,
		"${b":  `the replacement names the group "b", which the regular expression does not have`,
		"a$":   `the replacement has a "$" that is no group: write "\$" for the character`,
		`a\`:   "the replacement ends with a backslash: write two for one",
	} {
		_, err := p.Replacement(text)
		require.EqualError(t, err, want)
	}
	r, err := p.Replacement("${b}$1$21")
	require.NoError(t, err)
	text, err := r.ReplaceFirst("xabab")
	require.NoError(t, err)
	require.Equal(t, "xbab1ab", text)
	p, err = Compile("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)(l)")
	require.NoError(t, err)
	r, err = p.Replacement("$12$13")
	require.NoError(t, err)
	text, err = r.ReplaceFirst("abcdefghijkl")
	require.NoError(t, err)
	require.Equal(t, "la3", text, "two digits are a group if there are so many groups")
}

// FuzzCompile requires that no expression, replacement and text panics.
func FuzzCompile(f *testing.F) {
	f.Add(`([^.]+)\.(?<t>.*)`, "${t}_$1", "shop.orders")
	f.Add(`[\p{Alpha}]\Qx\E`, `\$`, "ax")
	f.Fuzz(func(_ *testing.T, expression, replacement, text string) {
		p, err := Compile(expression)
		if err != nil || len(expression) > 50 || len(text) > 50 {
			return
		}
		if r, err := p.Replacement(replacement); err == nil {
			_, _ = r.ReplaceFirst(text)
		}
		_, _ = p.Matches(text)
	})
}
