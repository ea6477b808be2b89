// Package loggers has the loggers of a worker, by names in Java's style, with levels that the
// REST API changes while the worker runs.
package loggers

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/order-sink/order-sink/internal/connect"
)

// Root is the name of the logger that all others inherit their level from.
const Root = "root"

// levels are the levels of Log4j. FATAL and OFF are above everything that the worker logs.
var levels = map[string]slog.Level{
	"ALL": -100, "TRACE": slog.LevelDebug - 4, "DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo,
	"WARN": slog.LevelWarn, "ERROR": slog.LevelError, "FATAL": slog.LevelError + 4, "OFF": 100,
}

// State is the level of a logger, and when a request changed it, in milliseconds since 1970.
type State struct {
	Level        string `json:"level"`
	LastModified *int64 `json:"last_modified"`
}

// Loggers creates the loggers of a worker.
type Loggers struct {
	handler slog.Handler
	mutex   sync.RWMutex
	known   map[string]State // Level is "" for a logger that inherits it
}

// New returns loggers that write to a handler, from a level on. The handler itself should not
// filter by level.
func New(handler slog.Handler, level string) (*Loggers, error) {
	level, err := Parse(level)
	if err != nil {
		return nil, err
	}
	return &Loggers{handler: handler, known: map[string]State{Root: {Level: level}}}, nil
}

// Parse returns a level in upper case. The error is a [*connect.Error] with status 404, as in
// Kafka Connect.
func Parse(level string) (string, error) {
	upper := strings.ToUpper(strings.TrimSpace(level))
	if _, exists := levels[upper]; !exists {
		return "", connect.Errorf(http.StatusNotFound, "invalid log level '%s'.", level)
	}
	return upper, nil
}

// Logger returns the logger of a name.
func (l *Loggers) Logger(name string) *slog.Logger {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if _, exists := l.known[name]; !exists {
		l.known[name] = State{}
	}
	return slog.New(handler{l.handler, l, name})
}

// Get returns the state of a logger, with the level that it inherits.
func (l *Loggers) Get(name string) (State, bool) {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	if strings.EqualFold(name, Root) {
		name = Root
	}
	state, exists := l.known[name]
	state.Level = l.level(name)
	return state, exists
}

// All returns the states of all loggers that are not off.
func (l *Loggers) All() map[string]State {
	l.mutex.RLock()
	defer l.mutex.RUnlock()
	all := map[string]State{}
	for name, state := range l.known {
		if state.Level = l.level(name); state.Level != "OFF" {
			all[name] = state
		}
	}
	return all
}

// Set changes the level of a logger and of those below it. It returns the names of the
// loggers whose level is another one now, sorted.
func (l *Loggers) Set(name, level string) ([]string, error) {
	level, err := Parse(level)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(name, Root) {
		name = Root
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if _, exists := l.known[name]; !exists {
		l.known[name] = State{}
	}
	now := time.Now().UnixMilli()
	changed := []string{}
	for other := range l.known {
		if other == name || name == Root || strings.HasPrefix(other, name+".") {
			if l.level(other) != level {
				changed = append(changed, other)
			}
		}
	}
	for _, other := range changed {
		l.known[other] = State{Level: level, LastModified: &now}
	}
	slices.Sort(changed)
	return changed, nil
}

// level returns the level of a logger: its own or that of the nearest logger above.
func (l *Loggers) level(name string) string {
	for {
		if state := l.known[name]; state.Level != "" {
			return state.Level
		}
		dot := strings.LastIndexByte(name, '.')
		if dot < 0 {
			return l.known[Root].Level
		}
		name = name[:dot]
	}
}

// handler filters the records of one logger.
type handler struct {
	slog.Handler
	loggers *Loggers
	name    string
}

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	h.loggers.mutex.RLock()
	defer h.loggers.mutex.RUnlock()
	return level >= levels[h.loggers.level(h.name)] && h.Handler.Enabled(ctx, level)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.loggers, h.name}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.loggers, h.name}
}
