package registry

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"

	"github.com/order-sink/order-sink/plugins/connectavro/wire"
	"github.com/order-sink/order-sink/plugins/internal/retry"
)

// TestAnOutage: schemas that are known stay known, and a record with another one waits
// until the registry is back.
func TestAnOutage(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.seed(1, `"int"`)
	f.seed(2, `"long"`)
	o := observe(t, Config{URLs: []string{f.url()}}, 10)
	got, err := o.Get(t.Context(), id(1))
	require.NoError(t, err)
	require.Equal(t, `[]"int"`, got)

	f.close()
	answers := make(chan string, 2)
	for range 2 {
		go func() {
			got, _ := o.Get(t.Context(), id(2))
			answers <- got
		}()
	}
	o.isWaiting(t)
	got, err = o.Get(t.Context(), id(1))
	require.NoError(t, err)
	require.Equal(t, `[]"int"`, got)
	require.Empty(t, answers)
	f.open()
	require.Equal(t, `[]"long"`, <-answers)
	require.Equal(t, `[]"long"`, <-answers)
	require.Contains(t, o.states, retry.Waiting)
	require.Equal(t, retry.Running, o.states[len(o.states)-1])
	require.Len(t, o.lines, 2, "the start and the end of the wait: %q", o.lines)
	require.Regexp(t, `^waiting for the schema registry since .*: http://`+f.address+`/schemas/ids/2: dial tcp .* connection refused\. Nothing is dropped`, o.lines[0])
	require.Regexp(t, `^Reading schemas: the wait is over, after `, o.lines[1])
}

// TestAWaitEndsWithItsContext, as when the sink stops.
func TestAWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.close()
	o := observe(t, Config{URLs: []string{f.url()}}, 10)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := o.Get(ctx, id(2))
		failed <- err
	}()
	o.isWaiting(t)
	cancel()
	require.ErrorIs(t, <-failed, context.Canceled)
}

// TestWhatARecordWaitsFor: only a registry's own answer means that it has no such schema.
func TestWhatARecordWaitsFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status     int
		body, want string
	}{
		"broken":           {500, `{"error_code":50001,"message":"store"}`, "answered 500 Internal Server Error"},
		"restarting":       {503, "<html>", "answered 503 Service Unavailable"},
		"too many":         {429, "", "answered 429 Too Many Requests"},
		"no password":      {401, `{"error_code":401}`, "answered 401 Unauthorized: check the user"},
		"a wrong password": {403, "", "answered 403 Forbidden: check the user"},
		"a wrong path":     {404, `{"error_code":404,"message":"HTTP 404 Not Found"}`, "answered 404 Not Found without the code of a registry: check the path"},
		"a page":           {200, "<html>secret</html>", "unable to decode ok response body"},
		"another answer":   {200, `{"status":"secret"}`, "/schemas/ids/1 answered without a schema"},
		"a long answer":    {200, `{"schema":"\"int\""` + strings.Repeat(" ", maxAnswer) + "}", "answered with more than 16777216 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFront(t)
			f.seed(1, `"int"`)
			f.answer(c.status, c.body)
			o := observe(t, Config{URLs: []string{f.url()}}, 10)
			answer := make(chan string)
			go func() {
				got, _ := o.Get(t.Context(), id(1))
				answer <- got
			}()
			o.isWaiting(t)
			f.ClearInterceptors()
			require.Equal(t, `[]"int"`, <-answer)
			require.Contains(t, o.lines[0], c.want)
			require.NotContains(t, o.lines[0], "secret")
		})
	}
}

// TestTheWaitsOfKeysAndValues have one state. The answer for a key does not end the wait for
// the schema of a value.
func TestTheWaitsOfKeysAndValues(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.seed(1, `"int"`)
	f.seed(2, `"long"`)
	f.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/2") {
			return false
		}
		w.WriteHeader(http.StatusInternalServerError)
		return true
	})
	values := observe(t, Config{URLs: []string{f.url()}}, 10)
	keys := New(Options[string]{Client: values.client, Compile: values.compile, Unknown: values.unknown, Size: 10, State: values.state})
	answer := make(chan string)
	go func() {
		got, _ := values.Get(t.Context(), id(2))
		answer <- got
	}()
	values.isWaiting(t)
	_, err := keys.Get(t.Context(), id(1))
	require.NoError(t, err)
	require.Error(t, values.state.Err(), "the value still waits")
	f.ClearInterceptors()
	require.Equal(t, `[]"long"`, <-answer)
}

