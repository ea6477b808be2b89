package image

import (
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

// The version, the commit and the date that the build gets.
const (
	version = "v1.2.3"
	commit  = "abc1234"
	date    = "2026-01-02T03:04:05Z"
)

// The tests run one after the other, so the variables need no lock.
var (
	storage string               // the storage of buildah, deleted at the end
	images  = map[image]*built{} // nil where the build failed
)

func TestMain(m *testing.M) {
	sharedtest.Main(m, mariadbtest.Close, func() {
		if storage != "" {
			_ = os.RemoveAll(storage)
		}
	})
}

// image is what a build makes.
type image struct{ target, arch string }

// built is an image with a container. The tests read the files of the container.
type built struct {
	container string
	root      string // the files of the container
	docker    config // the output of `docker inspect`
}

type config struct {
	Architecture string `json:"architecture"`
	Config       struct {
		User, WorkingDir, StopSignal string
		Env, Entrypoint, Cmd         []string
		ExposedPorts                 map[string]any
		Labels                       map[string]string
		Healthcheck                  struct{ Test []string }
	} `json:"config"`
}

// build builds the image of the sink for linux/arch, once for the tests of this process.
func build(t *testing.T, arch string) *built { return buildOnce(t, image{"sink", arch}) }

func buildOnce(t *testing.T, i image) *built {
	t.Helper()
	require(t)
	if storage == "" {
		makeBuilder(t)
	}
	b, tried := images[i]
	if !tried {
		images[i] = nil
		b = buildFor(t, i)
		images[i] = b
	}
	if b == nil {
		t.Fatalf("building the image %v failed before", i)
	}
	return b
}

func buildFor(t *testing.T, i image) *built {
	t.Helper()
	arch, name := i.arch, "localhost/order-sink-"+i.target+":"+i.arch
	target := []string{"--target", i.target}
	if i.target == "sink" { // what a build without a target makes
		target = nil
	}
	buildah(t, slices.Concat([]string{"build", "--isolation", "chroot", "--format", "docker", "--layers=false"}, target, []string{
		"--pull-never", // there is no registry
		// Debian's buildah does not set BUILDPLATFORM.
		"--platform", "linux/" + arch, "--build-arg", "BUILDPLATFORM=linux/" + runtime.GOARCH,
		// The toolchain and the caches of this machine. The image does not contain them.
		"--volume", run(t, "go", "env", "GOROOT") + ":/usr/local/go:ro",
		"--volume", run(t, "go", "env", "GOMODCACHE") + ":/go/pkg/mod",
		"--volume", run(t, "go", "env", "GOCACHE") + ":/root/.cache/go-build",
		"--build-arg", "GO_IMAGE=" + builder,
		"--build-arg", "VERSION=" + version, "--build-arg", "COMMIT=" + commit, "--build-arg", "DATE=" + date,
		"--tag", name, "--file", "config/container/Dockerfile", "."})...)
	b := &built{}
	b.container = buildah(t, "from", "--pull-never", "--arch", arch, name)
	b.root = buildah(t, "mount", b.container)
	inspected := struct{ Docker config }{}
	if err := json.Unmarshal([]byte(buildah(t, "inspect", b.container)), &inspected); err != nil {
		t.Fatal(err)
	}
	b.docker = inspected.Docker
	return b
}

const builder = "localhost/golang"

// makeBuilder creates a replacement of the golang image: a static busybox as the shell, the
// certificates, and a folder for the toolchain, which the build mounts.
func makeBuilder(t *testing.T) {
	t.Helper()
	var err error
	if storage, err = os.MkdirTemp("", "order-sink-image-"); err != nil {
		t.Fatal(err)
	}
	container := buildah(t, "from", "scratch")
	root := buildah(t, "mount", container)
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Fatal(err)
	}
	run(t, "install", "-D", busybox, filepath.Join(root, "bin", "busybox"))
	for _, name := range []string{"sh", "mkdir", "cp", "ln"} {
		if err := os.Symlink("busybox", filepath.Join(root, "bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	run(t, "install", "-d", "-m", "1777", filepath.Join(root, "tmp"))
	run(t, "install", "-D", "-m", "644", "/etc/ssl/certs/ca-certificates.crt", filepath.Join(root, "etc", "ssl", "certs", "ca-certificates.crt"))
	buildah(t, "config", "--env", "PATH=/usr/local/go/bin:/bin", "--env", "GOTOOLCHAIN=local", container)
	buildah(t, "commit", "--quiet", "--rm", container, builder)
}

// require skips the test if the image cannot be built. In CI it fails the test.
func require(t *testing.T) {
	t.Helper()
	missing := ""
	switch path, err := exec.LookPath("busybox"); {
	case runtime.GOOS != "linux":
		missing = "an image is built on Linux only"
	case os.Geteuid() != 0:
		missing = "only root may change a root directory and make a mount read-only"
	case err != nil || !static(path):
		missing = "a static busybox is missing (Debian: apt-get install busybox-static)"
	default:
		if _, err := exec.LookPath("buildah"); err != nil {
			missing = "buildah is missing (Debian: apt-get install buildah)"
		}
	}
	switch {
	case missing == "":
	case os.Getenv("CI") == "true":
		t.Fatal(missing)
	default:
		t.Skip("the image is not built: " + missing)
	}
}

// static reports whether a program needs no shared library.
func static(path string) bool {
	file, err := elf.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
			return false
		}
	}
	return true
}

func buildah(t *testing.T, args ...string) string {
	t.Helper()
	// vfs needs no support of the kernel, and no mount that could remain.
	return run(t, "buildah", append([]string{
		"--root", filepath.Join(storage, "images"), "--runroot", filepath.Join(storage, "run"), "--storage-driver", "vfs",
	}, args...)...)
}

// run runs a command in the root of the repository and returns its output.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = ordersinktest.Root(t)
	var text strings.Builder
	cmd.Stderr = &text
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, out, text.String())
	}
	return strings.TrimSpace(string(out))
}
