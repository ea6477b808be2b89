package herder

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/group"
	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/connect/translate"
)

// definitions knows the classes of connectors and their configurations on a worker.
type definitions struct{ worker *properties.Worker }

// classOf returns the class of a configuration, and whether this worker has it.
func (d definitions) classOf(config map[string]string) (class string, known bool) {
	class = d.value(config, "connector.class")
	found, err := configdef.Find(class, config)
	if err != nil {
		return class, false
	}
	return string(found), true
}

// maxTasks limits tasks.max. The worker keeps a state for each task, so that a connector with
// two billion tasks, which Kafka Connect accepts, would end every worker of the cluster.
const maxTasks = 1000

// tasks returns tasks.max, and 1 for a value that [definitions.plan] refuses.
func (d definitions) tasks(config map[string]string) int {
	n, err := strconv.Atoi(strings.TrimSpace(d.value(config, "tasks.max")))
	if err != nil || n > maxTasks {
		return 1
	}
	return max(n, 1)
}

// value returns the resolved value of a key that hardly ever has a placeholder.
func (d definitions) value(config map[string]string, key string) string {
	value := config[key]
	if strings.Contains(value, "${") {
		if resolved, err := d.worker.Providers.ResolveValue(value); err == nil {
			return resolved
		}
	}
	return value
}

// taskClasses are the classes of the tasks, which the configuration of a task names.
var taskClasses = map[string]string{
	string(configdef.Confluent): "io.confluent.connect.jdbc.sink.JdbcSinkTask",
	string(configdef.Debezium):  "io.debezium.connector.jdbc.JdbcSinkConnectorTask",
	string(configdef.Aiven):     "io.aiven.connect.jdbc.sink.JdbcSinkTask",
}

// versions are the versions of the classes.
var versions = func() map[string]string {
	all := map[string]string{}
	for _, plugin := range configdef.Plugins(true) {
		all[plugin.Class] = plugin.Version
	}
	return all
}()

// resolve returns a configuration with the values of its placeholders.
func (d definitions) resolve(config map[string]string) (map[string]string, error) {
	resolved, err := d.worker.Providers.Resolve(config)
	if err != nil {
		return nil, connect.Errorf(http.StatusBadRequest, "%v", err)
	}
	return resolved, nil
}

// check validates a configuration without a connection. The error is a [*connect.Error] for a
// configuration whose class is missing or unknown.
func (d definitions) check(config map[string]string) (connect.Validation, error) {
	resolved, err := d.resolve(config)
	if err != nil {
		return connect.Validation{}, err
	}
	alias, given := resolved["connector.class"]
	if !given || alias == configdef.Null {
		return connect.Validation{}, connect.Errorf(http.StatusBadRequest, "Connector config contains no connector type: set connector.class")
	}
	class, err := configdef.Find(alias, resolved)
	if err != nil {
		return connect.Validation{}, connect.Errorf(http.StatusBadRequest, "%v", err)
	}
	validation, _ := configdef.Validate(class, resolved, d.worker.Properties)
	if validation.ErrorCount > 0 {
		return validation, nil
	}
	var refused *translate.Error
	if _, err := d.plan(config["name"], config); errors.As(err, &refused) {
		for _, problem := range refused.Problems {
			refuse(&validation, problem.Key, problem.String())
		}
	} else if err != nil {
		return validation, err
	}
	return validation, nil
}

// refuse adds an error to a key of a validation.
func refuse(v *connect.Validation, key, problem string) {
	n := slices.IndexFunc(v.Configs, func(r connect.KeyResult) bool { return r.Value.Name == key })
	if n < 0 {
		n = len(v.Configs)
		v.Configs = append(v.Configs, connect.KeyResult{Value: connect.KeyValue{Name: key, RecommendedValues: []string{}, Visible: true}})
	}
	v.Configs[n].Value.Errors = append(v.Configs[n].Value.Errors, problem)
	v.ErrorCount++
}

// plan translates a configuration into a pipeline.
func (d definitions) plan(name string, config map[string]string) (translate.Pipeline, error) {
	resolved, err := d.resolve(config)
	if err != nil {
		return translate.Pipeline{}, err
	}
	plan, err := translate.Translate(translate.Connector{Name: name, Config: config, Resolved: resolved, Worker: d.worker.Properties})
	if err == nil && plan.TasksMax > maxTasks {
		err = &translate.Error{Problems: []translate.Problem{{
			Key: "tasks.max", Text: fmt.Sprintf("must be at most %d: a task beyond the number of partitions does nothing", maxTasks),
		}}}
	}
	return plan, err
}

// consumer is the consumer of a connector.
type consumer struct {
	group string
	admin []kgo.Opt // of a client that asks about the group
	isOwn func(clientID string) bool
}

func (d definitions) consumer(name string, config map[string]string) (c consumer, err error) {
	resolved, err := d.resolve(config)
	if err != nil {
		return c, err
	}
	settings, err := kafkaconf.ForConnector(kafkaconf.Consumer, name, d.worker.Properties, resolved).Parse()
	if err != nil {
		return c, err
	}
	admin, err := kafkaconf.ForConnector(kafkaconf.Admin, name, d.worker.Properties, resolved).Parse()
	if err != nil {
		return c, err
	}
	own := group.Own(name)
	c.group = settings.Group
	c.isOwn = func(id string) bool { return own(id) || settings.ClientID != "" && id == settings.ClientID }
	c.admin, err = admin.Opts()
	return c, err
}

// checkDatabase connects to MariaDB with a valid configuration, and adds the problem to the
// validation.
func (h *Herder) checkDatabase(ctx context.Context, config map[string]string, v *connect.Validation) error {
	plan, err := h.definitions.plan(config["name"], config)
	if err != nil {
		return err
	}
	if err := h.Streams.Ping(ctx, plan.YAML, plan.Lookup); err != nil {
		refuse(v, "connection.url", "Could not connect to database. "+err.Error())
	}
	return nil
}