// TestAnUnknownSchema is asked for once in a while, and takes no room from others.
func TestAnUnknownSchema(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.seed(1, `"int"`)
	requests := 0
	f.Intercept(func(http.ResponseWriter, *http.Request) bool {
		requests++
		return false
	})
	o := observe(t, Config{URLs: []string{f.url()}}, 3)
	for n := range 100 {
		got, err := o.Get(t.Context(), id(n%4+1))
		require.NoError(t, err)
		if n%4 == 0 {
			require.Equal(t, `[]"int"`, got)
		} else {
			require.Equal(t, "unknown "+id(n%4+1).String(), got)
		}
	}
	require.Equal(t, 4, requests)
	for n := range 100 {
		_, err := o.Get(t.Context(), id(n+2))
		require.NoError(t, err)
		require.LessOrEqual(t, len(o.none), 3)
	}
	require.Len(t, o.known, 1)
	require.Empty(t, o.lines)
}

func TestTheCacheIsBounded(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	o := observe(t, Config{URLs: []string{f.url()}}, 3)
	for n := range 10 {
		f.seed(n+1, `"int"`)
		_, err := o.Get(t.Context(), id(n+1))
		require.NoError(t, err)
	}
	require.Len(t, o.known, 3)
}

// TestReferences come in the order of their need, each once.
func TestReferences(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	to := func(id int) sr.SchemaReference {
		return sr.SchemaReference{Name: strconv.Itoa(id), Subject: "subject-" + strconv.Itoa(id), Version: 1}
	}
	f.seed(1, `"d"`)
	f.seed(2, `"b"`, to(1))
	f.seed(3, `"c"`, to(1))
	f.seed(4, `"a"`, to(2), to(3))
	f.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/5") {
			return false
		}
		_, _ = w.Write([]byte(`{"schema":"e","references":[{"name":"x","subject":"gone","version":1}]}`))
		return true
	})
	o := observe(t, Config{URLs: []string{f.url()}}, 10)
	got, err := o.Get(t.Context(), id(4))
	require.NoError(t, err)
	require.Equal(t, `["d" "b" "c"]"a"`, got)
	got, err = o.Get(t.Context(), id(5))
	require.NoError(t, err)
	require.Equal(t, "unknown 5", got)
}

// TestAGUID is asked for by its own path.
func TestAGUID(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/schemas/guids/00010203-0405-0607-0809-0a0b0c0d0e0f" {
			return false
		}
		_, _ = w.Write([]byte(`{"schema":"\"int\""}`))
		return true
	})
	ref := wire.Ref{IsGUID: true}
	for i := range ref.GUID {
		ref.GUID[i] = byte(i)
	}
	got, err := observe(t, Config{URLs: []string{f.url()}}, 10).Get(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, `[]"int"`, got)
}

// TestARegistryWithoutGUIDs does not know any. Bytes that look like one must not wait.
func TestARegistryWithoutGUIDs(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	f.answer(404, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
	ref := wire.Ref{IsGUID: true}
	got, err := observe(t, Config{URLs: []string{f.url()}}, 10).Get(t.Context(), ref)
	require.NoError(t, err)
	require.Equal(t, "unknown 00000000-0000-0000-0000-000000000000", got)
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]Config{
		"Bearer token":      {Token: "token"},
		"Basic dTpw":        {Username: "u", Password: "p"},
		"Basic dXJsOnBAc3M": {URLs: []string{"url:p%40ss@"}},
	} {
		r := srfake.New(srfake.WithAuth(want))
		if strings.HasSuffix(want, "c3M") {
			r = srfake.New(srfake.WithAuth("Basic dXJsOnBAc3M="))
		}
		t.Cleanup(r.Close)
		r.SeedSchema("subject", 1, 1, sr.Schema{Schema: `"int"`})
		prefix := "http://"
		if len(c.URLs) > 0 {
			prefix += c.URLs[0]
		}
		c.URLs = []string{prefix + strings.TrimPrefix(r.URL(), "http://")}
		got, err := observe(t, c, 10).Get(t.Context(), id(1))
		require.NoError(t, err)
		require.Equal(t, `[]"int"`, got)
	}
}

// TestNoPasswordInErrors, although a URL has one.
func TestNoPasswordInErrors(t *testing.T) {
	t.Parallel()
	for _, u := range []string{"http://u:secret@", "u:secret@host", "ftp://u:secret@host", "http://u:secret@host:port/%zz"} {
		_, err := NewClient(Config{URLs: []string{u}})
		require.Error(t, err, u)
		require.NotContains(t, err.Error(), "secret")
	}
	f := newFront(t)
	f.close()
	o := observe(t, Config{URLs: []string{"http://u:secret@" + f.address}}, 10)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _, _ = o.Get(ctx, id(1)) }()
	o.isWaiting(t)
	require.NotContains(t, strings.Join(o.lines, "\n"), "secret")
}
