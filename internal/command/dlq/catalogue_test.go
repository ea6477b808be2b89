package dlq

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	now := base.Add(time.Hour)
	for text, want := range map[string]time.Time{
		"": {}, "1h": base, "90m": base.Add(-30 * time.Minute), "2026-01-02T03:04:05.006+09:00": time.Date(2026, 1, 1, 18, 4, 5, 6e6, time.UTC),
	} {
		if got, err := parseTime(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: got %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"yesterday", "-1h", "2026-01-02", "12:00"} {
		if _, err := parseTime(text, now); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
