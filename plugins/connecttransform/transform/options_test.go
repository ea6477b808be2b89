package transform

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

var known = []Option{
	{Name: "field", Required: true}, {Name: "names", Kind: List, NotEmpty: true}, {Name: "flag", Kind: Flag, Default: "true"},
	{Name: "count", Kind: Integer}, {Name: "mode", OneOf: []string{"a", "B"}, AnyCase: true}, {Name: "old", For: "names"},
}

func TestRead(t *testing.T) {
	s, err := Read(known, map[string]string{"field": " x ", "old": "a, b,,a", "count": " 7", "mode": "b"})
	require.NoError(t, err)
	require.Equal(t, "x", s.Text("field"))
	require.Equal(t, []string{"a", "b", ""}, s.Names("names"))
	require.True(t, s.Flag("flag"))
	require.Equal(t, 7, s.Integer("count"))
	require.True(t, s.Has("names"))
	require.False(t, s.Has("flag"))
}

func TestReadNamesEachMistake(t *testing.T) {
	_, err := Read(known, map[string]string{"names": " ", "flag": "yes", "count": "3000000000", "mode": "c", "feild": "x"})
	var texts []string
	var joined interface{ Unwrap() []error }
	require.True(t, errors.As(err, &joined))
	for _, problem := range joined.Unwrap() {
		texts = append(texts, problem.Error())
	}
	require.Equal(t, []string{
		`option count is "3000000000": expected an integer of 32 bits`,
		"unknown option feild: did you mean field?",
		`option flag is "yes": expected true or false`,
		`option mode is "c": expected a, B`,
		"option names is empty",
		"option field is required",
	}, texts)
}

func TestSuggest(t *testing.T) {
	require.Equal(t, ": did you mean exclude?", Suggest("exclud", []string{"include", "exclude"}))
	require.Empty(t, Suggest("topics", []string{"fields"}))
	require.Empty(t, Suggest("x", nil))
}
