package image

import (
	"archive/zip"
	"crypto/x509"
	"debug/elf"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// maxImage is the size that the documentation promises.
const maxImage = 60 << 20

// platforms has the platforms of the image and the machine types of their programs.
var platforms = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

func TestTheImageIsWhatItSaysItIs(t *testing.T) {
	for arch, machine := range platforms {
		t.Run(arch, func(t *testing.T) {
			b := build(t, arch)
			c := b.docker.Config
			for _, test := range []struct{ what, got, want string }{
				{"architecture", b.docker.Architecture, arch},
				{"user", c.User, "65532:65532"},
				{"working directory", c.WorkingDir, "/order-sink"},
				{"stop signal", c.StopSignal, "SIGTERM"},
				{"entrypoint", strings.Join(c.Entrypoint, " "), "/usr/bin/order-sink"},
				{"command", strings.Join(c.Cmd, " "), "streams --no-api -o config/service.yaml -r config/resources.yaml pipelines/orders.yaml"},
				{"health check", strings.Join(c.Healthcheck.Test, " "), "CMD /usr/bin/order-sink healthcheck"},
				{"ports", strings.Join(slices.Sorted(maps.Keys(c.ExposedPorts)), " "), "4195/tcp"},
				{"version", c.Labels["org.opencontainers.image.version"], version},
				{"revision", c.Labels["org.opencontainers.image.revision"], commit},
				{"created", c.Labels["org.opencontainers.image.created"], date},
				{"licenses", c.Labels["org.opencontainers.image.licenses"], "Apache-2.0"},
				{"title", c.Labels["org.opencontainers.image.title"], "order-sink"},
			} {
				if test.got != test.want {
					t.Errorf("the %s is %q, expected %q", test.what, test.got, test.want)
				}
			}
			if !slices.Contains(c.Env, "HTTP_ADDRESS=0.0.0.0:4195") {
				t.Errorf("/ready is not reachable from outside of the container: %q", c.Env)
			}
			for _, label := range []string{"description", "source"} {
				if c.Labels["org.opencontainers.image."+label] == "" {
					t.Errorf("the label %s is missing", label)
				}
			}

			program := filepath.Join(b.root, "usr", "bin", "order-sink")
			file, err := elf.Open(program)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if file.Machine != machine {
				t.Errorf("the binary is for %s", file.Machine)
			}
			if !static(program) {
				t.Error("the binary needs a loader, which the image does not have")
			}
			if file.Section(".symtab") != nil || file.Section(".debug_info") != nil {
				t.Error("the binary is not stripped")
			}
		})
	}
}

// The image has exactly these files: no shell, no compiler, no test, no secret.
func TestTheImageHasNothingThatItDoesNotNeed(t *testing.T) {
	b := build(t, runtime.GOARCH)
	want := []string{"usr/bin/order-sink", "usr/share/zoneinfo.zip", "etc/ssl/certs/ca-certificates.crt"}
	shipped := os.DirFS(ordersinktest.Root(t))
	for _, pattern := range []string{"config/*.yaml", "config/*.sql", "pipelines/*.yaml", "pipelines/*/*.yaml", "pipelines/*/*.html"} {
		files, err := fs.Glob(shipped, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_benthos_test.yaml") && !strings.Contains(file, "/testdata/") && !strings.HasPrefix(file, "pipelines/bench/") {
				want = append(want, "order-sink/"+file)
			}
		}
	}
	var got []string
	var size int64
	err := fs.WalkDir(os.DirFS(b.root), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if info.Mode()&0o004 == 0 {
			t.Errorf("%s has mode %s: a user who is not root cannot read it", path, info.Mode())
		}
		got, size = append(got, path), size+info.Size()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the image has\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if size >= maxImage {
		t.Errorf("the image has %d bytes, the documentation promises fewer than %d", size, maxImage)
	}
	t.Logf("%d files, %.1f MB", len(got), float64(size)/1e6)
}

// The image has the files for TLS connections and for a DSN with loc=Europe/Berlin.
func TestTheImageHasCertificatesAndTimeZones(t *testing.T) {
	b := build(t, runtime.GOARCH)
	text, err := os.ReadFile(filepath.Join(b.root, "etc", "ssl", "certs", "ca-certificates.crt"))
	if err != nil {
		t.Fatal(err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(text) {
		t.Error("there is no certificate in ca-certificates.crt")
	}
	if !slices.Contains(b.docker.Config.Env, "ZONEINFO=/usr/share/zoneinfo.zip") {
		t.Errorf("Go does not find the time zones: %q", b.docker.Config.Env)
	}
	zones, err := zip.OpenReader(filepath.Join(b.root, "usr", "share", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer zones.Close()
	for _, zone := range []string{"Europe/Berlin", "Asia/Seoul"} {
		if _, err := fs.Stat(zones, zone); err != nil {
			t.Error(err)
		}
	}
}
