// Package rest answers Kafka Connect's REST API over a [connect.Herder].
//
// The answers are those of a real worker: the paths, the status codes, the members of the
// bodies and their order. internal/lab/connect/differential compares them, and has the list of
// what differs on purpose.
package rest

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/loggers"
	"github.com/order-sink/order-sink/internal/connect/properties"
)

// Options are what a [Server] needs.
type Options struct {
	Herder connect.Herder
	// Worker has the listeners, the accounts, the headers, and what the worker tracks.
	Worker *properties.Worker
	// Commit is the commit of the binary, for `GET /`.
	Commit string
	// Loggers are shown by `GET /admin/loggers`.
	Loggers *loggers.Loggers
	// Extra has handlers of further paths: patterns of [http.ServeMux], such as "GET /metrics".
	Extra map[string]http.Handler
	Log   *slog.Logger
}

const (
	// bodyLimit is far above a record that Kafka accepts by default (1 MB), and no connector
	// without a record can be stored.
	bodyLimit = 4 << 20
	// requestTimeout is Kafka Connect's. The herder answers within seconds by itself.
	requestTimeout = 90 * time.Second
)

// Server serves the REST API of one worker: see [Server.Listen] and [Server.Serve].
type Server struct {
	Options
	main, admin http.Handler
	bound       []*bound
}

// New returns a server that does not listen yet. The error names the account file that cannot
// be read.
func New(o Options) (*Server, error) {
	s := &Server{Options: o}
	accounts, err := readAccounts(o.Worker.BasicAuth)
	if err != nil {
		return nil, err
	}
	routes := append(s.connectorRoutes(), s.pluginRoutes()...)
	if o.Worker.AdminListeners == nil {
		routes = append(routes, s.adminRoutes()...)
	}
	main := authenticate(accounts, s.mux(routes, o.Extra))
	main = allowOrigins(o.Worker.AllowOrigin, o.Worker.AllowMethods, main)
	s.main = s.logged(addHeaders(o.Worker.ResponseHeaders, main))
	// As in Kafka Connect, the listeners of the loggers have no accounts.
	s.admin = s.logged(s.mux(s.adminRoutes(), nil))
	return s, nil
}

// Handler answers the requests of the listeners.
func (s *Server) Handler() http.Handler { return s.main }
