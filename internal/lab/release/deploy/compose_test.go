package deploy

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// root is the path of the repository from this package.
const root = "../../../.."

// compose loads the shipped file as `docker compose` does, with the shipped example of
// .env.
func compose(t *testing.T, profiles ...string) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, "config/compose/compose.yaml")},
		cli.WithEnvFiles(filepath.Join(root, "config/compose/.env.example")), cli.WithDotEnv,
		cli.WithProfiles(profiles))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestProfilesChooseTheServices(t *testing.T) {
	core := []string{"kafka", "mariadb", "order-sink", "topics"}
	shop := []string{"gateway", "order-service-1", "order-service-2", "page", "shop-tables", "user-service"}
	watch := []string{"grafana", "prometheus"}
	for _, test := range []struct {
		profiles []string
		want     []string
	}{
		{nil, core},
		{[]string{"shop"}, slices.Concat(core, shop)},
		{[]string{"watch"}, slices.Concat(core, watch)},
		{[]string{"connect"}, slices.Concat(core, []string{"connect"})},
		{[]string{"shop", "watch"}, slices.Concat(core, shop, watch)},
	} {
		slices.Sort(test.want)
		if got := compose(t, test.profiles...).ServiceNames(); !slices.Equal(got, test.want) {
			t.Errorf("with %v: %v, expected %v", test.profiles, got, test.want)
		}
	}
}

// A service starts when its dependencies are healthy, or completed if they run once.
func TestEveryServiceWaitsForWhatItNeeds(t *testing.T) {
	const healthy, done = types.ServiceConditionHealthy, types.ServiceConditionCompletedSuccessfully
	tables := map[string]string{"topics": done, "shop-tables": done}
	want := map[string]map[string]string{
		"kafka": {}, "mariadb": {}, "prometheus": {},
		"topics":          {"kafka": healthy},
		"order-sink":      {"topics": done, "mariadb": healthy},
		"connect":         {"topics": done, "mariadb": healthy},
		"shop-tables":     {"mariadb": healthy},
		"order-service-1": tables, "order-service-2": tables, "user-service": tables, "page": tables,
		"gateway": {"order-service-1": healthy, "order-service-2": healthy, "user-service": healthy, "page": healthy},
		"grafana": {"prometheus": healthy},
	}
	project := compose(t, "*")
	for name, service := range project.Services {
		got := map[string]string{}
		for other, dependency := range service.DependsOn {
			got[other] = dependency.Condition
			if needed := project.Services[other]; dependency.Condition == healthy && (needed.HealthCheck == nil || needed.HealthCheck.Disable) {
				t.Errorf("%s waits for the health of %s, which has no check", name, other)
			}
		}
		if !maps.Equal(got, want[name]) {
			t.Errorf("%s waits for %v, expected %v", name, got, want[name])
		}
		runsOnce := name == "topics" || name == "shop-tables"
		if (service.HealthCheck == nil) != runsOnce {
			t.Errorf("%s: only a service that runs once has no health check", name)
		}
		if (service.Restart == types.RestartPolicyUnlessStopped) == runsOnce {
			t.Errorf("%s: restart is %q", name, service.Restart)
		}
	}
}

func TestTheSinksContainersMayDoNothingElse(t *testing.T) {
	project := compose(t, "*")
	for name, service := range project.Services {
		if service.Build == nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(service.Build.Context, service.Build.Dockerfile)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !service.ReadOnly || !slices.Contains(service.CapDrop, "ALL") || !slices.Contains(service.SecurityOpt, "no-new-privileges:true") || service.User == "root" {
			t.Errorf("%s may do more than it needs", name)
		}
		if grace := service.StopGracePeriod; grace == nil || *grace < types.Duration(20e9) {
			t.Errorf("%s is killed before shutdown_timeout", name)
		}
		want := "CMD /usr/bin/order-sink healthcheck"
		if service.Build.Target == "connect" {
			want += " --worker"
		}
		if got := strings.Join(service.HealthCheck.Test, " "); got != want {
			t.Errorf("%s: the health check is %s", name, got)
		}
	}
}

// A client of these ports can write orders and read all of them.
func TestNothingIsPublishedBeyondThisMachine(t *testing.T) {
	taken := map[string]string{}
	for name, service := range compose(t, "*").Services {
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes %s on %q", name, port.Published, port.HostIP)
			}
			if other := taken[port.Published]; other != "" {
				t.Errorf("%s and %s both publish %s", name, other, port.Published)
			}
			taken[port.Published] = name
		}
	}
}

func TestImagesArePinned(t *testing.T) {
	exact := regexp.MustCompile(`^[a-z0-9/-]+:v?\d+\.\d+\.\d+$`)
	for name, service := range compose(t, "*").Services {
		if service.Build == nil && !exact.MatchString(service.Image) {
			t.Errorf("%s: %s names no exact version", name, service.Image)
		}
	}
}

// The services keep their data in named volumes, which survive `down`.
func TestWhatIsStoredSurvives(t *testing.T) {
	project := compose(t, "*")
	for service, target := range map[string]string{
		"kafka": "/var/lib/kafka/data", "mariadb": "/var/lib/mysql", "prometheus": "/prometheus", "grafana": "/var/lib/grafana",
	} {
		kept := false
		for _, volume := range project.Services[service].Volumes {
			if volume.Target == target {
				_, declared := project.Volumes[volume.Source]
				kept = volume.Type == types.VolumeTypeVolume && declared
			}
		}
		if !kept {
			t.Errorf("%s keeps %s in no named volume", service, target)
		}
	}
	if directory := project.Services["kafka"].Environment["KAFKA_LOG_DIRS"]; directory == nil || *directory != "/var/lib/kafka/data" {
		t.Error("Kafka does not write into its volume")
	}
}

// The mounted files are in the repository, and no service may write to them.
func TestMountedFilesAreThere(t *testing.T) {
	for name, service := range compose(t, "*").Services {
		for _, volume := range service.Volumes {
			if volume.Type != types.VolumeTypeBind {
				continue
			}
			if !volume.ReadOnly {
				t.Errorf("%s may write to %s", name, volume.Source)
			}
			exists(t, name, volume.Source)
		}
	}
}

func TestNoPasswordIsInTheFile(t *testing.T) {
	text := read(t, "config/compose/compose.yaml")
	secret := regexp.MustCompile(`(?mi)^\s*\w*(?:password|pwd|secret|token)\w*:\s*(.*)$`)
	variable := regexp.MustCompile(`^\$\{[A-Z_]+:\?is set in \.env\}$`)
	found := secret.FindAllStringSubmatch(text, -1)
	if len(found) < 4 {
		t.Fatalf("only %d lines name a password: the expression is out of date", len(found))
	}
	for _, line := range found {
		if !variable.MatchString(line[1]) {
			t.Errorf("a password that is not only from .env: %s", strings.TrimSpace(line[0]))
		}
	}
	for _, dsn := range regexp.MustCompile(`\S+@tcp\(\S*`).FindAllString(text, -1) {
		if !strings.HasPrefix(dsn, ".env}@") { // the end of the variable, which contains blanks
			t.Errorf("a DSN with a password: %s", dsn)
		}
	}
	// Without .env, no service starts with an empty password.
	options, err := cli.NewProjectOptions([]string{filepath.Join(root, "config/compose/compose.yaml")}, cli.WithProfiles([]string{"*"}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := options.LoadProject(context.Background()); err == nil || !strings.Contains(err.Error(), "is set in .env") {
		t.Errorf("without .env, the file loads: %v", err)
	}
}
