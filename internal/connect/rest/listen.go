package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/order-sink/order-sink/internal/connect/properties"
)

const (
	headerTimeout = 10 * time.Second // for the headers of a request
	readTimeout   = time.Minute      // for a whole request
	idleTimeout   = 30 * time.Second // between two requests of a connection, as Jetty
	stopTimeout   = 5 * time.Second  // for the requests that are being answered
)

// bound is a listener with its server.
type bound struct {
	net.Listener
	server *http.Server
}

// Listen opens all listeners, so that a port that is in use is an error before anything else
// starts. It warns about a listener that everybody in the network may use.
func (s *Server) Listen(ctx context.Context) error {
	for _, l := range s.Worker.Listeners {
		if s.Worker.BasicAuth == nil && open(l) {
			s.Log.Warn("Everybody who reaches this address can change connectors and read their passwords: "+
				"set rest.extension.classes to Kafka's BasicAuthSecurityRestExtension, or listen on 127.0.0.1", "listener", l.Address)
		}
		if err := s.listen(ctx, l, s.main); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	for _, l := range s.Worker.AdminListeners {
		if open(l) {
			s.Log.Warn("Everybody who reaches this address can change the levels of the loggers", "listener", l.Address)
		}
		if err := s.listen(ctx, l, s.admin); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	return nil
}

// open reports whether programs of other machines may use a listener without a certificate.
func open(l properties.Listener) bool {
	return !l.Loopback() && (l.TLS == nil || l.TLS.ClientAuth < tls.RequireAndVerifyClientCert)
}

func (s *Server) listen(ctx context.Context, l properties.Listener, handler http.Handler) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", l.Address)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", l.Address, err)
	}
	if l.TLS != nil {
		config := l.TLS.Clone()
		config.NextProtos = []string{"h2", "http/1.1"}
		listener = tls.NewListener(listener, config)
	}
	s.bound = append(s.bound, &bound{listener, &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug), // clients that break off
	}})
	return nil
}

// Addr returns the address of the first listener, whose port is known after [Server.Listen].
func (s *Server) Addr() net.Addr { return s.bound[0].Addr() }

// Serve answers requests until ctx ends. Then it lets the requests in flight finish.
func (s *Server) Serve(ctx context.Context) error {
	failed := make(chan error, len(s.bound))
	for _, b := range s.bound {
		go func() { failed <- b.server.Serve(b.Listener) }()
	}
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serving the REST API: %w", err), s.Close())
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	stopped := make(chan error, len(s.bound))
	for _, b := range s.bound {
		go func() { stopped <- b.server.Shutdown(ctx) }()
	}
	var errs []error
	for range s.bound {
		errs = append(errs, <-stopped)
	}
	if err := errors.Join(errs...); err != nil {
		return errors.Join(fmt.Errorf("stopping the REST API: %w", err), s.Close())
	}
	return nil
}

// Close closes all listeners and connections.
func (s *Server) Close() error {
	var errs []error
	for _, b := range s.bound {
		errs = append(errs, b.server.Close())
		if err := b.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
