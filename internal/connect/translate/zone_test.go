package translate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJavasZonesHaveNamesOfIANA(t *testing.T) {
	for text, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "+09:00": "Etc/GMT-9", "GMT-3": "Etc/GMT+3", "UTC+05": "Etc/GMT-5", "-1100": "Etc/GMT+11",
		"+05:30": "", "+15:00": "", "Mars": "",
	} {
		name, known := zoneName(text)
		require.Equal(t, want != "", known, text)
		if known {
			require.Equal(t, want, name)
		}
	}
}
