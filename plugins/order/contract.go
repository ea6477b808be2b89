package order

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// The lengths that the contract allows, in characters (Unicode code points).
const (
	maxOrderID   = 64
	maxReference = 255
)

// fields are the names that the contract's fields have in a record.
type fields struct {
	orderID    string
	userID     string
	productID  string
	quantity   string
	unitPrice  string
	totalPrice string
}

// bounds are the greatest values that a shop accepts, as plain numbers in text. An empty
// text means no bound.
type bounds struct {
	quantity   string
	unitPrice  string
	totalPrice string
}

// contract has the rules of an order, with the names and bounds of one shop.
type contract struct {
	fields
	maxQuantity    bound
	maxUnitPrice   bound
	maxTotalPrice  bound
	refuseMismatch bool
}

// newContract returns a contract. The error is about a name that is missing or occurs twice,
// or about a bound that is no number or that no order satisfies.
func newContract(names fields, most bounds, refuseMismatch bool) (*contract, error) {
	if err := names.check(); err != nil {
		return nil, fmt.Errorf("checking fields: %w", err)
	}
	c := &contract{fields: names, refuseMismatch: refuseMismatch}
	var err error
	if c.maxQuantity, err = parseBound(most.quantity, 1, parseInteger); err != nil {
		return nil, fmt.Errorf("checking max_quantity: %w", err)
	}
	if c.maxUnitPrice, err = parseBound(most.unitPrice, 0, parseDecimal); err != nil {
		return nil, fmt.Errorf("checking max_unit_price: %w", err)
	}
	if c.maxTotalPrice, err = parseBound(most.totalPrice, 0, parseDecimal); err != nil {
		return nil, fmt.Errorf("checking max_total_price: %w", err)
	}
	return c, nil
}

// setting is where a setting of the configuration goes.
type setting struct {
	key  string
	into *string
}

func (f *fields) settings() []setting {
	return []setting{
		{fieldOrderID, &f.orderID},
		{fieldUserID, &f.userID},
		{fieldProductID, &f.productID},
		{fieldQuantity, &f.quantity},
		{fieldUnitPrice, &f.unitPrice},
		{fieldTotalPrice, &f.totalPrice},
	}
}

func (f *fields) check() error {
	taken := map[string]string{}
	for _, field := range f.settings() {
		name := *field.into
		if name == "" {
			return fmt.Errorf("%s has an empty name", field.key)
		}
		// A refusal is read back as "code: path: rest".
		if strings.ContainsFunc(name, func(r rune) bool { return r == ':' || unicode.IsSpace(r) || unicode.IsControl(r) }) {
			return fmt.Errorf("the name %q of %s has a colon, white space or a control character", name, field.key)
		}
		if other, ok := taken[name]; ok {
			return fmt.Errorf("%s and %s are both named %q", other, field.key, name)
		}
		taken[name] = field.key
	}
	return nil
}

// price checks a record and computes its total, an int64 or decimal text. corrected
// reports whether the record has another total. A refusal names the first rule that the
// record breaks, in the order of the contract. price does not change the record.
func (c *contract) price(record map[string]any, types declaredTypes) (total any, corrected bool, refused *record.Refusal) {
	if refused = cmp.Or(
		checkText(record, c.orderID, maxOrderID),
		checkText(record, c.userID, maxReference),
		checkText(record, c.productID, maxReference),
	); refused != nil {
		return nil, false, refused
	}
	quantity, refused := checkNumber(record, c.quantity, true, 1, &c.maxQuantity)
	if refused != nil {
		return nil, false, refused
	}
	unit, refused := checkNumber(record, c.unitPrice, types.integerPrice, 0, &c.maxUnitPrice)
	if refused != nil {
		return nil, false, refused
	}
	return c.total(record, quantity, unit, types)
}

// total multiplies, and compares the product with the total of the producer.
func (c *contract) total(record map[string]any, quantity, unit number, types declaredTypes) (any, bool, *record.Refusal) {
	factor, _ := quantity.Int64() // no error: a quantity has 64 bits
	exact, fits := unit.times(factor)
	if !fits {
		// Invariant 5: overflow is a refusal, never a wrap.
		most := "64 bits"
		if unit.isText {
			most = fmt.Sprintf("%d digits", maxDigits)
		}
		return nil, false, refuse(CodeOverflow, c.totalPrice, c.quantity+" * "+c.unitPrice+" within "+most, "more")
	}
	if refused := c.maxTotalPrice.check(exact, c.totalPrice); refused != nil {
		return nil, false, refused
	}
	if record[c.totalPrice] == nil {
		return exact.content(), false, nil
	}
	sent, refused := checkNumber(record, c.totalPrice, types.integerTotal, 0, nil)
	if refused != nil {
		return nil, false, refused
	}
	differs := sent.Cmp(exact.Decimal) != 0
	if differs && c.refuseMismatch {
		return nil, false, refuse(CodeTotalMismatch, c.totalPrice, c.quantity+" * "+c.unitPrice, "another number")
	}
	return exact.content(), differs, nil
}
