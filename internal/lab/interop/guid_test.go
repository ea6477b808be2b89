package interop

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
)

var idMember = regexp.MustCompile(`"id":(\d+)`)

// withGUIDs returns the URL of a registry that has GUIDs, as Confluent's since 7.9: the real
// registry behind a proxy. The GUID of a schema ends with its id.
func withGUIDs(t *testing.T, registry string) string {
	t.Helper()
	target, err := url.Parse(registry)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			if guid, is := strings.CutPrefix(r.In.URL.Path, "/schemas/guids/"); is {
				var id int
				if _, err := fmt.Sscanf(guid, "00000000-0000-4000-8000-%x", &id); err != nil {
					t.Errorf("the GUID %q: %v", guid, err)
				}
				r.Out.URL.Path = fmt.Sprint("/schemas/ids/", id)
			}
			r.SetURL(target)
		},
		ModifyResponse: func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			if found := idMember.FindSubmatch(body); r.Request.Method == http.MethodPost && found != nil {
				var id int
				if _, err := fmt.Sscan(string(found[1]), &id); err != nil {
					return err
				}
				body = idMember.ReplaceAll(body, fmt.Appendf(nil, `"id":$1,"guid":"00000000-0000-4000-8000-%012x"`, id))
			}
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Del("Content-Length")
			return nil
		},
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}

// Confluent's client can write the GUID of the schema into a header, for keys and values.
func TestAvroWithGUIDsInHeadersBecomesRows(t *testing.T) {
	b := kafkatest.Shared(t)
	registry := withGUIDs(t, registrytest.Shared(t).URL())
	s := startAvro(t, b, registry, nil)
	sendAvro(t, b, registry, s.topic, "header-ids")
	s.awaitRows("SELECT "+shown+" FROM `"+s.topic+"`", "h-1 "+usualRow)
	for _, r := range kafkatest.Records(t, b, s.topic) {
		for _, part := range [][]byte{r.Key, r.Value} {
			if len(part) > 0 && part[0] == 0 {
				t.Errorf("the client wrote %x, expected no schema id before the value", part)
			}
		}
		if len(r.Headers) == 0 || len(r.Headers[0].Value) != 17 {
			t.Errorf("the headers are %v, expected a GUID", r.Headers)
		}
	}
}
