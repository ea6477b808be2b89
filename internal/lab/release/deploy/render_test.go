package deploy

import (
	"maps"

	"path/filepath"
	"slices"
	"strings"
	"testing"

	keda "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// manifests has the output of a kustomization. Each manifest is decoded into the type of
// the API server or the operator, and an unknown field is an error.
type manifests struct {
	configMaps  map[string]core.ConfigMap
	deployment  apps.Deployment
	service     core.Service
	disruption  policy.PodDisruptionBudget
	network     networking.NetworkPolicy
	monitor     monitoring.ServiceMonitor
	podMonitor  monitoring.PodMonitor
	scaled      *keda.ScaledObject
	kinds       []string
	podTemplate core.PodSpec
	container   core.Container
}

func render(t *testing.T, directory string) manifests {
	t.Helper()
	// Like `kubectl apply -k`, this reads no file outside of the kustomization's folder.
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(root, "config/kubernetes", directory))
	if err != nil {
		t.Fatal(err)
	}
	m := manifests{configMaps: map[string]core.ConfigMap{}}
	for _, resource := range resources.Resources() {
		text, err := resource.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		m.kinds = append(m.kinds, resource.GetKind())
		var configMap core.ConfigMap
		var target any
		switch kind := resource.GetKind(); kind {
		case "ConfigMap":
			target = &configMap
		case "Deployment":
			target = &m.deployment
		case "Service":
			target = &m.service
		case "PodDisruptionBudget":
			target = &m.disruption
		case "NetworkPolicy":
			target = &m.network
		case "ServiceMonitor":
			target = &m.monitor
		case "PodMonitor":
			target = &m.podMonitor
		case "ScaledObject":
			m.scaled = &keda.ScaledObject{}
			target = m.scaled
		default:
			t.Fatalf("%s has no type here", kind)
		}
		if err := yaml.UnmarshalStrict(text, target); err != nil {
			t.Errorf("%s: %v\n%s", resource.GetKind(), err, text)
		}
		if configMap.Name != "" {
			// The name without the hash of the content.
			m.configMaps[configMap.Name[:strings.LastIndex(configMap.Name, "-")]] = configMap
		}
	}
	slices.Sort(m.kinds)
	m.podTemplate = m.deployment.Spec.Template.Spec
	if len(m.podTemplate.Containers) != 1 {
		t.Fatalf("%d containers", len(m.podTemplate.Containers))
	}
	m.container = m.podTemplate.Containers[0]
	return m
}

// environment returns the variables of the container. The value of a secret is its
// reference.
func (m manifests) environment() map[string]string {
	all := map[string]string{}
	for _, from := range m.container.EnvFrom {
		for _, configMap := range m.configMaps {
			if from.ConfigMapRef != nil && from.ConfigMapRef.Name == configMap.Name {
				maps.Copy(all, configMap.Data)
			}
		}
	}
	for _, variable := range m.container.Env {
		all[variable.Name] = variable.Value
		if from := variable.ValueFrom; from != nil && from.SecretKeyRef != nil {
			all[variable.Name] = from.SecretKeyRef.Name + "/" + from.SecretKeyRef.Key
		}
	}
	return all
}

// selectsItsPods checks that each object, and the monitor, selects the pods of the deployment.
func (m *manifests) selectsItsPods(t *testing.T, monitor string, monitored map[string]string) {
	t.Helper()
	labels := m.deployment.Spec.Template.Labels
	for what, selector := range map[string]map[string]string{
		"the deployment":        m.deployment.Spec.Selector.MatchLabels,
		"the service":           m.service.Spec.Selector,
		"the disruption budget": m.disruption.Spec.Selector.MatchLabels,
		"the network policy":    m.network.Spec.PodSelector.MatchLabels,
		"the spread over nodes": m.podTemplate.TopologySpreadConstraints[0].LabelSelector.MatchLabels,
		"the spread over zones": m.podTemplate.TopologySpreadConstraints[1].LabelSelector.MatchLabels,
		"the " + monitor:        monitored,
	} {
		if len(selector) != 1 || labels["app.kubernetes.io/name"] != selector["app.kubernetes.io/name"] {
			t.Errorf("%s selects %v, the pods are %v", what, selector, labels)
		}
	}
}
