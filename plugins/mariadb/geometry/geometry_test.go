package geometry

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	return b
}

const (
	one = "000000000000f03f" // 1.0, little-endian
	two = "0000000000000040"
)

func TestAGeometryBecomesLittleEndianWithItsSRID(t *testing.T) {
	for name, c := range map[string]struct{ wkb, kind, want string }{
		"point":        {"01 01000000" + one + two, "point", "e6100000 01 01000000" + one + two},
		"big-endian":   {"00 00000001 3ff0000000000000 4000000000000000", "point", "e6100000 01 01000000" + one + two},
		"EWKB":         {"01 01000020 e6100000" + one + two, "point", "e6100000 01 01000000" + one + two},
		"line":         {"01 02000000 02000000" + one + one + two + two, "linestring", "e6100000 01 02000000 02000000" + one + one + two + two},
		"polygon":      {"01 03000000 01000000 03000000" + one + one + two + two + one + one, "polygon", "e6100000 01 03000000 01000000 03000000" + one + one + two + two + one + one},
		"multipoint":   {"01 04000000 01000000 01 01000000" + one + two, "multipoint", "e6100000 01 04000000 01000000 01 01000000" + one + two},
		"mixed orders": {"00 00000004 00000002 01 01000000" + one + two + "00 00000001 3ff0000000000000 4000000000000000", "multipoint", "e6100000 01 04000000 02000000 01 01000000" + one + two + "01 01000000" + one + two},
		"collection":   {"01 07000000 01000000 01 05000000 01000000 01 02000000 01000000" + one + two, "geometrycollection", "e6100000 01 07000000 01000000 01 05000000 01000000 01 02000000 01000000" + one + two},
		"no parts":     {"01 07000000 00000000", "geometrycollection", "e6100000 01 07000000 00000000"},
	} {
		g, err := Read(unhex(t, c.wkb))
		require.NoError(t, err, name)
		require.Equal(t, c.kind, g.Kind, name)
		require.Equal(t, unhex(t, c.want), g.Bytes(4326), name)
		require.Equal(t, map[bool]uint32{true: 4326}[name == "EWKB"], g.SRID, name)
	}
}

func TestWhatMariaDBCannotStoreIsNoGeometry(t *testing.T) {
	deep := strings.Repeat("01 07000000 01000000 ", 102) + "01 01000000" + one + two
	for name, c := range map[string]struct {
		wkb  string
		want error
	}{
		"nothing":              {"", errEnd},
		"no order":             {"02 01000000" + one + two, errOrder},
		"text":                 {hex.EncodeToString([]byte("POINT(1 2)")), errOrder},
		"no type":              {"01 0100", errEnd},
		"type 0":               {"01 00000000", errKind},
		"type 8":               {"01 08000000" + one + two, errKind},
		"short":                {"01 01000000" + one + "0000", errEnd},
		"long":                 {"01 01000000" + one + two + "00", errEnd},
		"Z of EWKB":            {"01 01000080" + one + two + two, errDimension},
		"M of EWKB":            {"01 01000040" + one + two + two, errDimension},
		"Z":                    {"01 e9030000" + one + two + two, errDimension},
		"ZM":                   {"01 b90b0000" + one + two + two + two, errDimension},
		"not a number":         {"01 01000000 000000000000f87f" + two, errNumber},
		"infinite":             {"01 01000000 000000000000f07f" + two, errNumber},
		"empty line":           {"01 02000000 00000000", errEmpty},
		"empty polygon":        {"01 03000000 00000000", errEmpty},
		"empty ring":           {"01 03000000 01000000 00000000", errEmpty},
		"empty multipoint":     {"01 04000000 00000000", errEmpty},
		"open ring":            {"01 03000000 01000000 02000000" + one + one + two + two, errOpen},
		"another part":         {"01 04000000 01000000 01 02000000 01000000" + one + two, errPart},
		"more points than fit": {"01 02000000 ffffffff" + one + two, errEnd},
		"more parts than fit":  {"01 07000000 ffffffff", errEnd},
		"deep":                 {deep, errDeep},
	} {
		_, err := Read(unhex(t, c.wkb))
		require.ErrorIs(t, err, c.want, name)
	}
}

// No bytes panic, and what is read is stable: the stored form reads as itself.
func FuzzRead(f *testing.F) {
	for _, wkb := range []string{"01 01000000" + one + two, "00 00000004 00000001 01 01000000" + one + two, "01 03000000 01000000 03000000" + one + one + two + two + one + one, "01 07000000 00000000"} {
		f.Add(unhex(f, wkb))
	}
	f.Fuzz(func(t *testing.T, wkb []byte) {
		g, err := Read(wkb)
		if err != nil {
			return
		}
		again, err := Read(g.Bytes(g.SRID)[4:])
		require.NoError(t, err)
		require.Equal(t, g.Bytes(7), again.Bytes(7))
	})
}
