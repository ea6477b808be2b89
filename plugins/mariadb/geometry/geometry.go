// Package geometry reads Well-Known Binary, in which records have geometries, and writes
// the form in which MariaDB takes them.
package geometry

import (
	"encoding/binary"
	"errors"
	"math"
)

// Value is a geometry of two dimensions.
type Value struct {
	Kind string // as MariaDB names the type of a column: "point"
	SRID uint32 // the spatial reference system that the bytes name, 0 for none
	wkb  []byte // little-endian
}

// kinds has the types by their codes in WKB (OGC 06-103r4, section 8.2.8).
var kinds = [...]string{
	1: "point", 2: "linestring", 3: "polygon", 4: "multipoint", 5: "multilinestring", 6: "multipolygon", 7: "geometrycollection",
}

const (
	point = iota + 1
	lineString
	polygon
	multiPoint
	multiLineString
	multiPolygon
	collection
)

// The flags that PostGIS adds to the code of a type (EWKB).
const (
	flagZ    = 0x80000000
	flagM    = 0x40000000
	flagSRID = 0x20000000
)

// The errors of [Read]. They have no part of the value.
var (
	errEnd       = errors.New("the bytes end within the geometry, or go on after it")
	errOrder     = errors.New("the bytes are no WKB: the first one is not a byte order")
	errKind      = errors.New("the bytes are no WKB of a known type of geometry")
	errPart      = errors.New("a part of the geometry has another type than its whole allows")
	errDimension = errors.New("the geometry has more than two dimensions, MariaDB stores two")
	errEmpty     = errors.New("the geometry is empty, or a part of it is: MariaDB stores no empty geometry except a collection")
	errOpen      = errors.New("a ring of the polygon is not closed")
	errNumber    = errors.New("a coordinate is not a number")
	errDeep      = errors.New("collections within collections, more than 100 deep")
)

// maxDepth bounds how deep collections stand within collections, here and in MariaDB.
const maxDepth = 100

// Read reads the WKB of a geometry, or PostGIS's EWKB. The server itself checks little more
// than the length and the type: a malformed geometry would be stored, and read as NULL.
func Read(wkb []byte) (Value, error) {
	r := reader{in: wkb, out: make([]byte, 0, len(wkb))}
	kind, err := r.geometry(0)
	if err == nil && len(r.in) > 0 {
		err = errEnd
	}
	if err != nil {
		return Value{}, err
	}
	return Value{Kind: kinds[kind], SRID: r.srid, wkb: r.out}, nil
}

// Bytes returns the geometry as MariaDB stores it, with the number of its spatial reference
// system before the WKB. A placeholder of a spatial column takes these bytes.
// https://mariadb.com/kb/en/geometry-types/
func (v Value) Bytes(srid uint32) []byte {
	return append(binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(v.wkb)), srid), v.wkb...)
}

// reader copies a geometry from in to out, which is little-endian.
type reader struct {
	in, out []byte
	order   binary.ByteOrder
	srid    uint32
}

// geometry reads a geometry and returns its type.
func (r *reader) geometry(depth int) (kind uint32, err error) {
	switch {
	case depth > maxDepth:
		return 0, errDeep
	case len(r.in) == 0:
		return 0, errEnd
	case r.in[0] > 1:
		return 0, errOrder
	}
	r.order = binary.ByteOrder(binary.BigEndian)
	if r.in[0] == 1 {
		r.order = binary.LittleEndian
	}
	r.in = r.in[1:]
	if kind, err = r.uint32(); err != nil {
		return 0, err
	}
	hasSRID := kind&flagSRID != 0
	kind &^= flagSRID
	switch {
	case kind&(flagZ|flagM) != 0 || kind > 1000 && kind < 4000 && kind%1000 <= collection:
		return 0, errDimension
	case kind < point || kind > collection:
		return 0, errKind
	}
	if hasSRID {
		if r.srid, err = r.uint32(); err != nil {
			return 0, err
		}
	}
	r.out = binary.LittleEndian.AppendUint32(append(r.out, 1), kind)
	return kind, r.parts(kind, depth)
}

// parts reads what stands behind the type.
func (r *reader) parts(kind uint32, depth int) error {
	switch kind {
	case point:
		return r.coordinates(1)
	case lineString:
		return r.line(false)
	}
	n, err := r.count()
	if err == nil && n == 0 && kind != collection {
		err = errEmpty
	}
	for ; n > 0 && err == nil; n-- {
		if kind == polygon {
			err = r.line(true)
			continue
		}
		order := r.order
		var part uint32
		if part, err = r.geometry(depth + 1); err == nil && kind != collection && part != kind-multiPoint+point {
			err = errPart
		}
		r.order = order
	}
	return err
}

// line reads a number of points. Those of a ring end where they begin.
func (r *reader) line(isRing bool) error {
	n, err := r.count()
	if err == nil && n == 0 {
		err = errEmpty
	}
	if err != nil {
		return err
	}
	start := len(r.out)
	if err := r.coordinates(n); err != nil {
		return err
	}
	first, last := r.out[start:start+16], r.out[len(r.out)-16:]
	if isRing && (!equal(first, last) || !equal(first[8:], last[8:])) {
		return errOpen
	}
	return nil
}

// equal compares two coordinates: 0 and -0 are the same.
func equal(a, b []byte) bool {
	x, y := binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)
	return math.Float64frombits(x) == math.Float64frombits(y)
}

func (r *reader) coordinates(points uint32) error {
	for range points {
		for range 2 {
			if len(r.in) < 8 {
				return errEnd
			}
			bits := r.order.Uint64(r.in)
			if f := math.Float64frombits(bits); math.IsNaN(f) || math.IsInf(f, 0) {
				return errNumber
			}
			r.in, r.out = r.in[8:], binary.LittleEndian.AppendUint64(r.out, bits)
		}
	}
	return nil
}

func (r *reader) count() (uint32, error) {
	n, err := r.uint32()
	if err == nil {
		r.out = binary.LittleEndian.AppendUint32(r.out, n)
	}
	return n, err
}

func (r *reader) uint32() (uint32, error) {
	if len(r.in) < 4 {
		return 0, errEnd
	}
	n := r.order.Uint32(r.in)
	r.in = r.in[4:]
	return n, nil
}
