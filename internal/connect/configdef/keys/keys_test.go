package keys

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
)

// tables has all tables of keys.
func tables() map[string][]def.Key {
	all := map[string][]def.Key{
		"framework": Framework("1"), "confluent": Confluent(), "debezium": Debezium(), "aiven": Aiven(), "consumer": Client("consumer"), "producer": Client("producer"), "admin": Client("admin"),
	}
	for _, class := range Converters("value") {
		all[class] = ConverterKeys(class)
	}
	for _, predicates := range []bool{false, true} {
		for _, name := range Steps(predicates) {
			class, _ := Step(name, predicates)
			all[name] = StepKeys(class)
		}
	}
	return all
}

func TestTheTablesAreComplete(t *testing.T) {
	for table, all := range tables() {
		seen := map[string]bool{}
		for i := range all {
			k := &all[i]
			name := table + " " + k.Name
			assert.False(t, seen[k.Name], "%s is there twice", name)
			seen[k.Name] = true
			assert.NotEmpty(t, k.Kind, name)
			assert.True(t, k.Hides || k.Doc != "" && k.Importance != "", "%s is shown without a sentence", name)
			assert.False(t, k.Required && k.Default != nil, name)
			assert.Equal(t, k.Kind == def.Class, k.Classes != nil, name)
			assert.False(t, strings.HasSuffix(k.Ignored+k.Refused, "."), name)
			assert.True(t, k.Same == "" || k.Ignored != "", name)
			assert.True(t, k.Ignored == "" || k.Refused == "", name)
			if !k.Required && k.Default != nil {
				assert.Empty(t, k.Read(nil).Errors, "the default of %s", name)
				assert.NotNil(t, k.Read(nil).Value, "the default of %s", name)
			}
		}
	}
}

// The defaults of the three sinks, key by key.
func TestDefaults(t *testing.T) {
	for class, want := range map[string]string{
		"confluent": `connection.user= connection.password= jdbc.credentials.provider.class=io.confluent.connect.jdbc.util.DefaultJdbcCredentialsProvider
			dialect.name= connection.attempts=3 connection.backoff.ms=10000 insert.mode=insert batch.size=3000 delete.enabled=false table.types=TABLE
			replace.null.with.default=true table.name.format=${topic} pk.mode=none pk.fields= fields.whitelist= db.timezone=UTC date.timezone=DB_TIMEZONE
			timestamp.fields.list= timestamp.precision.mode=microseconds date.calendar.system=LEGACY string.output.value.column.name=record_value auto.create=false
			auto.evolve=false quote.sql.identifiers=always mssql.use.merge.holdlock=true max.retries=10 retry.backoff.ms=3000 trim.sensitive.log=false`,
		"aiven": `connection.user= connection.password= db.timezone=UTC dialect.name= sql.quote.identifiers=true insert.mode=insert batch.size=3000
			delete.enabled=false table.name.format=${topic} table.name.normalize=false topics.to.tables.mapping= pk.mode=none pk.fields= fields.whitelist=
			auto.create=false auto.evolve=false max.retries=10 retry.backoff.ms=3000`,
	} {
		var got []string
		all := tables()[class]
		for i := range all {
			text := ""
			if all[i].Default != nil {
				text = *all[i].Default
			}
			if !all[i].Required {
				got = append(got, all[i].Name+"="+text)
			} else {
				assert.Equal(t, "connection.url", all[i].Name)
			}
		}
		assert.Equal(t, strings.Fields(want), got, class)
	}
}

func TestRegex(t *testing.T) {
	for text, fine := range map[string]bool{"": true, "orders.*": true, "(?i)a|b": true, `\Qa.b\E`: true, "(": false, "(?=a)": false, "a*+": false, "[a[b]]": false} {
		assert.Equal(t, fine, Regex("k", text) == "", text)
	}
	assert.NotEmpty(t, Regex("k", nil))
}

func TestZones(t *testing.T) {
	for zone, fine := range map[string]bool{"UTC": true, "Europe/Berlin": true, "EST": true, "Local": false, "": false, "Mars": false, "../etc/passwd": false, "+02:00": false} {
		assert.Equal(t, fine, Zone("k", zone) == "", zone)
	}
	for zone, fine := range map[string]bool{"+02:00": true, "-3": true, "UTC+2": true, "GMT-03:30": true, "Z": true, "Asia/Seoul": true, "": false, "two": false} {
		assert.Equal(t, fine, Offset("k", zone) == "", zone)
	}
	for zone, utc := range map[string]bool{"UTC": true, "GMT": true, "Etc/UTC": true, "Z": true, "+00:00": true, "UTC-0": true, "Zulu": true, "Europe/London": false, "+01": false, "Mars": false} {
		assert.Equal(t, utc, IsUTC(zone), zone)
	}
}
