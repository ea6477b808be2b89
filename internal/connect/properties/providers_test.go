package properties

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const providerClass = "org.apache.kafka.common.config.provider."

// providersOf has the providers file, dir, env and vault.
func providersOf(t *testing.T, more map[string]string) *Providers {
	t.Helper()
	worker := map[string]string{
		"config.providers":             "file, dir,env,vault,nothing",
		"config.providers.file.class":  providerClass + "FileConfigProvider",
		"config.providers.dir.class":   " " + providerClass + "DirectoryConfigProvider ",
		"config.providers.env.class":   providerClass + "EnvVarConfigProvider",
		"config.providers.vault.class": "com.example.VaultConfigProvider",
	}
	for key, value := range more {
		worker["config.providers."+key] = value
	}
	p, err := NewProviders(worker, []string{"DB_PASSWORD=hunter2", "HOME=/root"})
	require.NoError(t, err)
	return p
}

func secrets(t *testing.T) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	file = filepath.Join(dir, "db.properties")
	require.NoError(t, os.WriteFile(file, []byte("user = shop\npassword=h\\u00fcnter=2 \n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), []byte("abc\n"), 0o600))
	return dir, file
}

func TestSecretsComeFromFilesAndVariables(t *testing.T) {
	dir, file := secrets(t)
	config := map[string]string{
		"connection.url":      "jdbc:mariadb://db/shop?user=${file:" + file + ":user}&x=${topic}",
		"connection.password": "${file:" + file + ":password}",
		"token":               "${dir:" + dir + ":token}",
		"env":                 "${env:DB_PASSWORD}",
		"table.name.format":   "kafka_${topic}",
		"no.key":              "${file:" + file + ":nope}",
		"no.file.name":        "${file:password}",
		"no.dir":              "${dir:" + dir + "/none:token}",
		"outside":             "${dir:" + dir + ":../x}",
		"no.class":            "${nothing:a:b}",
	}
	p := providersOf(t, nil)
	require.Equal(t, map[string][]string{
		"no.key": {config["no.key"]}, "no.file.name": {config["no.file.name"]}, "no.dir": {config["no.dir"]}, "outside": {config["outside"]},
	}, p.Unresolved(config))
	got, err := p.Resolve(config)
	require.NoError(t, err)
	want := map[string]string{}
	for key, value := range config {
		want[key] = value
	}
	want["connection.url"] = "jdbc:mariadb://db/shop?user=shop&x=${topic}"
	want["connection.password"] = "hünter=2 "
	want["token"] = "abc\n"
	want["env"] = "hunter2"
	require.Equal(t, want, got)
}

func TestAPathThatIsNotAllowedIsNotRead(t *testing.T) {
	dir, file := secrets(t)
	other, _ := secrets(t)
	p := providersOf(t, map[string]string{
		"file.param.allowed.paths":    other + "," + file,
		"dir.param.allowed.paths":     other,
		"env.param.allowlist.pattern": "^DB_",
	})
	got, err := p.Resolve(map[string]string{
		"a": "${file:" + file + ":user}", "b": "${file:" + other + "/../x/../" + filepath.Base(other) + "/db.properties:user}",
		"c": "${dir:" + dir + ":token}", "d": "${env:DB_PASSWORD}${env:HOME}", "e": "${file:" + other + "x/db.properties:user}",
	})
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"a": "shop", "b": "shop", "c": "${dir:" + dir + ":token}", "d": "hunter2${env:HOME}", "e": "${file:" + other + "x/db.properties:user}",
	}, got)
}

func TestAProviderThatCannotAnswerIsAnError(t *testing.T) {
	_, file := secrets(t)
	require.NoError(t, os.WriteFile(file, []byte(`password=C:\users`), 0o600))
	p := providersOf(t, nil)
	for value, want := range map[string]string{
		"${file:/none/db.properties:user}": "connection.password: asking FileConfigProvider: reading properties: open /none/db.properties: no such file or directory",
		"${file:" + file + ":password}":    "connection.password: asking FileConfigProvider: reading " + file + ": line 1, key password: \\u needs four",
		"${env:a:b}":                       "connection.password: reading a variable: EnvVarConfigProvider has no paths, but the path is a: write ${PROVIDER:NAME}",
		"${vault:secret/db:password}":      "connection.password: order-sink does not have the config provider com.example.VaultConfigProvider: give it the secrets as files or variables, and use FileConfigProvider,",
	} {
		_, err := p.Resolve(map[string]string{"connection.password": value})
		require.ErrorContains(t, err, want, value)
	}
}

func TestProvidersWithBadParameters(t *testing.T) {
	for _, test := range []struct{ class, key, value, want string }{
		{"FileConfigProvider", "param.allowed.paths", "etc", "config.providers.x.param.allowed.paths: Path etc is not absolute"},
		{"DirectoryConfigProvider", "param.allowed.paths", "/none/x", "config.providers.x.param.allowed.paths: Path /none/x does not exist"},
		{"EnvVarConfigProvider", "param.allowlist.pattern", "(", "Invalid value ( for configuration config.providers.x.param.allowlist.pattern: it is not a regular expression:"},
	} {
		_, err := NewProviders(map[string]string{
			"config.providers": "x", "config.providers.x.class": providerClass + test.class, "config.providers.x." + test.key: test.value,
		}, nil)
		require.ErrorContains(t, err, test.want)
	}
}

func TestThePlaceholdersOfAValueHaveTheirPlaces(t *testing.T) {
	p := providersOf(t, nil)
	value := "a${file:/x:k}b${topic}${env:E}${other:y}${vault:v}"
	var texts []string
	for _, found := range p.Placeholders(value) {
		texts = append(texts, value[found.Start:found.End], found.Provider, found.Path, found.Key)
	}
	require.Equal(t, []string{"${file:/x:k}", "file", "/x", "k", "${env:E}", "env", "", "E", "${vault:v}", "vault", "", "v"}, texts)
}
