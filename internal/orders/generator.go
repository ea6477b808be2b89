package orders

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Message is one record for the topic, and the code of its refusal.
type Message struct {
	Key     []byte // nil: the seed's producer sets none
	Value   []byte
	Headers []kgo.RecordHeader
	Code    string // of the refusal that it deserves; "" for a good order
}

// Good is the message of an order that is to be stored.
func Good(o Order) Message { return Message{Value: o.Envelope()} }

// Generator makes orders: the same seed, the same orders in the same sequence.
// It is not for concurrent use.
type Generator struct{ random *rand.Rand }

// NewGenerator starts a sequence.
func NewGenerator(seed uint64) *Generator {
	return &Generator{random: rand.New(rand.NewPCG(seed, 0))}
}

// Order is a good order with an id of its own.
func (g *Generator) Order() Order {
	o := Order{
		OrderID:   g.uuid(),
		UserID:    g.uuid(),
		ProductID: fmt.Sprintf("CATALOG-%03d", 1+g.random.IntN(999)),
		Quantity:  1 + g.random.Int64N(10),
		UnitPrice: 100 * (1 + g.random.Int64N(1000)),
	}
	o.TotalPrice = o.Quantity * o.UnitPrice
	return o
}

// Good is a new order's message.
func (g *Generator) Good() Message { return Good(g.Order()) }

// NotJSON is an envelope that ends too early.
func (g *Generator) NotJSON() Message {
	value := g.Order().Envelope()
	return Message{Value: value[:1+g.random.IntN(len(value)-1)], Code: "bad_json"}
}

// NoSchema is a bare payload.
func (g *Generator) NoSchema() Message {
	o := g.Order()
	return Message{Value: o.payload(fmt.Sprint(o.Quantity)), Code: "bad_envelope"}
}

// WrongType has its quantity as text, "12" where an int32 is declared.
func (g *Generator) WrongType() Message {
	return Message{Value: envelope(g.Order().payload(`"12"`)), Code: "type_mismatch"}
}

// BrokenRule orders nothing: a quantity of 0.
func (g *Generator) BrokenRule() Message {
	o := g.Order()
	o.Quantity, o.TotalPrice = 0, 0
	return Message{Value: o.Envelope(), Code: "order_range"}
}

// TooLong obeys the contract, but its user_id is one character longer than the
// column, which holds so many characters (less than the contract's 255).
func (g *Generator) TooLong(column int) Message {
	o := g.Order()
	o.UserID = strings.Repeat("u", column+1)
	return Message{Value: o.Envelope(), Code: "row_too_long"}
}

// uuid is a random (version 4) UUID.
func (g *Generator) uuid() string {
	a, b := g.random.Uint64(), g.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x",
		a>>32, a>>16&0xffff, a&0xfff, 0x8000|b>>48&0x3fff, b&0xffffffffffff)
}
