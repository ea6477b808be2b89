package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// shop is a gateway before two order services and a user service, each a process
// of its own, with the sink behind them.
type shop struct {
	*world
	gateway  string
	services [2]string // addresses
	running  [2]*ordersink.Sink
	door     *ordersink.Sink // the gateway's process
}

func newShop(t *testing.T, b kafka.Broker, stock string) *shop {
	t.Helper()
	s := &shop{world: stocked(t, b, stock), gateway: ordersinktest.FreeAddress(t)}
	s.runSQL("user_service.sql")
	// The services only read.
	s.env["MARIADB_DSN"] = s.server.Reader(t, s.rows("SELECT DATABASE()")[0], filepath.Join(ordersinktest.Root(t), "config", "grants.sql"))
	reader := ordersinktest.FreeAddress(t)
	for i := range s.services {
		s.services[i] = ordersinktest.FreeAddress(t)
		s.startService(i)
	}
	s.env["USER_SERVICE_ADDRESS"], s.env["USER_SERVICE"] = reader, reader
	s.env["GATEWAY_ADDRESS"], s.env["ORDER_SERVICES"] = s.gateway, strings.Join(s.services[:], ",")
	s.door = s.startReady("pipelines/shop/user_service.yaml", "pipelines/shop/gateway.yaml")
	s.env["MARIADB_DSN"] = s.dsn
	s.startReady()
	return s
}

func (s *shop) startService(i int) {
	s.t.Helper()
	s.env["ORDER_SERVICE_NAME"], s.service = fmt.Sprintf("order-service-%d", i+1), s.services[i]
	s.running[i] = s.startReady("pipelines/shop/order_service.yaml")
}

type answer struct {
	status  int
	service string // that answered, as its header says
	key     string // of the order, as the header Idempotency-Key says
	body    string
	members map[string]any
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.body) }

// ask sends a request to an address and returns the answer.
func (s *shop) ask(method, address, path, body string, headers ...string) answer {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+address+path, strings.NewReader(body))
	s.must(err)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := (&http.Client{Timeout: patience}).Do(request)
	s.must(err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	s.must(err)
	a := answer{status: response.StatusCode, service: response.Header.Get("X-Order-Service"), key: response.Header.Get("Idempotency-Key"), body: string(content)}
	_ = json.Unmarshal(content, &a.members) // what is no JSON has no members
	return a
}

func (s *shop) expect(got answer, status int, service string, members map[string]any) {
	s.t.Helper()
	if got.status != status || got.service != service {
		s.t.Errorf("%q answered %s, expected %d of %q", got.service, got, status, service)
	}
	for name, value := range members {
		if fmt.Sprint(got.members[name]) != fmt.Sprint(value) {
			s.t.Errorf("%s of %s is not %v", name, got, value)
		}
	}
}

// signal sends a signal to both order services.
func (s *shop) signal(signal os.Signal) {
	s.t.Helper()
	for _, service := range s.running {
		s.must(service.Signal(signal))
	}
}

func (s *shop) remaining(address, product string) string {
	s.t.Helper()
	got := s.ask(http.MethodGet, address, "/stock/"+url.PathEscape(product), "")
	return fmt.Sprintf("%d %v", got.status, got.members["remaining"])
}
