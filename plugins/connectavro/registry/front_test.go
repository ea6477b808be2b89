package registry

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"github.com/order-sink/order-sink/plugins/connectavro/wire"
	"github.com/order-sink/order-sink/plugins/internal/retry"
)

// front is a registry whose address can go away and come back.
type front struct {
	*testing.T
	*srfake.Registry
	address string
	server  *http.Server
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{T: t, Registry: srfake.New(), address: "127.0.0.1:0"}
	f.open()
	t.Cleanup(func() {
		f.close()
		f.Close()
	})
	return f
}

func (f *front) open() {
	f.Helper()
	listener, err := net.Listen("tcp", f.address)
	require.NoError(f, err)
	f.address = listener.Addr().String()
	target, err := url.Parse(f.URL())
	require.NoError(f, err)
	f.server = &http.Server{Handler: httputil.NewSingleHostReverseProxy(target)}
	go func(s *http.Server) { _ = s.Serve(listener) }(f.server)
}

func (f *front) close() { _ = f.server.Close() }

func (f *front) url() string { return "http://" + f.address }

func (f *front) seed(id int, text string, references ...sr.SchemaReference) {
	f.SeedSchema(fmt.Sprintf("subject-%d", id), 1, id, sr.Schema{Schema: text, References: references})
}

// answer makes the registry answer every request with a status and a body.
func (f *front) answer(status int, body string) {
	f.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
		return true
	})
}

// observed is a Registry of the texts of schemas, with what it shows about its state.
type observed struct {
	*Registry[string]
	mutex  sync.Mutex
	lines  []string
	states []string
}

func observe(t *testing.T, c Config, size int) *observed {
	t.Helper()
	client, err := NewClient(c)
	require.NoError(t, err)
	o := &observed{}
	log := func(format string, args ...any) {
		o.mutex.Lock()
		defer o.mutex.Unlock()
		o.lines = append(o.lines, fmt.Sprintf(format, args...))
	}
	o.Registry = New(Options[string]{
		Client: client, Size: size,
		Compile: func(_ wire.Ref, s Source) string { return fmt.Sprint(s.References, s.Text) },
		Unknown: func(ref wire.Ref) string { return "unknown " + ref.String() },
		State: &retry.State{Longest: 50 * time.Millisecond, Warn: log, Info: log, Show: func(state string) {
			o.mutex.Lock()
			defer o.mutex.Unlock()
			o.states = append(o.states, state)
		}},
	})
	return o
}

// isWaiting waits until the registry has logged a wait.
func (o *observed) isWaiting(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		o.mutex.Lock()
		defer o.mutex.Unlock()
		return len(o.lines) > 0
	}, 10*time.Second, time.Millisecond)
}

func id(n int) wire.Ref { return wire.Ref{ID: n} }
