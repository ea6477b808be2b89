package def

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		text string
		want any
		err  string
	}{
		{Boolean, " True\n", true, ""},
		{Boolean, "1", nil, "Invalid value 1 for configuration k: Expected value to be either true or false"},
		{Int, " +7 ", int64(7), ""},
		{Int, "2147483648", nil, "Invalid value 2147483648 for configuration k: Not a number of type INT"},
		{Long, "2147483648", int64(2147483648), ""},
		{Short, "-32768", int64(-32768), ""},
		{Short, "32768", nil, "Invalid value 32768 for configuration k: Not a number of type SHORT"},
		{Int, "1_000", nil, "Invalid value 1_000 for configuration k: Not a number of type INT"},
		{Int, "0x10", nil, "Invalid value 0x10 for configuration k: Not a number of type INT"},
		{List, "", []string{}, ""},
		{List, " a ,\tb,, ", []string{"a", "b", "", ""}, ""},
		{String, " a b ", "a b", ""},
		{Password, " s ", "s", ""},
		{Class, "Known", "com.Known", ""},
		{Class, "x", nil, "Invalid value x for configuration k: Class x could not be found."},
	} {
		k := &Key{Name: "k", Kind: c.kind, Classes: func(name string) (string, bool) { return "com." + name, name == "Known" }}
		r := k.Read(&c.text)
		assert.Equal(t, c.want, r.Value, "%v", c)
		if c.err == "" {
			assert.Empty(t, r.Errors)
		} else {
			assert.Equal(t, []string{c.err}, r.Errors)
		}
	}
}

func TestADefaultAndARequiredKey(t *testing.T) {
	k := &Key{Name: "k", Kind: Int, Default: Text("5"), Checks: []Check{AtLeast(1)}}
	assert.Equal(t, int64(5), k.Read(nil).Value)
	zero := "0"
	assert.Equal(t, []string{"Invalid value 0 for configuration k: Value must be at least 1"}, k.Read(&zero).Errors)
	assert.Equal(t, []string{"Invalid value null for configuration k: Value must be non-null"}, k.Null().Errors)
	k = &Key{Name: "k", Kind: String, Required: true}
	assert.Equal(t, []string{`Missing required configuration "k" which has no default value.`}, k.Read(nil).Errors)
}

func TestAPasswordIsHidden(t *testing.T) {
	secret := "top-secret"
	r := (&Key{Name: "k", Kind: Password, Importance: High, Display: "K", Order: 3}).Read(&secret).Result()
	require.NotNil(t, r.Value.Value)
	assert.Equal(t, Hidden, *r.Value.Value)
	assert.Equal(t, "NONE", r.Definition.Width)
	assert.Nil(t, r.Definition.Group)
	assert.Equal(t, 3, r.Definition.Order)
	assert.True(t, r.Value.Visible)
}

// The text of a list has the list itself.
func TestAListAndItsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		list := Split(text)
		if again := Split(strings.Join(list, ",")); len(list) > 1 && len(again) != len(list) {
			t.Fatalf("%q becomes %q", list, again)
		}
		for _, kind := range []Kind{Boolean, Int, Long, Short, List, String, Password} {
			r := (&Key{Name: "k", Kind: kind}).Read(&text)
			if (r.Value == nil) != (len(r.Errors) == 1) {
				t.Fatalf("%s: %v with %q", kind, r.Value, r.Errors)
			}
		}
	})
}
