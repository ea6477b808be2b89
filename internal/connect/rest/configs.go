package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef"
)

func (s *Server) create(r *http.Request) (answer, error) {
	name, config, initial, err := creation(r)
	if err != nil {
		return answer{}, err
	}
	info, err := s.Herder.Create(r.Context(), name, config, initial)
	return answer{status: http.StatusCreated, location: location(r, name), body: info}, err
}

// creation reads the body of a POST.
func creation(r *http.Request) (name string, settings map[string]string, initial connect.Target, err error) {
	members, err := settingsOf(r)
	if err != nil {
		return "", nil, "", err
	}
	if err := known(members, "name", "config", "initial_state"); err != nil {
		return "", nil, "", err
	}
	if name, err = textOf(members, "name"); err != nil {
		return "", nil, "", err
	}
	name = strings.TrimSpace(name)
	state, err := textOf(members, "initial_state")
	if err != nil {
		return "", nil, "", err
	}
	if initial, err = connect.InitialState(state); err != nil {
		return "", nil, "", unreadable("%v", err)
	}
	if null(members["config"]) {
		return "", nil, "", unreadable(`the field "config" is missing`)
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(members["config"], &values); err != nil {
		return "", nil, "", unreadable("config: %s", explain(err))
	}
	if settings, err = config(values); err != nil {
		return "", nil, "", err
	}
	return name, settings, initial, setName(settings, name)
}

// textOf returns a member that is text. A number is the text of it, and null is none.
func textOf(members map[string]json.RawMessage, name string) (string, error) {
	raw := members[name]
	if null(raw) {
		return "", nil
	}
	if raw[0] == '[' || raw[0] == '{' {
		return "", unreadable("the field %q is not text", name)
	}
	return scalar(raw)
}

// setName puts the name of the connector into its configuration.
func setName(settings map[string]string, name string) error {
	if own, set := settings["name"]; set && own != configdef.Null && own != name {
		return connect.Errorf(http.StatusBadRequest, "Connector name configuration (%s) doesn't match connector name in the URL (%s)", own, name)
	}
	settings["name"] = name
	return nil
}

var errNoBody = unreadable("it is missing")

// settingsOf reads a body that has to be there.
func settingsOf(r *http.Request) (map[string]json.RawMessage, error) {
	if r.ContentLength != 0 && r.Header.Get("Content-Type") == "" {
		return nil, connect.Errorf(http.StatusUnsupportedMediaType, "HTTP 415 Unsupported Media Type")
	}
	members, err := object(r)
	if err == nil && members == nil {
		err = errNoBody
	}
	return members, err
}

func (s *Server) put(r *http.Request) (answer, error) {
	name := r.PathValue("name")
	members, err := settingsOf(r)
	if err != nil {
		return answer{}, err
	}
	settings, err := config(members)
	if err == nil {
		err = setName(settings, name)
	}
	if err != nil {
		return answer{}, err
	}
	info, created, err := s.Herder.Put(r.Context(), name, settings)
	if created {
		return answer{status: http.StatusCreated, location: location(r, name), body: info}, err
	}
	return answer{status: http.StatusOK, body: info}, err
}

func (s *Server) patch(r *http.Request) (answer, error) {
	name := r.PathValue("name")
	members, err := settingsOf(r)
	if err != nil {
		if _, unknown := s.Herder.Info(name); unknown != nil && errors.Is(err, errNoBody) {
			err = unknown
		}
		return answer{}, err
	}
	settings, err := config(members)
	if err != nil {
		return answer{}, err
	}
	patch := make(map[string]*string, len(settings))
	for key, value := range settings {
		if value == configdef.Null {
			patch[key] = nil
		} else {
			patch[key] = &value
		}
	}
	info, err := s.Herder.Patch(r.Context(), name, patch)
	return answer{status: http.StatusOK, body: info}, err
}
