package broker

import (
	"testing"
	"time"
	"fmt"
)

func TestTiming(t *testing.T) {
	b, err := NewJava(t.Context(), t.TempDir())
	if err != nil { t.Fatal(err) }
	defer b.Close()
	s := time.Now()
	step := func(n string) { fmt.Println(n, time.Since(s)); s = time.Now() }
	b.Start(t.Context()); step("start")
	Topic(t, b, 4)
	b.Kill(); step("kill")
	b.Start(t.Context()); step("start")
	b.Kill(); step("kill")
	b.Start(t.Context()); step("start")
	b.Stop(); step("stop")
	b.Start(t.Context()); step("start")
}
