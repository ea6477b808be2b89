package connectworker

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/herder"
	"github.com/order-sink/order-sink/internal/connect/rest"
	"github.com/order-sink/order-sink/internal/connect/stream"
)

// endpoints are the paths that Kafka Connect does not have.
func endpoints(h *herder.Herder, streams *stream.Runner) map[string]http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(h, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	metrics := promhttp.HandlerFor(prometheus.Gatherers{registry, streams}, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, // a metric of one connector never hides those of the others
	})
	return map[string]http.Handler{
		"GET /metrics":                      metrics,
		"GET /ready":                        ready(h),
		"GET /order-sink/connectors/{name}": shown(h),
	}
}

// ready answers 200 when each connector that should run here can store records, and otherwise
// 503 with the reasons.
func ready(h *herder.Herder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer := struct {
			Ready      bool                      `json:"ready"`
			Message    string                    `json:"message,omitempty"`
			Connectors map[string][]connect.Wait `json:"connectors"`
		}{Ready: true, Connectors: map[string][]connect.Wait{}}
		if health, message := h.Health(); health != "healthy" {
			answer.Ready, answer.Message = false, message
		}
		for _, name := range h.Connectors() {
			if waits, err := h.Waits(name); err == nil && len(waits) > 0 {
				answer.Ready, answer.Connectors[name] = false, waits
			}
		}
		status := http.StatusOK
		if !answer.Ready {
			status = http.StatusServiceUnavailable
		}
		rest.WriteJSON(w, status, answer)
	})
}

// shown shows what no tool of Kafka Connect knows of a connector.
func shown(h *herder.Herder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		waits, err := h.Waits(name)
		if err != nil {
			rest.WriteError(w, err)
			return
		}
		answer := struct {
			Name        string         `json:"name"`
			Waits       []connect.Wait `json:"waits"`
			Pipeline    string         `json:"pipeline"`
			Differences []string       `json:"differences"`
			Problem     string         `json:"problem,omitempty"` // why there is no pipeline
		}{Name: name, Waits: waits}
		if answer.Pipeline, err = h.Pipeline(name); err == nil {
			answer.Differences, err = h.Explain(name)
		}
		if err != nil {
			answer.Problem = err.Error()
		}
		rest.WriteJSON(w, http.StatusOK, answer)
	})
}
