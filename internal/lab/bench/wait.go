package main

import (
	"context"
	"fmt"
	"time"
)

// patience is how long a condition may take that is nearly always there in a
// second or two.
const patience = 2 * time.Minute

// eventually asks again and again until condition gives no error.
func eventually(ctx context.Context, what string, condition func() error) error {
	for deadline := time.Now().Add(patience); ; {
		err := condition()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waiting until %s: %w", what, err)
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
