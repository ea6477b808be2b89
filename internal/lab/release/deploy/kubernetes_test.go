package deploy

import (
	"slices"
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
)

func TestTheBaseIsWhole(t *testing.T) {
	m := render(t, "base")
	want := []string{"ConfigMap", "ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceMonitor"}
	if !slices.Equal(m.kinds, want) {
		t.Errorf("the base has %v, expected %v", m.kinds, want)
	}
	m.selectsItsPods(t, "monitor (services)", m.monitor.Spec.Selector.MatchLabels)
	if !strings.Contains(m.service.Labels["app.kubernetes.io/name"], "order-sink") {
		t.Errorf("the monitor does not find the service: %v", m.service.Labels)
	}
}

func TestTheSinkMayDoNothingElse(t *testing.T) {
	m := render(t, "base")
	pod, container := m.podTemplate.SecurityContext, m.container.SecurityContext
	switch {
	case pod.RunAsNonRoot == nil || !*pod.RunAsNonRoot, pod.RunAsUser == nil || *pod.RunAsUser != 65532:
		t.Errorf("the user may be root, or is not the user of the image: %v", pod)
	case pod.SeccompProfile == nil || pod.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault:
		t.Error("all system calls are allowed")
	case container.ReadOnlyRootFilesystem == nil || !*container.ReadOnlyRootFilesystem:
		t.Error("the files are not read-only")
	case container.AllowPrivilegeEscalation == nil || *container.AllowPrivilegeEscalation:
		t.Error("privilege escalation is allowed")
	case container.Capabilities == nil || !slices.Equal(container.Capabilities.Drop, []core.Capability{"ALL"}):
		t.Error("the container has capabilities")
	case m.podTemplate.AutomountServiceAccountToken == nil || *m.podTemplate.AutomountServiceAccountToken:
		t.Error("the pod has a token for the API of the cluster")
	}
	if !slices.Equal(m.network.Spec.PolicyTypes, []networking.PolicyType{networking.PolicyTypeIngress, networking.PolicyTypeEgress}) {
		t.Errorf("the network policy covers only %v", m.network.Spec.PolicyTypes)
	}
	var ports []string
	for _, rule := range m.network.Spec.Egress {
		for _, port := range rule.Ports {
			ports = append(ports, port.Port.String())
		}
	}
	if got := strings.Join(ports, " "); got != "53 53 9092 3306" {
		t.Errorf("the network policy allows the ports %s", got)
	}
}

// A sink that waits for MariaDB is alive but not ready: Kubernetes must not kill it.
func TestProbesAndEnd(t *testing.T) {
	m := render(t, "base")
	for what, probe := range map[string]struct {
		probe *core.Probe
		path  string
	}{
		"startup": {m.container.StartupProbe, "/ping"}, "liveness": {m.container.LivenessProbe, "/ping"},
		"readiness": {m.container.ReadinessProbe, "/ready"},
	} {
		if probe.probe == nil || probe.probe.HTTPGet == nil || probe.probe.HTTPGet.Path != probe.path || probe.probe.HTTPGet.Port.StrVal != "http" {
			t.Errorf("the %s probe is %v, expected %s", what, probe.probe, probe.path)
		}
	}
	if len(m.container.Ports) != 1 || m.container.Ports[0].Name != "http" || m.container.Ports[0].ContainerPort != 4195 {
		t.Errorf("the ports are %v", m.container.Ports)
	}
	if port := m.service.Spec.Ports[0]; port.Name != m.monitor.Spec.Endpoints[0].Port || port.TargetPort.StrVal != "http" {
		t.Errorf("the monitor does not use port %v", port)
	}
	if grace := m.podTemplate.TerminationGracePeriodSeconds; grace == nil || *grace <= 20 {
		t.Error("the pod is killed before shutdown_timeout")
	}
	resources := m.container.Resources
	if resources.Requests.Cpu().IsZero() || resources.Requests.Memory().IsZero() || resources.Limits.Memory().IsZero() {
		t.Errorf("resources are missing: %v", resources)
	}
	if budget := m.disruption.Spec.MaxUnavailable; budget == nil || budget.IntValue() != 1 {
		t.Errorf("a drain may stop %v sinks", budget)
	}
	if replicas := m.deployment.Spec.Replicas; replicas == nil || *replicas < 2 {
		t.Errorf("%v replicas: a drain would stop all of them", replicas)
	}
}

