// Command bench measures order-sink beside what people use today for the same
// work, and beside what MariaDB itself can take: see README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/contestant"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends it at once, and with it what it started.
	context.AfterFunc(ctx, stop)
	var err error
	if len(os.Args) > 1 && os.Args[1] == "load" {
		err = workload.LoadCommand(ctx, os.Args[2:]) // the ceiling, as a process of its own
	} else {
		err = benchCommand(ctx, os.Args[1:])
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	quick   bool
	run     string
	rounds  int
	orders  int
	trickle time.Duration
	profile string
	mariadb string
	results string
	dir     string
	binary  string
	root    string
	command string // what was typed, for the record
}

func benchCommand(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	flags.BoolVar(&o.quick, "quick", false, "order-sink, stock Redpanda Connect tuned and the ceiling alone, in minutes and without Maven's Kafka Connect")
	flags.StringVar(&o.run, "run", "", "only the runs whose \"workload/contestant\" matches this regular expression")
	flags.IntVar(&o.rounds, "rounds", 0, "rounds (3, and 2 with -quick)")
	flags.IntVar(&o.orders, "orders", 0, "orders of a topic (500,000, and 300,000 with -quick)")
	flags.DurationVar(&o.trickle, "trickle", 30*time.Second, "how long orders are sent one by one")
	flags.StringVar(&o.results, "results", "", "append the results to this file, and put the plots beside it")
	flags.StringVar(&o.profile, "profile", "", "keep a cpu, allocs or mutex profile of order-sink's runs beside their logs; figures are not what they would be")
	flags.StringVar(&o.mariadb, "mariadb", "", "options of the MariaDB server, with spaces between them (\"--innodb-buffer-pool-size=1G\"); without any it runs as it comes")
	flags.StringVar(&o.dir, "dir", filepath.Join(".run", "bench"), "where the servers keep their data, and the logs go; it is emptied")
	flags.StringVar(&o.binary, "binary", filepath.Join("bin", "order-sink"), "the order-sink to run")
	flags.StringVar(&o.root, "root", ".", "the repository's root")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.New("expected flags only")
	}
	if _, known := contestant.Profiles[o.profile]; o.profile != "" && (!known || o.results != "") {
		return errors.New("-profile: expected cpu, allocs or mutex, and no -results")
	}
	o.command = commandLine(args)
	if o.rounds == 0 {
		if o.rounds = 3; o.quick {
			o.rounds = 2
		}
	}
	if o.orders == 0 {
		if o.orders = 500_000; o.quick {
			o.orders = 300_000
		}
	}
	return bench(ctx, o, os.Stdout)
}

// commandLine is what another person would type.
func commandLine(args []string) string {
	text := "bin/bench"
	for _, arg := range args {
		if strings.ContainsAny(arg, " |'\"$^*()[]\\") {
			arg = "'" + arg + "'"
		}
		text += " " + arg
	}
	return text
}
