package column

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/geometry"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// The members of a geometry, as Debezium's Point, Geometry and Geography name them.
const (
	memberWKB  = "wkb"
	memberSRID = "srid"
)

// acceptGeometry takes an object of wkb, which are bytes, or base64 where no schema says
// so, and srid, which may be null. It returns bytes as MariaDB stores them, so that the
// placeholder needs no function around it.
func (c *Column) acceptGeometry(v any) (any, *record.Refusal) {
	const form = "a geometry, an object of wkb (Well-Known Binary) and srid"
	members, _ := v.(map[string]any)
	var wkb []byte
	switch of := members[memberWKB].(type) {
	case []byte:
		wkb = of
	case string:
		var err error
		if wkb, err = base64.StdEncoding.DecodeString(of); err != nil {
			return nil, refusal.New(refusal.BadValue, c.Name, "the geometry's wkb is not base64")
		}
	default:
		return nil, c.wrongType(v, form)
	}
	g, err := geometry.Read(wkb)
	if err != nil {
		return nil, refusal.New(refusal.BadValue, c.Name, "%s", err.Error())
	}
	if c.DataType != "geometry" && c.DataType != g.Kind {
		return nil, refusal.New(refusal.BadValue, c.Name, "a %s, the column takes a %s", strings.ToUpper(g.Kind), strings.ToUpper(c.DataType))
	}
	srid := g.SRID
	switch of := members[memberSRID].(type) {
	case nil:
	case int64, float64, json.Number:
		n, refused := (&Column{Name: c.Name, ColumnType: memberSRID, Max: math.MaxInt32}).acceptInteger(of)
		if refused != nil {
			return nil, refused
		}
		whole, _ := n.(int64)
		srid = uint32(whole)
	default:
		return nil, c.wrongType(v, form)
	}
	return g.Bytes(srid), nil
}
