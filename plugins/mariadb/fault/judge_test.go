package fault

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

func TestEveryCodeIsListed(t *testing.T) {
	for number, rule := range rules {
		if rule.kind == Refused {
			require.True(t, slices.ContainsFunc(refusal.Codes, func(c record.Code) bool { return c.Name == rule.code }), "error %d: %q", number, rule.code)
		}
	}
	for _, c := range refusal.Codes {
		require.Regexp(t, "^row_[a-z_]+$", c.Name)
		require.NotEmpty(t, c.Meaning)
	}
}

func TestJudgement(t *testing.T) {
	server := func(number uint16, state string) error {
		e := &mysql.MySQLError{Number: number, Message: "some 'value' for key 'PRIMARY'"}
		copy(e.SQLState[:], state)
		return fmt.Errorf("doing: %w", e)
	}
	hidden := func(number int) string {
		return fmt.Sprintf("the sink does not show the server's message, because the message may contain a row value: run perror %d to read what the number means, and SHOW TRIGGERS to find a SIGNAL with the number", number)
	}
	for _, c := range []struct {
		err  error
		kind Kind
		text string
	}{
		{server(1406, "22001"), Refused, "MariaDB error 1406 (22001): " + "a value is longer than the column: widen the column, or shorten the value"},
		{server(1062, "23000"), Refused, "MariaDB error 1062 (23000): " + wordsDuplicate},
		{server(5000, "22ABC"), Refused, "MariaDB error 5000 (22ABC): a value does not fit its column, or an expression over it failed: correct the value"}, // a data exception of a newer server
		{server(5000, "45000"), Refused, "MariaDB error 5000 (45000): " + wordsTrigger},
		{server(5000, "40001"), RetryNow, "MariaDB error 5000 (40001)"},
		{server(5000, "08S01"), Wait, "MariaDB error 5000 (08S01)"},
		{server(5000, "42000"), Misconfigured, "MariaDB error 5000 (42000)"},
		{server(5000, "HY000"), Unknown, "MariaDB error 5000 (HY000)"},
		{server(1030, "HY000"), Unknown, "MariaDB error 1030 (HY000)"},
		{server(1290, "45000"), Refused, "MariaDB error 1290 (45000): " + wordsTrigger},
		{server(1643, "02000"), Refused, "MariaDB error 1643 (02000): " + wordsTrigger},
		{server(20, "HY000"), Wait, "MariaDB error 20 (HY000)"}, // of the file layer
		{server(1290, "HY000"), Wait, "MariaDB error 1290 (HY000): " + hidden(1290)},
		{server(1205, "HY000"), RetryNow, "MariaDB error 1205 (HY000): " + hidden(1205)},
		{server(1146, "42S02"), Misconfigured, "MariaDB error 1146 (42S02): " + hidden(1146)},
		{server(0, "HY000"), Wait, "MariaDB error 0 (HY000)"}, // of a proxy
		{mysql.ErrPktTooLarge, Wait, mysql.ErrPktTooLarge.Error()},
		{mysql.ErrInvalidConn, Wait, "invalid connection"},
		{context.Canceled, Wait, "context canceled"},
		{mysql.ErrNoTLS, Misconfigured, mysql.ErrNoTLS.Error()},
	} {
		f := Judge(c.err)
		require.Equal(t, c.kind, f.Kind, c.text)
		require.Equal(t, c.text, f.Error())
	}
}

// What another row can escape while one row meets it is never taken for the fault of
// that row: it would be enough that the row is larger, or locked.
func TestWhatMayBeBlamedOnALoneRow(t *testing.T) {
	for _, number := range []uint16{
		3, 20, 28, 167, 1016, 1021, 1114, 1026, 1030, 1037, 1041, 1637, 1206,
		transCacheFull, 1226, lockWaitTimeout, lockDeadlock, 1317, 1969, 1927,
		1047, 1180, 1223, 4145, accessDenied, 1877, AutoincReadFailed,
	} {
		require.False(t, Judge(&mysql.MySQLError{Number: number, SQLState: [5]byte([]byte("HY000"))}).Lone, number)
	}
	for number, rule := range rules {
		if rule.lone {
			require.Equal(t, refusal.Refused, rule.code, number)
			require.Contains(t, []Kind{Unknown, Wait, Misconfigured}, rule.kind, number)
		}
	}
	for state, lone := range map[string]bool{"HY000": true, "42000": true, "08S01": false, "25006": false, "40001": false, "53000": false, "57000": false, "70100": false, "28000": false} {
		require.Equal(t, lone, Judge(&mysql.MySQLError{Number: 9001, SQLState: [5]byte([]byte(state))}).Lone, state)
	}
}

func TestAQuotedValueIsNotTakenForAName(t *testing.T) {
	for message, want := range map[string]string{
		"Data too long for column 'note' at row 7":                                                                   "note",
		"Incorrect string value: '\\xF0' for column `d`.`t`.`note` at row 1":                                         "note",
		"Incorrect datetime value: 'for column `d`.`t`.`secret` at row 1' for column `d`.`t`.`at` at row 1":          "at",
		"Truncated incorrect DOUBLE value: 'for column `d`.`t`.`secret` at row 1'":                                   "",
		"Duplicate entry 'for key 'secret'' for key 'PRIMARY'":                                                       "PRIMARY",
		"Column 'qty' cannot be null":                                                                                "qty",
		"CONSTRAINT `few` failed for `d`.`t`":                                                                        "few",
		"CONSTRAINT `t.qty` failed for `d`.`t`":                                                                      "qty",
		"Cannot add or update a child row: a foreign key constraint fails (`d`.`t`, CONSTRAINT `f` FOREIGN KEY (`a`": "a",
	} {
		require.Equal(t, want, Named(&mysql.MySQLError{Message: message}), message)
	}
}
