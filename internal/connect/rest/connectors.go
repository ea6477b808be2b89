package rest

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/internal/connect"
)

// connectorRoutes are the paths that show and change connectors, and the worker itself.
func (s *Server) connectorRoutes() []route {
	type methods = map[string]endpoint
	const get, post, put, patch, remove = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	const c = "/connectors/{name}/"
	return []route{
		{path: "/", anyContent: true, methods: methods{get: s.root}},
		{path: "/health/", anyContent: true, methods: methods{get: s.health}},
		{path: "/connectors/", methods: methods{get: s.list, post: s.create}},
		{path: c, methods: methods{get: s.info, remove: s.remove}},
		{path: c + "config/", methods: methods{get: s.config, put: s.put, patch: s.patch}},
		{path: c + "status/", methods: methods{get: s.status}},
		{path: c + "restart/", methods: methods{post: s.restart}},
		{path: c + "pause/", methods: methods{put: s.target(connect.TargetPaused, http.StatusAccepted)}},
		{path: c + "resume/", methods: methods{put: s.target(connect.TargetStarted, http.StatusAccepted)}},
		{path: c + "stop/", methods: methods{put: s.target(connect.TargetStopped, http.StatusNoContent)}},
		{path: c + "tasks/", methods: methods{get: s.tasks}},
		{path: c + "tasks/{task}/status/", methods: methods{get: s.taskStatus}},
		{path: c + "tasks/{task}/restart/", methods: methods{post: s.restartTask}},
		{path: c + "topics/", methods: methods{get: s.topics}},
		{path: c + "topics/reset/", methods: methods{put: s.resetTopics}},
		{path: c + "offsets/", methods: methods{get: s.offsets, patch: s.alterOffsets, remove: s.resetOffsets}},
	}
}

func (s *Server) root(*http.Request) (answer, error) {
	return ok(struct {
		Version   string `json:"version"`
		Commit    string `json:"commit"`
		ClusterID string `json:"kafka_cluster_id"`
	}{connect.Version, s.Commit, s.Herder.ClusterID()})
}

func (s *Server) health(*http.Request) (answer, error) {
	status, message := s.Herder.Health()
	code := map[string]int{"healthy": http.StatusOK, "starting": http.StatusServiceUnavailable}[status]
	if code == 0 {
		code = http.StatusInternalServerError
	}
	return answer{status: code, body: struct {
		Status  string `json:"status"`
		Message string `json:"message"`
	}{status, message}}, nil
}

// expanded is a connector of `GET /connectors?expand=info&expand=status`.
type expanded struct {
	Info   *connect.Info   `json:"info,omitempty"`
	Status *connect.Status `json:"status,omitempty"`
}

func (s *Server) list(r *http.Request) (answer, error) {
	names := s.Herder.Connectors()
	if status, message := s.Herder.Health(); names == nil && status == "starting" {
		return answer{}, connect.Errorf(http.StatusServiceUnavailable, "%s", message)
	}
	expand, wanted := r.URL.Query()["expand"]
	if !wanted {
		if names == nil {
			names = []string{}
		}
		return ok(names)
	}
	all := map[string]expanded{}
next:
	for _, name := range names {
		var e expanded
		for _, part := range expand {
			var err error
			switch part {
			case "info":
				var info connect.Info
				info, err = s.Herder.Info(name)
				e.Info = &info
			case "status":
				var status connect.Status
				status, err = s.Herder.Status(name)
				e.Status = &status
			}
			if err != nil { // it has been deleted since
				continue next
			}
		}
		all[name] = e
	}
	return ok(all)
}

// location is the URL of a new connector, as the client addresses the worker.
func location(r *http.Request, name string) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: r.Host}).String() + "/connectors/" + url.PathEscape(name)
}

func (s *Server) info(r *http.Request) (answer, error) {
	info, err := s.Herder.Info(r.PathValue("name"))
	return answer{status: http.StatusOK, body: info}, err
}

func (s *Server) config(r *http.Request) (answer, error) {
	info, err := s.Herder.Info(r.PathValue("name"))
	return answer{status: http.StatusOK, body: info.Config}, err
}

func (s *Server) status(r *http.Request) (answer, error) {
	status, err := s.Herder.Status(r.PathValue("name"))
	return answer{status: http.StatusOK, body: status}, err
}

func (s *Server) tasks(r *http.Request) (answer, error) {
	tasks, err := s.Herder.Tasks(r.PathValue("name"))
	if tasks == nil {
		tasks = []connect.TaskInfo{}
	}
	return answer{status: http.StatusOK, body: tasks}, err
}

// task is the number of a task in the path. A text that is no 32-bit number is no path.
func task(r *http.Request) (int, error) {
	number, err := strconv.ParseInt(r.PathValue("task"), 10, 32)
	if err != nil {
		return 0, connect.Errorf(http.StatusNotFound, "HTTP 404 Not Found")
	}
	return int(number), nil
}

func (s *Server) taskStatus(r *http.Request) (answer, error) {
	number, err := task(r)
	if err != nil {
		return answer{}, err
	}
	state, err := s.Herder.TaskStatus(r.PathValue("name"), number)
	return answer{status: http.StatusOK, body: state}, err
}

func (s *Server) restartTask(r *http.Request) (answer, error) {
	number, err := task(r)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, s.Herder.RestartTask(r.Context(), r.PathValue("name"), number)
}

func (s *Server) restart(r *http.Request) (answer, error) {
	tasks, onlyFailed := flag(r, "includeTasks"), flag(r, "onlyFailed")
	status, err := s.Herder.Restart(r.Context(), r.PathValue("name"), tasks, onlyFailed)
	if !tasks && !onlyFailed {
		return answer{status: http.StatusNoContent}, err
	}
	return answer{status: http.StatusAccepted, body: status}, err
}

// flag reads a parameter as Java does: everything but "true" is false.
func flag(r *http.Request, name string) bool {
	return strings.EqualFold(r.URL.Query().Get(name), "true")
}

func (s *Server) target(target connect.Target, status int) endpoint {
	return func(r *http.Request) (answer, error) {
		return answer{status: status}, s.Herder.SetTarget(r.Context(), r.PathValue("name"), target)
	}
}

func (s *Server) remove(r *http.Request) (answer, error) {
	return answer{status: http.StatusNoContent}, s.Herder.Delete(r.Context(), r.PathValue("name"))
}

func (s *Server) topics(r *http.Request) (answer, error) {
	if !s.Worker.TopicTracking {
		return answer{}, connect.Errorf(http.StatusForbidden, "Topic tracking is disabled.")
	}
	name := r.PathValue("name")
	topics, err := s.Herder.ActiveTopics(name)
	var known *connect.Error
	if errors.As(err, &known) && known.Status == http.StatusNotFound {
		err = nil // Kafka Connect knows no topics of it, and no error
	}
	if topics == nil {
		topics = []string{}
	}
	return answer{status: http.StatusOK, body: map[string]map[string][]string{name: {"topics": topics}}}, err
}

func (s *Server) resetTopics(r *http.Request) (answer, error) {
	switch {
	case !s.Worker.TopicTracking:
		return answer{}, connect.Errorf(http.StatusForbidden, "Topic tracking is disabled.")
	case !s.Worker.TopicTrackingReset:
		return answer{}, connect.Errorf(http.StatusForbidden, "Topic tracking reset is disabled.")
	}
	return answer{status: http.StatusAccepted}, s.Herder.ResetActiveTopics(r.Context(), r.PathValue("name"))
}
