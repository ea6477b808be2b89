package deploy

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
	"github.com/order-sink/order-sink/internal/connect/properties"
)

// worker reads the properties of a worker, each of which must have an effect.
func worker(t *testing.T, raw map[string]string, environ []string) *properties.Worker {
	t.Helper()
	w, report, err := properties.ReadWorker(properties.Distributed, raw, environ)
	if err != nil {
		t.Fatal(err)
	}
	for _, note := range report {
		if note.Verdict != kafkaconf.Honoured && !strings.HasPrefix(note.Key, "offset.storage.") {
			t.Errorf("%s has no effect: %s", note.Key, note.Reason)
		}
	}
	if len(w.Listeners) != 1 || w.Listeners[0].Loopback() || !strings.HasSuffix(w.Listeners[0].Address, ":8083") {
		t.Errorf("the worker listens on %v, expected port 8083 of all addresses", w.Listeners)
	}
	return w
}

func TestTheWorkerOfComposeHasItsServersAndItsPassword(t *testing.T) {
	project := compose(t, "connect")
	service := project.Services["connect"]
	var environ []string
	for name, value := range service.Environment {
		environ = append(environ, name+"="+*value)
	}
	w := worker(t, properties.FromContainer(environ), environ)
	if got := w.ID(); got != "connect:8083" {
		t.Errorf("the worker is called %s", got)
	}
	if got := w.Properties["bootstrap.servers"]; got != *project.Services["order-sink"].Environment["KAFKA_BROKERS"] {
		t.Errorf("the worker's Kafka is %s", got)
	}
	if w.ConfigTopic.ReplicationFactor != 1 || w.StatusTopic.ReplicationFactor != 1 {
		t.Error("one broker cannot hold the replicas")
	}
	password := *service.Environment["MARIADB_PASSWORD"]
	if got, err := w.Providers.ResolveValue("${env:MARIADB_PASSWORD}"); err != nil || got != password || password == "" {
		t.Errorf("a connector has the password %q, %v", got, err)
	}
	if len(service.Command) != 0 || service.Build.Target != "connect" {
		t.Errorf("the service runs %v of target %s, expected the command of the image", service.Command, service.Build.Target)
	}
}