// The pod mounts the shipped files under the names in the command of the image.
func TestThePipelinesAreTheShippedOnes(t *testing.T) {
	m := render(t, "base")
	shipped := read(t, "pipelines/orders.yaml")
	if got := m.configMaps["order-sink-pipelines"].Data["orders.yaml"]; got != shipped {
		t.Errorf("orders.yaml of the ConfigMap differs from pipelines/:\n%s", got)
	}
	mounted := map[string]string{}
	for _, volume := range m.podTemplate.Volumes {
		for _, configMap := range m.configMaps {
			if volume.ConfigMap != nil && volume.ConfigMap.Name == configMap.Name {
				mounted[volume.Name] = configMap.Name
			}
		}
	}
	for _, mount := range m.container.VolumeMounts {
		if mounted[mount.Name] == "" || !mount.ReadOnly || mount.MountPath != "/order-sink/pipelines" {
			t.Errorf("%s at %s is not the rendered ConfigMap", mount.Name, mount.MountPath)
		}
	}
	if len(m.container.VolumeMounts) != 1 {
		t.Errorf("%d mounts", len(m.container.VolumeMounts))
	}
	if m.container.Command != nil || m.container.Args != nil {
		t.Error("the command differs from the command of the image")
	}
}

func TestTheSinkHasItsServersAndNoPassword(t *testing.T) {
	m := render(t, "base")
	environment := m.environment()
	checkPipelines(t, "the deployment", nil, func(variable string) bool {
		return environment[variable] != "" || strings.Contains(read(t, "config/container/Dockerfile"), variable+"=0.0.0.0:")
	})
	for _, variable := range m.container.Env {
		if variable.Name != "MARIADB_DSN" {
			continue
		}
		if variable.Value != "" || variable.ValueFrom == nil || variable.ValueFrom.SecretKeyRef == nil || variable.ValueFrom.SecretKeyRef.Optional != nil {
			t.Errorf("MARIADB_DSN is not from a required secret: %v", variable)
		}
	}
	for name, configMap := range m.configMaps {
		for key, value := range configMap.Data {
			if name == "order-sink-environment" && strings.Contains(value, "@") {
				t.Errorf("%s of a ConfigMap looks like a DSN", key)
			}
		}
	}
}

func TestTheOverlayScalesOnTheLagOfTheSameGroup(t *testing.T) {
	m := render(t, "overlays/keda")
	if m.scaled == nil {
		t.Fatal("there is no ScaledObject")
	}
	if m.deployment.Spec.Replicas != nil {
		t.Error("the deployment resets the number of sinks")
	}
	spec := m.scaled.Spec
	if target := spec.ScaleTargetRef; target.Name != m.deployment.Name || target.Kind != "" {
		t.Errorf("the ScaledObject scales %v", target)
	}
	if *spec.MinReplicaCount < 2 || *spec.MaxReplicaCount != 6 {
		t.Errorf("%d to %d sinks, expected 2 to 6", *spec.MinReplicaCount, *spec.MaxReplicaCount)
	}
	// compose.yaml creates the topic with the same number of partitions.
	if !strings.Contains(read(t, "config/compose/compose.yaml"), "--topic orders --partitions 6") {
		t.Error("compose.yaml creates another number of partitions")
	}
	if len(spec.Triggers) != 1 || spec.Triggers[0].Type != "kafka" {
		t.Fatalf("the triggers are %v", spec.Triggers)
	}
	environment := m.environment()
	for key, variable := range map[string]string{
		"bootstrapServersFromEnv": "KAFKA_BROKERS", "topicFromEnv": "KAFKA_TOPIC", "consumerGroupFromEnv": "KAFKA_GROUP",
	} {
		if got := spec.Triggers[0].Metadata[key]; got != variable || environment[variable] == "" {
			t.Errorf("%s is %q, which is %q in the sink", key, got, environment[variable])
		}
	}
}
