package clients

import (
	"github.com/stretchr/testify/require"
)

// validation is the answer to PUT /connector-plugins/CLASS/config/validate as AKHQ, Kafbat and
// Redpanda Console decode it.
type validation struct {
	Name    string      `json:"name"`
	Errors  int         `json:"error_count"`
	Groups  []string    `json:"groups"`
	Configs []validated `json:"configs"`
}

type validated struct {
	Definition struct {
		Name          string   `json:"name"`
		Type          string   `json:"type"`
		Required      bool     `json:"required"`
		DefaultValue  *string  `json:"default_value"`
		Importance    string   `json:"importance"`
		Documentation string   `json:"documentation"`
		Group         *string  `json:"group"`
		Width         string   `json:"width"`
		DisplayName   string   `json:"display_name"`
		Dependents    []string `json:"dependents"`
		Order         int      `json:"order_in_group"`
	} `json:"definition"`
	Value struct {
		Name        string   `json:"name"`
		Value       *string  `json:"value"`
		Recommended []string `json:"recommended_values"`
		Errors      []string `json:"errors"`
		Visible     bool     `json:"visible"`
	} `json:"value"`
}

// find returns the only entry of a key.
func (v *validation) find(c *connector, key string) (found validated) {
	c.Helper()
	n := 0
	for _, one := range v.Configs {
		if one.Value.Name == key {
			n++
			found = one
		}
	}
	require.Equal(c, 1, n, key)
	return found
}

// requireWords requires that each definition has the words of Kafbat's enumerations: another
// word breaks its decoding of the whole answer.
func (v *validation) requireWords(c *connector) {
	c.Helper()
	count := 0
	for _, one := range v.Configs {
		d := one.Definition
		require.Equal(c, d.Name, one.Value.Name)
		require.Contains(c, []string{"BOOLEAN", "CLASS", "DOUBLE", "INT", "LIST", "LONG", "PASSWORD", "SHORT", "STRING"}, d.Type, d.Name)
		require.Contains(c, []string{"LOW", "MEDIUM", "HIGH"}, d.Importance, d.Name)
		require.Contains(c, []string{"SHORT", "MEDIUM", "LONG", "NONE"}, d.Width, d.Name)
		require.NotNil(c, d.Dependents, d.Name)
		require.NotNil(c, one.Value.Errors, d.Name)
		require.NotNil(c, one.Value.Recommended, d.Name)
		count += len(one.Value.Errors)
	}
	require.Equal(c, v.Errors, count)
	require.NotEmpty(c, v.Groups)
}