func TestTheOverlayOfWorkersIsWhole(t *testing.T) {
	m := render(t, "overlays/connect")
	want := []string{"ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "PodMonitor", "Service"}
	if !slices.Equal(m.kinds, want) {
		t.Errorf("the overlay has %v, expected %v", m.kinds, want)
	}
	m.selectsItsPods(t, "monitor (pods)", m.podMonitor.Spec.Selector.MatchLabels)
	if replicas := m.deployment.Spec.Replicas; replicas == nil || *replicas < 2 {
		t.Errorf("%v replicas: a drain would stop all of them", replicas)
	}
	if budget := m.disruption.Spec.MaxUnavailable; budget == nil || budget.IntValue() != 1 {
		t.Errorf("a drain may stop %v workers", budget)
	}
}

// A worker that waits for Kafka is alive but not ready. A worker whose connector waits for
// MariaDB is ready.
func TestNothingKillsOrHidesAWorkerThatWaits(t *testing.T) {
	m := render(t, "overlays/connect")
	c := m.container
	for what, got := range map[string]string{
		"startup": c.StartupProbe.HTTPGet.Path, "liveness": c.LivenessProbe.HTTPGet.Path, "readiness": c.ReadinessProbe.HTTPGet.Path,
	} {
		if want := map[string]string{"startup": "/", "liveness": "/", "readiness": "/health"}[what]; got != want {
			t.Errorf("the %s probe asks for %s, expected %s", what, got, want)
		}
	}
	if len(c.Ports) != 1 || c.Ports[0].Name != "http" || c.Ports[0].ContainerPort != 8083 {
		t.Errorf("the ports are %v", c.Ports)
	}
	if port := m.service.Spec.Ports[0]; port.Port != 8083 || port.TargetPort.StrVal != "http" {
		t.Errorf("the service has the port %v", port)
	}
	if endpoint := m.podMonitor.Spec.PodMetricsEndpoints[0]; endpoint.Port == nil || *endpoint.Port != "http" || endpoint.Path != "/metrics" {
		t.Errorf("the monitor asks for %v", endpoint)
	}
	if m.service.Spec.PublishNotReadyAddresses {
		t.Error("requests reach a worker that does not know its connectors yet")
	}
}

func TestTheWorkersMayDoNothingElse(t *testing.T) {
	m := render(t, "overlays/connect")
	pod, container := m.podTemplate.SecurityContext, m.container.SecurityContext
	switch {
	case pod.RunAsNonRoot == nil || !*pod.RunAsNonRoot, pod.RunAsUser == nil || *pod.RunAsUser != 65532,
		container.ReadOnlyRootFilesystem == nil || !*container.ReadOnlyRootFilesystem,
		container.AllowPrivilegeEscalation == nil || *container.AllowPrivilegeEscalation,
		container.Capabilities == nil || len(container.Capabilities.Drop) != 1 || container.Capabilities.Drop[0] != "ALL",
		m.podTemplate.AutomountServiceAccountToken == nil || *m.podTemplate.AutomountServiceAccountToken:
		t.Errorf("the workers may do more than they need: %v %v", pod, container)
	}
	for _, rule := range m.network.Spec.Ingress {
		if len(rule.From) == 0 {
			t.Error("everybody may use the REST API")
		}
	}
}

func TestTheWorkersFileIsTheMountedOne(t *testing.T) {
	m := render(t, "overlays/connect")
	const file = "connect-distributed.properties"
	data := m.configMaps["order-sink-connect"].Data[file]
	raw, err := properties.Parse(file, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	// The variable of the pod's address.
	address := m.container.Env[0]
	if address.ValueFrom == nil || address.ValueFrom.FieldRef == nil || address.ValueFrom.FieldRef.FieldPath != "status.podIP" {
		t.Errorf("%s is %v", address.Name, address.ValueFrom)
	}
	maps.Copy(raw, properties.FromEnvironment([]string{address.Name + "=10.1.2.3"}))
	// The providers read the files of the secret, which are elsewhere in this test.
	secrets := t.TempDir()
	if err := os.Mkdir(filepath.Join(secrets, "mariadb"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(secrets, "mariadb", "password"), []byte("of the secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, provider := range []string{"dir", "file"} {
		key := "config.providers." + provider + ".param.allowed.paths"
		if raw[key] != "/secrets" {
			t.Errorf("%s is %s", key, raw[key])
		}
		raw[key] = secrets
	}
	w := worker(t, raw, nil)
	if got, err := w.Providers.ResolveValue("${dir:" + filepath.Join(secrets, "mariadb") + ":password}"); err != nil || got != "of the secret" {
		t.Errorf("a connector has the password %q, %v", got, err)
	}
	if got := w.ID(); got != "10.1.2.3:8083" {
		t.Errorf("a worker is called %s", got)
	}
	mounts := map[string]string{}
	for _, mount := range m.container.VolumeMounts {
		if mounts[mount.Name] = mount.MountPath; !mount.ReadOnly {
			t.Errorf("%s is writable", mount.MountPath)
		}
	}
	if want := []string{"connect-distributed", filepath.Join(mounts["properties"], file)}; !slices.Equal(m.container.Args, want) {
		t.Errorf("the command is %v, expected %v", m.container.Args, want)
	}
	if mounts["mariadb"] != "/secrets/mariadb" {
		t.Errorf("the secret is in %s", mounts["mariadb"])
	}
	for _, volume := range m.podTemplate.Volumes {
		if volume.Name == "mariadb" && (volume.Secret == nil || volume.Secret.Optional != nil) {
			t.Errorf("the password is not from a required secret: %v", volume)
		}
		if volume.Name == "properties" && volume.ConfigMap.Name != m.configMaps["order-sink-connect"].Name {
			t.Errorf("the file is from %v", volume.ConfigMap)
		}
	}
}
