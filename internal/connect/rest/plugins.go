package rest

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/loggers"
)

// pluginRoutes are the paths that describe the plugins.
func (s *Server) pluginRoutes() []route {
	return []route{
		{path: "/connector-plugins/", methods: map[string]endpoint{http.MethodGet: plugins}},
		{path: "/connector-plugins/{plugin}/config/", methods: map[string]endpoint{http.MethodGet: pluginKeys}},
		{path: "/connector-plugins/{plugin}/config/validate/", methods: map[string]endpoint{http.MethodPut: s.validate}},
	}
}

func plugins(r *http.Request) (answer, error) {
	query := r.URL.Query()
	return ok(configdef.Plugins(!query.Has("connectorsOnly") || flag(r, "connectorsOnly")))
}

func pluginKeys(r *http.Request) (answer, error) {
	name := r.PathValue("plugin")
	keys, err := configdef.Keys(name)
	if version := r.URL.Query().Get("version"); err == nil && version != "" && version != "latest" && version != connect.Version {
		err = connect.Errorf(http.StatusBadRequest, "Plugin %s not found that matches the version range %s, available versions: [%s]", name, version, connect.Version)
	}
	return answer{status: http.StatusOK, body: keys}, err
}

// validate answers the errors of a configuration in the body of a 200. Kafka Connect answers
// 500 to a configuration without a class that it knows.
func (s *Server) validate(r *http.Request) (answer, error) {
	name := r.PathValue("plugin")
	members, err := settingsOf(r)
	if err != nil {
		return answer{}, err
	}
	settings, err := config(members)
	if err != nil {
		return answer{}, err
	}
	class, set := settings["connector.class"]
	if !set || class == configdef.Null {
		return answer{}, connect.Errorf(http.StatusInternalServerError, "Connector config {%s} contains no connector type",
			strings.Join(slices.Sorted(maps.Keys(settings)), ", "))
	}
	if !strings.HasSuffix(strings.TrimSuffix(class, "Connector"), strings.TrimSuffix(name, "Connector")) {
		return answer{}, connect.Errorf(http.StatusBadRequest, "Included connector type %s does not match request type %s", class, name)
	}
	validation, err := s.Herder.Validate(r.Context(), class, settings)
	var bad *connect.Error
	if errors.As(err, &bad) && bad.Status == http.StatusBadRequest {
		err = connect.Errorf(http.StatusInternalServerError, "%s", bad.Message)
	}
	return answer{status: http.StatusOK, body: validation}, err
}

// adminRoutes are the paths of admin.listeners.
func (s *Server) adminRoutes() []route {
	return []route{
		{path: "/admin/loggers/", methods: map[string]endpoint{http.MethodGet: s.loggers}},
		{path: "/admin/loggers/{logger}/", methods: map[string]endpoint{http.MethodGet: s.logger, http.MethodPut: s.setLevel}},
	}
}

func (s *Server) loggers(*http.Request) (answer, error) { return ok(s.Loggers.All()) }

func (s *Server) logger(r *http.Request) (answer, error) {
	name := r.PathValue("logger")
	state, exists := s.Loggers.Get(name)
	if !exists {
		return answer{}, connect.Errorf(http.StatusNotFound, "Logger %s not found.", name)
	}
	return ok(state)
}

func (s *Server) setLevel(r *http.Request) (answer, error) {
	members, err := settingsOf(r)
	if err != nil {
		return answer{}, err
	}
	if null(members["level"]) {
		return answer{}, connect.Errorf(http.StatusBadRequest, "Desired 'level' parameter was not specified in request.")
	}
	text, err := textOf(members, "level")
	if err != nil {
		return answer{}, err
	}
	level, err := loggers.Parse(text)
	if err != nil {
		return answer{}, err
	}
	cluster := strings.EqualFold(r.URL.Query().Get("scope"), "cluster")
	names, err := s.Herder.SetLogLevel(r.Context(), r.PathValue("logger"), level, cluster)
	if cluster {
		return answer{status: http.StatusNoContent}, err
	}
	if names == nil {
		names = []string{}
	}
	return answer{status: http.StatusOK, body: names}, err
}
