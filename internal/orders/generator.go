package orders

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Message is a record for the topic, with the code of its refusal.
type Message struct {
	Key     []byte // nil, as the producer of the order services
	Value   []byte
	Headers []kgo.RecordHeader
	Code    string // of the expected refusal; "" for a good order
}

// Good returns the message of an order that the sink must store.
func Good(o Order) Message { return Message{Value: o.Envelope()} }

// Generator makes orders. The same seed gives the same orders in the same sequence. It is
// not for concurrent use.
type Generator struct{ random *rand.Rand }

// NewGenerator returns the generator of a seed.
func NewGenerator(seed uint64) *Generator {
	return &Generator{random: rand.New(rand.NewPCG(seed, 0))}
}

// Order returns a good order with a new id.
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

// Good returns the message of a new good order.
func (g *Generator) Good() Message { return Good(g.Order()) }

// NotJSON returns a truncated envelope.
func (g *Generator) NotJSON() Message {
	value := g.Order().Envelope()
	return Message{Value: value[:1+g.random.IntN(len(value)-1)], Code: "bad_json"}
}

// NoSchema returns a payload without an envelope.
func (g *Generator) NoSchema() Message {
	o := g.Order()
	return Message{Value: o.payload(fmt.Sprint(o.Quantity)), Code: "bad_envelope"}
}

// WrongType returns an order with the quantity "12", a text. The schema declares int32.
func (g *Generator) WrongType() Message {
	return Message{Value: envelope(g.Order().payload(`"12"`)), Code: "type_mismatch"}
}

// BrokenRule returns an order of quantity 0.
func (g *Generator) BrokenRule() Message {
	o := g.Order()
	o.Quantity, o.TotalPrice = 0, 0
	return Message{Value: o.Envelope(), Code: "order_range"}
}

// TooLong returns an order with a user_id of one character more than the column holds.
// The order obeys the contract, which allows 255 characters.
func (g *Generator) TooLong(column int) Message {
	o := g.Order()
	o.UserID = strings.Repeat("u", column+1)
	return Message{Value: o.Envelope(), Code: "row_too_long"}
}

// uuid returns a random UUID (version 4).
func (g *Generator) uuid() string {
	a, b := g.random.Uint64(), g.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x",
		a>>32, a>>16&0xffff, a&0xfff, 0x8000|b>>48&0x3fff, b&0xffffffffffff)
}
