package writer

import (
	"context"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
)

// Empty runs a statement that deletes some rows until it finds none.
func (w *Writer) Empty(ctx context.Context, query string, args ...any) *fault.Fault {
	s, f := w.acquire(ctx)
	if f != nil {
		return f
	}
	defer w.pool.put(s)
	for try := 1; ; {
		fresh, err := w.open(ctx, s)
		if err != nil {
			return fault.Judge(err)
		}
		result, err := s.ExecContext(ctx, query, args...)
		if err == nil {
			if n, err := result.RowsAffected(); err != nil || n == 0 {
				return nil
			}
			continue
		}
		f := fault.Judge(err)
		if f.Kind == fault.Refused || try == maxRetries {
			return f
		}
		if final := w.recover(ctx, s, f, fresh); final != nil {
			return final
		}
		w.observe.Retry(f.Cause())
		try++
	}
}
